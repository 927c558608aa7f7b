package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.client.Refusal;
import io.syncline.server.report.JsonEvents;
import io.syncline.server.report.Output;
import io.syncline.server.report.Terminal;
import io.syncline.server.report.Version;
import io.syncline.server.view.Note;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// `syncline`: reads the arguments, runs a command, and turns whatever goes wrong into one error
/// and an exit code. No argument's text is ever repeated: it may be a password in the wrong place.
public final class SynclineCommand {
    private static final String SYNC = "sync";
    private static final String PRECHECK = "precheck";
    private static final String SWEEP = "sweep";
    private static final String VERIFY = "verify";
    private static final String DEMO = "demo";
    private static final String SERVER = "server";
    private static final String LOGIN = "login";
    private static final String INSTANCE = "instance";
    private static final String TASK = "task";
    private static final String COMPLETION = "completion";
    private static final int USAGE_WIDTH = 100;
    private static final Pattern OPTION = Pattern.compile("option '(--[a-z-]+)'");

    private final Map<String, String> environment;

    public SynclineCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /// Runs one command line; never throws.
    ///
    /// @return the process' exit code
    public int run(String... arguments) {
        try {
            return dispatch(arguments).number();
        } catch (ParameterException e) {
            return refuse(usageFailure(e), ExitCode.USAGE, arguments);
        } catch (SynclineException e) {
            return refuse(e.failure(), exitCode(e.failure()), arguments);
        } catch (Refusal e) {
            return refuse(e.failure(), e.code(), exitCode(e.failure()), arguments);
        } catch (Output.Closed e) {
            return ExitCode.INTERRUPTED.number();
        } catch (RuntimeException e) {
            // The top of the process: a bug of ours must not end as a stack trace.
            return refuse(Bugs.failure(e), ExitCode.FAILED, arguments);
        }
    }

    private ExitCode dispatch(String... arguments) {
        if (arguments.length == 1 && List.of("--version", "-V").contains(arguments[0])) {
            Output.standard().line("syncline " + Version.text());
            return ExitCode.DONE;
        }
        CommandLine commands = commands(List.of(arguments));
        ParseResult parsed = commands.parseArgs(arguments);
        ParseResult chosen = parsed;
        ParseResult group = parsed;
        while (chosen.hasSubcommand()) {
            group = chosen;
            chosen = chosen.subcommand();
        }
        if (chosen.isUsageHelpRequested()) {
            Output.standard().write(chosen.commandSpec().commandLine().getUsageMessage());
            return ExitCode.DONE;
        }
        if (parsed.isVersionHelpRequested()) {
            Output.standard().line("syncline " + Version.text());
            return ExitCode.DONE;
        }
        String groupName = group.commandSpec().name();
        if (groupName.equals(INSTANCE)
                || groupName.equals(TASK)
                || RemoteAccess.GROUPS.contains(groupName)) {
            return RemoteCommand.run(groupName, chosen.commandSpec().name(), chosen, environment);
        }
        return switch (chosen.commandSpec().name()) {
            case LOGIN -> LoginCommand.run(chosen, environment);
            case SYNC -> SyncCommand.run(chosen, environment);
            case PRECHECK -> PrecheckCommand.run(chosen, environment);
            case SWEEP -> SweepCommand.run(chosen, environment);
            case VERIFY -> VerifyCommand.run(chosen, environment);
            case DEMO -> DemoCommand.run(chosen, environment);
            case SERVER -> ServerCommand.run(chosen, environment);
            case COMPLETION -> Completion.run(chosen, commands);
            default -> {
                Output.error().write(chosen.commandSpec().commandLine().getUsageMessage());
                yield ExitCode.USAGE;
            }
        };
    }

    /// The verbs of a service are many; commands that run at once need not wait for them.
    static CommandLine commands(List<String> arguments) {
        CommandSpec root = CommandSpec.create().name("syncline");
        root.usageMessage()
                .description("Keeps Redis-compatible databases in sync, exactly once.%n")
                .footerHeading("%nExit codes%n")
                .footer(exitCodes());
        root.addOption(help());
        root.addOption(
                OptionSpec.builder("-V", "--version")
                        .arity("0")
                        .type(boolean.class)
                        .versionHelp(true)
                        .description("Print the version.")
                        .build());
        CommandSpec sync =
                LinkCommand.addOptions(
                        command(SYNC, "Copy everything once, then every change, until stopped."));
        sync.addOption(
                LinkCommand.flag(
                        LinkCommand.PRINT_CONFIG,
                        "Print the options in effect as YAML, without secrets, and end."));
        sync.usageMessage().footerHeading("%nPasswords%n").footer(passwords());
        CommandSpec precheck =
                LinkCommand.addOptions(
                        command(PRECHECK, "Only look: would this task run? Writes nothing."));
        precheck.usageMessage().footerHeading("%nPasswords%n").footer(passwords());
        root.addSubcommand(SYNC, sync);
        root.addSubcommand(PRECHECK, precheck);
        root.addSubcommand(
                SWEEP,
                LinkCommand.addOptions(
                        command(
                                SWEEP,
                                "Remove what a task that is given up keeps in its target.")));
        root.addSubcommand(VERIFY, VerifyCommand.spec(command(VERIFY, VerifyCommand.DESCRIPTION)));
        root.addSubcommand(DEMO, DemoCommand.spec(command(DEMO, DemoCommand.DESCRIPTION)));
        root.addSubcommand(SERVER, ServerCommand.spec(command(SERVER, ServerCommand.DESCRIPTION)));
        root.addSubcommand(LOGIN, LoginCommand.spec(command(LOGIN, LoginCommand.DESCRIPTION)));
        root.addSubcommand(
                INSTANCE,
                remote(arguments, INSTANCE, "The instances of a service: list, add, ..."));
        root.addSubcommand(
                TASK, remote(arguments, TASK, "The tasks of a service: list, create, start, ..."));
        for (String group : RemoteAccess.GROUPS) {
            root.addSubcommand(group, remote(arguments, group, RemoteAccess.description(group)));
        }
        root.addSubcommand(COMPLETION, Completion.spec(command(COMPLETION, Completion.TEXT)));
        return configured(new CommandLine(root));
    }

