package io.syncline.server.settings;

import io.syncline.engine.command.CommandGroup;
import io.syncline.engine.link.LinkOptions.CommandChoice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Reads `--commands`: names and `@groups`, separated by commas; a leading `!` leaves one out.
///
/// With at least one name that is not left out, only those are copied; what is left out always
/// wins.
final class CommandList {
    private CommandList() {}

    static CommandChoice read(Settings settings) {
        String text = settings.text(Setting.COMMANDS).strip();
        if (text.equals("all")) {
            return CommandChoice.ALL;
        }
        List<String> allow = new ArrayList<>();
        List<String> deny = new ArrayList<>();
        for (String item : text.split(",", -1)) {
            String name = item.strip().toLowerCase(Locale.ROOT);
            boolean left = name.startsWith("!");
            name = left ? name.substring(1) : name;
            if (!name.matches("@?[a-z0-9][a-z0-9._-]*")) {
                throw Values.bad(
                        settings,
                        Setting.COMMANDS,
                        "a list of command names and @groups, separated by commas");
            }
            if (name.startsWith("@") && CommandGroup.ofLabel(name.substring(1)) == null) {
                throw Values.bad(
                        settings.place(Setting.COMMANDS),
                        "there is no group '" + name + "'; groups are " + groups(),
                        Setting.COMMANDS);
            }
            (left ? deny : allow).add(name);
        }
        return new CommandChoice(allow, deny);
    }

    private static String groups() {
        return Arrays.stream(CommandGroup.values())
                .map(group -> "@" + group.label())
                .collect(Collectors.joining(", "));
    }

    static String format(CommandChoice choice) {
        List<String> items = new ArrayList<>(choice.allow());
        choice.deny().forEach(name -> items.add("!" + name));
        return items.isEmpty() ? "all" : String.join(",", items);
    }
}
