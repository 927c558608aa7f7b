package io.syncline.server.cli;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connector;
import io.syncline.engine.target.Sweeper;
import io.syncline.server.report.JsonEvents;
import io.syncline.server.report.Output;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.ParseResult;

/// `syncline sweep`: removes what a task that is given up keeps in its target.
final class SweepCommand {
    private SweepCommand() {}

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        Settings settings = LinkCommand.settings(parsed);
        LinkOptions options = LinkOptionsReader.read(settings, environment);
        Connector connector =
                new Connector(
                        options.target().credentials(),
                        options.target().tls(),
                        "syncline:" + options.task());
        try {
            long removed =
                    new Sweeper(new Instance(options.target(), connector, true), options.task())
                            .sweep();
            if (settings.flag(Setting.JSON)) {
                JsonEvents events = new JsonEvents(options.task());
                Output.standard().event(events.swept(Instant.now(), removed));
                Output.standard()
                        .event(events.ended(Instant.now(), "done", ExitCode.DONE.number()));
            } else {
                Output.standard()
                        .line(
                                "Removed "
                                        + removed
                                        + (removed == 1 ? " key" : " keys")
                                        + " of task "
                                        + options.task()
                                        + "; another start of it begins with a snapshot.");
            }
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new SynclineException(
                    ErrorCode.UNREACHABLE,
                    options.target().toString(),
                    "the target cannot be swept: " + e.getMessage(),
                    "Check the connection and run it again: it goes on with what is left");
        }
    }
}
