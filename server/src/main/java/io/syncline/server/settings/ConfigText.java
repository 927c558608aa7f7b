package io.syncline.server.settings;

import io.syncline.engine.link.LinkOptions;
import java.util.EnumMap;
import java.util.Map;

/// Writes the options that are in effect as a file that [ConfigFile] reads back, without secrets.
public final class ConfigText {
    private ConfigText() {}

    public static String of(LinkOptions options, Settings settings) {
        Map<Setting, String> effective = new EnumMap<>(Setting.class);
        effective.put(Setting.SOURCE, options.source().toString());
        effective.put(Setting.TARGET, options.target().toString());
        effective.put(Setting.TASK, options.task());
        effective.put(Setting.DATABASES, options.databasesText());
        effective.put(Setting.COMMANDS, CommandList.format(options.commands()));
        effective.put(Setting.ETL, options.rules().toString());
        Setting.Section section = null;
        StringBuilder text = new StringBuilder("# Passwords are left out.\n");
        for (Setting setting : Setting.values()) {
            String fallback = setting.isFlag() ? "false" : "";
            String given = settings.text(setting);
            String value =
                    effective.getOrDefault(setting, given.isEmpty() ? fallback : given.strip());
            boolean shown = settings.flag(setting) || setting.section() != Setting.Section.OUTPUT;
            if (value.isEmpty() || setting.section() == Setting.Section.VERIFY || !shown) {
                continue;
            }
            if (setting.section() != section) {
                section = setting.section();
                text.append("\n# ").append(section.heading()).append('\n');
            }
            text.append(setting.key()).append(':');
            if (setting == Setting.ETL) {
                options.rules()
                        .texts()
                        .forEach(rule -> text.append("\n  - ").append(scalar(setting, rule)));
            } else {
                text.append(' ').append(scalar(setting, value));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String scalar(Setting setting, String value) {
        // What YAML takes for something else than a text is quoted.
        boolean plain = value.matches("[a-z0-9.]+") && !value.matches("true|false|null");
        if (setting.isFlag() || plain) {
            return value;
        }
        // A JSON string is a YAML scalar; single quotes need only themselves doubled.
        return "'" + value.replace("'", "''") + "'";
    }
}
