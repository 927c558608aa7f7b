package io.syncline.server.cli;

import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.report.JsonVerifyReporter;
import io.syncline.server.report.LiveVerifyReporter;
import io.syncline.server.report.Output;
import io.syncline.server.report.PlainVerifyReporter;
import io.syncline.server.report.Terminal;
import io.syncline.server.report.VerifyReporter;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import io.syncline.server.settings.VerifyOptionsReader;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `syncline verify`: are both sides equal?
final class VerifyCommand {
    static final String DESCRIPTION =
            "Compare both sides key by key, in both directions, and repair on demand.";

    private VerifyCommand() {}

    static CommandSpec spec(CommandSpec spec) {
        return LinkCommand.addOptions(spec, VerifyOptionsReader::takes);
    }

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        Settings settings = LinkCommand.settings(parsed);
        VerifyOptions options = VerifyOptionsReader.read(settings, environment);
        VerifyRun run =
                new VerifyRun(
                        options,
                        VerifyOptionsReader.output(settings),
                        reporter(settings.flag(Setting.JSON), environment));
        SyncCommand.stopOnSignals(run::interrupt);
        return run.run();
    }

    private static VerifyReporter reporter(boolean json, Map<String, String> environment) {
        if (json) {
            return new JsonVerifyReporter(Output.standard(), InstantSource.system());
        }
        if (!Terminal.redraws(environment)) {
            return new PlainVerifyReporter(
                    Output.standard(), InstantSource.system(), ZoneId.systemDefault());
        }
        Terminal terminal = Terminal.standard(environment);
        Signals.on("WINCH", terminal::resized);
        return new LiveVerifyReporter(terminal);
    }
}
