package io.syncline.server.cli;

import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.pair.PairChoices;
import io.syncline.engine.pair.PairTask;
import io.syncline.server.report.ConflictLog;
import io.syncline.server.report.JsonReporter;
import io.syncline.server.report.LiveReporter;
import io.syncline.server.report.Output;
import io.syncline.server.report.PlainReporter;
import io.syncline.server.report.Reporter;
import io.syncline.server.report.Terminal;
import io.syncline.server.settings.ConfigText;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.PairChoicesReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/// `syncline sync`: one task in this process.
final class SyncCommand {
    private SyncCommand() {}

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        Settings settings = LinkCommand.settings(parsed);
        LinkOptions options = LinkOptionsReader.read(settings, environment);
        if (LinkCommand.has(parsed, LinkCommand.PRINT_CONFIG)) {
            Output.standard().write(ConfigText.of(options, settings));
            return ExitCode.DONE;
        }
        boolean json = settings.flag(Setting.JSON);
        PairChoices pair = PairChoicesReader.read(settings);
        Reporter reporter = reporter(json, options.task(), environment);
        try (ConflictLog log = ConflictLog.open(PairChoicesReader.conflictLog(settings))) {
            return run(linkRun(options, pair, reporter, log));
        }
    }

    /// @param pair null for a one-way task
    static LinkRun linkRun(
            LinkOptions options, @Nullable PairChoices pair, Reporter reporter, ConflictLog log) {
        return pair == null
                ? new LinkRun(options, reporter)
                : new LinkRun(
                        options, reporter, events -> new PairTask(options, pair, events, log));
    }

    private static ExitCode run(LinkRun run) {
        stopOnSignals(run::interrupt);
        return run.run();
    }

    static Reporter reporter(boolean json, String task, Map<String, String> environment) {
        if (json) {
            return new JsonReporter(Output.standard(), task, InstantSource.system());
        }
        if (!Terminal.redraws(environment)) {
            return new PlainReporter(
                    Output.standard(), InstantSource.system(), ZoneId.systemDefault());
        }
        Terminal terminal = Terminal.standard(environment);
        Signals.on("WINCH", terminal::resized);
        return new LiveReporter(terminal);
    }

    /// The first signal stops cleanly, the second ends the process where it stands: the checkpoint
    /// in the target makes that safe, too.
    static void stopOnSignals(Runnable stop) {
        AtomicInteger count = new AtomicInteger();
        Runnable action =
                () -> {
                    if (count.incrementAndGet() > 1) {
                        Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
                    }
                    stop.run();
                };
        Signals.on("INT", action);
        Signals.on("TERM", action);
        // The terminal was closed. Where that is to be ignored (nohup), the JVM ignores it.
        Signals.on("HUP", action);
    }
}
