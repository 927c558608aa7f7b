package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.settings.ConfigFile;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The options that `sync` and `precheck` share, made from the table [Setting].
///
/// Built by picocli's programming interface: without annotations there is no reflection, which
/// halves the start.
final class LinkCommand {
    static final String CONFIG = "--config";
    static final String JSON = "--json";
    static final String PRINT_CONFIG = "--print-config";

    private LinkCommand() {}

    static CommandSpec addOptions(CommandSpec spec) {
        return addOptions(spec, setting -> setting.section() != Setting.Section.VERIFY);
    }

    /// Adds those of the table that a command takes.
    static CommandSpec addOptions(CommandSpec spec, Predicate<Setting> taken) {
        for (Setting.Section section : Setting.Section.values()) {
            if (Arrays.stream(Setting.values())
                    .noneMatch(each -> each.section() == section && taken.test(each))) {
                continue;
            }
            ArgGroupSpec.Builder group =
                    ArgGroupSpec.builder()
                            .exclusive(false)
                            .validate(false)
                            .multiplicity("0..1")
                            .heading("%n" + section.heading() + "%n");
            Arrays.stream(Setting.values())
                    .filter(setting -> setting.section() == section && taken.test(setting))
                    .forEach(setting -> group.addArg(option(setting)));
            spec.addArgGroup(group.build());
        }
        return spec.addOption(
                OptionSpec.builder(CONFIG)
                        .paramLabel("FILE")
                        .type(String.class)
                        .description(
                                "YAML file of these options, named without the dashes;"
                                        + " the command line wins.")
                        .build());
    }

    static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .arity("0")
                .type(boolean.class)
                .description(description)
                .build();
    }

    private static OptionSpec option(Setting setting) {
        if (setting.isFlag()) {
            return flag(setting.option(), setting.description());
        }
        String initial = setting.initial().isEmpty() ? "" : " Default: " + setting.initial() + ".";
        return OptionSpec.builder(setting.option())
                .paramLabel(setting.label())
                .completionCandidates(ServerCommand.choices(setting.label()))
                .type(String.class)
                .description(setting.description() + initial)
                .build();
    }

    static boolean has(ParseResult parsed, String option) {
        return parsed.hasMatchedOption(option);
    }

    static Settings settings(ParseResult parsed) {
        Settings settings = new Settings();
        for (Setting setting : Setting.values()) {
            if (parsed.hasMatchedOption(setting.option())) {
                OptionSpec option = parsed.matchedOption(setting.option());
                if (option.stringValues().size() > 1 && !setting.isRepeatable()) {
                    // Within groups of options picocli lets the last one win.
                    throw new SynclineException(
                            ErrorCode.BAD_OPTION,
                            setting.option(),
                            "it is given twice",
                            "Keep one of the two");
                }
                settings.offer(
                        setting,
                        setting.isFlag()
                                ? "true"
                                : String.join(setting.separator(), option.stringValues()));
            }
        }
        if (parsed.hasMatchedOption(CONFIG)) {
            String file = parsed.matchedOptionValue(CONFIG, "");
            settings.offerAll(ConfigFile.read(Path.of(file)));
        }
        return settings;
    }

    /// Whether a command line asks for JSON, by itself or in the file that it names. For errors, so
    /// it takes what is broken, too.
    static boolean asksForJson(List<String> arguments) {
        int config = arguments.indexOf(CONFIG);
        String file =
                config >= 0 && config < arguments.size() - 1
                        ? arguments.get(config + 1)
                        : arguments.stream()
                                .filter(each -> each.startsWith(CONFIG + "="))
                                .map(each -> each.substring(CONFIG.length() + 1))
                                .findFirst()
                                .orElse("");
        if (arguments.contains(JSON) || file.isEmpty()) {
            return arguments.contains(JSON);
        }
        try {
            return ConfigFile.read(Path.of(file)).flag(Setting.JSON);
        } catch (SynclineException | InvalidPathException e) {
            // What is wrong with the file is told without it.
            return false;
        }
    }
}
