package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.HostPort;
import io.syncline.server.boot.ServerOptions;
import io.syncline.server.boot.Service;
import io.syncline.server.report.Output;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `syncline server`: the service, until a signal stops it.
final class ServerCommand {
    static final String DESCRIPTION =
            "Run the service: console, REST interface, and every task that was started there.";

    private static final String DATA = "--data";
    static final String LISTEN = "--listen";
    private static final String STORE = "--store";
    private static final String TLS_CERT = "--tls-cert";
    private static final String TLS_KEY = "--tls-key";
    static final int USUAL_PORT = 8080;

    private ServerCommand() {}

    static CommandSpec spec(CommandSpec spec) {
        return spec.addOption(
                        option(DATA, "DIR", "Store, keys and waiting bytes. Default: ./data."))
                .addOption(
                        option(
                                LISTEN,
                                "HOST:PORT",
                                "Where to listen. Default: "
                                        + ServerOptions.USUAL_LISTEN
                                        + ", this machine only."))
                .addOption(
                        option(
                                STORE,
                                "URL",
                                "jdbc:postgresql://host/database?user=U&password=P. Default: a file"
                                        + " in --data. Or SYNCLINE_STORE."))
                .addOption(option(TLS_CERT, "FILE", "PEM certificate chain; turns HTTPS on."))
                .addOption(option(TLS_KEY, "FILE", "PEM key of it (PKCS#8)."));
    }

    static OptionSpec option(String name, String label, String description) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .completionCandidates(choices(label))
                .type(String.class)
                .description(description)
                .build();
    }

    /// What a shell offers for `one|two`; nothing for a label that only says of what kind it is.
    static List<String> choices(String label) {
        return label.contains("|") ? List.of(label.split("\\|", -1)) : List.of();
    }

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        ServerOptions options = options(parsed, environment);
        CountDownLatch stop = new CountDownLatch(1);
        SyncCommand.stopOnSignals(stop::countDown);
        AtomicBoolean taken = new AtomicBoolean();
        try (Service service = Service.start(options)) {
            service.onTaken(() -> {
                taken.set(true);
                stop.countDown();
            });
            announce(service, options);
            stop.await();
            if (taken.get()) {
                throw new SynclineException(
                        ErrorCode.SUPERSEDED,
                        STORE,
                        "another service has taken the store while it was away, and runs its tasks",
                        "Start this one again when the other one has ended");
            }
            Output.standard().line("Stopping; tasks go on where they are at the next start.");
            return ExitCode.INTERRUPTED;
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }

    static void announce(Service service, ServerOptions options) {
        boolean tls = options.tlsCertificate() != null;
        String url = (tls ? "https://" : "http://") + service.address();
        Output.standard().line("Syncline listens on " + url);
        String password = service.firstPassword();
        if (password != null) {
            Output.standard().line("First start: log in as admin with the password " + password);
            Output.standard().line("It is shown this once. Change it under Users.");
        }
        boolean everywhere = !isLoopback(options.listen().host());
        if (everywhere && !tls) {
            Output.error()
                    .line(
                            "Warning: passwords travel unencrypted beyond this machine. Use "
                                    + TLS_CERT
                                    + " and "
                                    + TLS_KEY
                                    + ", or a proxy that speaks HTTPS.");
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    private static ServerOptions options(ParseResult parsed, Map<String, String> environment) {
        Path certificate = path(parsed, TLS_CERT);
        Path key = path(parsed, TLS_KEY);
        if ((certificate == null) != (key == null)) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    certificate == null ? TLS_CERT : TLS_KEY,
                    "it is missing",
                    "Give both " + TLS_CERT + " and " + TLS_KEY);
        }
        String listen = parsed.matchedOptionValue(LISTEN, ServerOptions.USUAL_LISTEN);
        String store =
                parsed.matchedOptionValue(STORE, environment.getOrDefault("SYNCLINE_STORE", ""));
        return new ServerOptions(
                Path.of(parsed.matchedOptionValue(DATA, "data")).toAbsolutePath(),
                HostPort.parse(listen, USUAL_PORT),
                store,
                certificate,
                key,
                environment);
    }

    private static @Nullable Path path(ParseResult parsed, String option) {
        String text = parsed.matchedOptionValue(option, "");
        return text.isEmpty() ? null : Path.of(text);
    }
}
