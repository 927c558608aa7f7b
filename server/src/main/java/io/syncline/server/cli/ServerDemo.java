package io.syncline.server.cli;

import io.syncline.engine.net.HostPort;
import io.syncline.server.boot.Sample;
import io.syncline.server.boot.ServerOptions;
import io.syncline.server.boot.Service;
import io.syncline.server.demo.Demo;
import io.syncline.server.report.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ParseResult;

/// `syncline demo --server`: the service with servers, live traffic and a task that runs, to click
/// around in. Everything goes when it ends.
final class ServerDemo {
    private static final String LOG = "SYNCLINE_LOG";

    private ServerDemo() {}

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        HostPort listen =
                HostPort.parse(
                        parsed.matchedOptionValue(ServerCommand.LISTEN, ServerOptions.USUAL_LISTEN),
                        ServerCommand.USUAL_PORT);
        if (!environment.containsKey(LOG)) {
            // Whoever looks around wants to read where, and not what the service writes down.
            System.setProperty(LOG, "quiet");
        }
        CountDownLatch stop = new CountDownLatch(1);
        SyncCommand.stopOnSignals(stop::countDown);
        try (Demo demo = Demo.prepare(DemoCommand.scene(parsed))) {
            Path folder = demo.folder().resolve("service");
            ServerOptions options =
                    new ServerOptions(folder, listen, "", null, null, new HashMap<>(environment));
            try (Service service = Service.start(options)) {
                Sample.task(service, demo);
                Output.standard().line(demo.opening());
                ServerCommand.announce(service, options);
                demo.keepWriting(stop);
                return ExitCode.INTERRUPTED;
            }
        } catch (IOException e) {
            throw DemoCommand.unusable(e);
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }
}
