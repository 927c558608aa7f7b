package io.syncline.server.cli;

import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.RunningTask;
import io.syncline.engine.pair.PairChoices;
import io.syncline.engine.pair.PairTask;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.server.report.JsonEvents;
import io.syncline.server.report.Output;
import io.syncline.server.report.Terminal;
import io.syncline.server.report.Version;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.PairChoicesReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import io.syncline.server.view.FindingTable;
import io.syncline.server.view.Look;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParseResult;

/// `syncline precheck`: would this task run?
final class PrecheckCommand {
    private PrecheckCommand() {}

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        Settings settings = LinkCommand.settings(parsed);
        LinkOptions options = LinkOptionsReader.read(settings, environment);
        PairChoices pair = PairChoicesReader.read(settings);
        RunningTask task =
                pair == null
                        ? new Link(options, event -> {})
                        : new PairTask(options, pair, event -> {}, resolution -> {});
        boolean json = settings.flag(Setting.JSON);
        begin(options, json);
        List<Finding> findings = task.precheck();
        boolean failed = findings.stream().anyMatch(f -> f.severity() == Severity.ERROR);
        ExitCode code = failed ? ExitCode.PRECHECK_FAILED : ExitCode.DONE;
        if (json) {
            printJson(options, findings, code);
        } else {
            print(findings, environment);
        }
        return code;
    }

    /// Before anything is asked: a side that does not answer is waited for.
    private static void begin(LinkOptions options, boolean json) {
        Output output = Output.standard();
        if (json) {
            JsonEvents events = new JsonEvents(options.task());
            output.event(events.started(Instant.now(), options, Version.text()));
        } else {
            output.line("precheck: " + options.source() + " -> " + options.target());
        }
    }

    private static void print(List<Finding> findings, Map<String, String> environment) {
        Look look =
                Terminal.isThere() ? Terminal.standard(environment).look() : Terminal.plainLook();
        Output output = Output.standard();
        new FindingTable(look).lines(findings).forEach(line -> output.line(line.text(look)));
        output.line("");
        FindingTable.verdict(findings).lines(look).forEach(line -> output.line(line.text(look)));
    }

    private static void printJson(LinkOptions options, List<Finding> findings, ExitCode code) {
        JsonEvents events = new JsonEvents(options.task());
        Output output = Output.standard();
        findings.forEach(finding -> output.event(events.finding(Instant.now(), finding)));
        String outcome = code == ExitCode.DONE ? "done" : "precheck-failed";
        output.event(events.ended(Instant.now(), outcome, code.number()));
    }
}
