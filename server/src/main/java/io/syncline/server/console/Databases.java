package io.syncline.server.console;

import io.syncline.server.model.Probe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The choice of databases: `0,3:5` as lines of a table, and back.
///
/// @param rows those that hold keys, and those that were chosen
/// @param known whether the source has been looked at
public record Databases(List<Row> rows, boolean known) {
    /// A source database.
    ///
    /// @param to number at the target
    /// @param keys -1 when not known
    public record Row(int index, boolean chosen, String to, long keys) {}

    static Databases of(Form form, @Nullable Probe source) {
        Map<Integer, String> chosen = chosen(form.value("databases", "all"));
        Map<Integer, Long> keys = new TreeMap<>();
        if (source != null) {
            source.databases().forEach(each -> keys.put(each.index(), each.keys()));
        }
        chosen.keySet().forEach(index -> keys.putIfAbsent(index, -1L));
        List<Row> rows = new ArrayList<>();
        keys.forEach((index, count) ->
                rows.add(
                        new Row(
                                index,
                                chosen.isEmpty() || chosen.containsKey(index),
                                chosen.getOrDefault(index, Integer.toString(index)),
                                count)));
        return new Databases(List.copyOf(rows), source != null && source.reachable());
    }

    private static Map<Integer, String> chosen(String text) {
        Map<Integer, String> chosen = new TreeMap<>();
        for (String item : text.split(",", -1)) {
            String[] pair = item.strip().split(":", -1);
            if (pair[0].matches("[0-9]{1,5}")) {
                chosen.put(Integer.parseInt(pair[0]), pair[pair.length - 1]);
            }
        }
        return chosen;
    }

    /// What was ticked, as the setting's text: `all`, or `0,3:5`; empty when nothing was.
    static String text(Form form) {
        if (form.value("scope", "all").equals("all")) {
            return "all";
        }
        List<String> items = new ArrayList<>();
        for (String index : form.all("db")) {
            String to = form.value("to-" + index, index);
            items.add(to.isEmpty() || to.equals(index) ? index : index + ":" + to);
        }
        Arrays.stream(form.value("more").split("[\\s,]+"))
                .filter(item -> !item.isEmpty())
                .forEach(items::add);
        return String.join(",", items);
    }
}