    private static CommandSpec remote(List<String> arguments, String group, String description) {
        CommandSpec spec = command(group, description);
        boolean wanted = arguments.contains(group) || arguments.contains(COMPLETION);
        return wanted ? RemoteCommand.spec(spec, group) : spec;
    }

    private static CommandLine configured(CommandLine commands) {
        commands.setExpandAtFiles(false) // '@hash' is a command group
                .setInterpolateVariables(false)
                .setAbbreviatedOptionsAllowed(false)
                .setUsageHelpWidth(USAGE_WIDTH)
                .setUsageHelpAutoWidth(false);
        return commands;
    }

    static CommandSpec command(String name, String description) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description).abbreviateSynopsis(true).sortOptions(false);
        return spec.addOption(help());
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .arity("0")
                .type(boolean.class)
                .usageHelp(true)
                .description("Print this help.")
                .build();
    }

    private static String[] exitCodes() {
        return Arrays.stream(ExitCode.values())
                .map(code -> "  " + padded(Integer.toString(code.number())) + code.meaning())
                .toArray(String[]::new);
    }

    private static String padded(String text) {
        return text + " ".repeat(5 - text.length());
    }

    private static String[] passwords() {
        return new String[] {
            "  Best in a file (--source-password-file) or in the environment",
            "  (SYNCLINE_SOURCE_PASSWORD, SYNCLINE_TARGET_PASSWORD): other users of a machine can",
            "  read its command lines. File before URI before environment."
        };
    }

    private static ExitCode exitCode(Failure failure) {
        return failure.code() == ErrorCode.BAD_OPTION ? ExitCode.USAGE : ExitCode.FAILED;
    }

    private int refuse(Failure failure, ExitCode code, String... arguments) {
        return refuse(failure, failure.code().name(), code, arguments);
    }

    private int refuse(Failure failure, String named, ExitCode code, String... arguments) {
        Note.of(failure)
                .lines(Terminal.plainLook())
                .forEach(line -> Output.error().line(line.text(Terminal.plainLook())));
        if (LinkCommand.asksForJson(List.of(arguments))) {
            JsonEvents events = new JsonEvents("");
            String outcome = code == ExitCode.USAGE ? "usage" : "failed";
            Output output = Output.standard();
            output.event(events.error(Instant.now(), failure, named));
            output.event(events.ended(Instant.now(), outcome, code.number()));
        }
        return code.number();
    }

    private static Failure usageFailure(ParameterException e) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        String help = "See " + name + " --help";
        return switch (e) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched, help);
            case OverwrittenOptionException twice ->
                    bad(option(twice), "it is given twice", "Keep one of the two");
            case MissingParameterException missing ->
                    bad(option(missing), "its value is missing", help);
            case MaxValuesExceededException many -> bad(option(many), "it takes no value", help);
            default -> bad(option(e), "its value is not one that it takes", help);
        };
    }

    private static Failure unmatched(UnmatchedArgumentException e, String help) {
        String first = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
        if (e.isUnknownOption() && first.matches("--?[A-Za-z][A-Za-z0-9-]*(=.*)?")) {
            String name = first.replaceFirst("(?s)=.*", "");
            String near = String.join(" or ", e.getSuggestions());
            return bad(
                    name,
                    "there is no such option",
                    near.isEmpty() ? help : "Did you mean " + near + "? " + help);
        }
        boolean command = e.getCommandLine().getCommandSpec().parent() == null;
        return bad(
                "command line",
                command
                        ? "its first word is no command of ours"
                        : "an argument belongs to no option (not repeated here: it may be a secret)",
                help);
    }

    /// The option that an error is about. Some errors of picocli name it in their text alone.
    private static String option(ParameterException e) {
        if (e.getArgSpec() instanceof OptionSpec option) {
            return option.longestName();
        }
        if (e instanceof MissingParameterException missing
                && missing.getMissing().getFirst() instanceof OptionSpec option) {
            return option.longestName();
        }
        Matcher name = OPTION.matcher(String.valueOf(e.getMessage()));
        boolean known =
                name.find()
                        && e.getCommandLine().getCommandSpec().findOption(name.group(1)) != null;
        return known ? name.group(1) : "command line";
    }

    private static Failure bad(String place, String reason, String remedy) {
        return new Failure(ErrorCode.BAD_OPTION, place, reason, remedy);
    }
}
