package io.syncline.server.settings;

import java.util.SortedMap;
import java.util.TreeMap;

/// Reads `--databases`: numbers separated by commas, each alone or as `source:target`.
public final class DatabaseList {
    /// Five digits: far beyond what any server is configured with.
    private static final String ITEM = "[0-9]{1,5}(:[0-9]{1,5})?";

    private DatabaseList() {}

    /// Source database to target database; empty: every one to itself.
    public static SortedMap<Integer, Integer> read(Settings settings) {
        SortedMap<Integer, Integer> databases = new TreeMap<>();
        String text = settings.text(Setting.DATABASES).strip();
        if (text.equals("all")) {
            return databases;
        }
        for (String item : text.split(",", -1)) {
            if (!item.strip().matches(ITEM)) {
                throw Values.bad(
                        settings,
                        Setting.DATABASES,
                        "a list of database numbers, such as 0,3:5, or all");
            }
            String[] pair = item.strip().split(":", -1);
            int source = Integer.parseInt(pair[0]);
            int target = Integer.parseInt(pair[pair.length - 1]);
            if (databases.containsKey(source)) {
                throw refuse(settings, "source database " + source + " is named twice");
            }
            if (databases.containsValue(target)) {
                throw refuse(settings, "two databases would be written to database " + target);
            }
            databases.put(source, target);
        }
        return databases;
    }

    private static RuntimeException refuse(Settings settings, String reason) {
        return Values.bad(settings.place(Setting.DATABASES), reason, Setting.DATABASES);
    }
}
