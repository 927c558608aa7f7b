package io.syncline.server.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.net.HostPort;
import io.syncline.server.boot.ServerOptions;
import io.syncline.server.boot.Service;
import io.syncline.server.cli.SynclineCommand;
import io.syncline.testkit.Ports;
import io.syncline.testkit.TlsCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A start that does not come about, the one behind it, and the first login.
class FirstStartIT {
    private static final String PASSWORD = "correct horse battery";

    @TempDir private Path folder;

    private Service start(String host, int port, Map<String, String> environment) {
        return start(host, port, environment, null, null);
    }

    private Service start(
            String host,
            int port,
            Map<String, String> environment,
            @Nullable Path certificate,
            @Nullable Path key) {
        return Service.start(
                new ServerOptions(
                        folder.resolve("data"),
                        new HostPort(host, port),
                        "",
                        certificate,
                        key,
                        environment));
    }

    @Test
    void thePasswordIsToldByTheFirstStartThatListensAndNotLostWithOneThatCannot()
            throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start("127.0.0.1", other.getLocalPort(), Map.of()))
                    .hasMessageContaining("another program has it");
        }
        // Kept for documentation (RFC 5737): no machine's own.
        assertThatThrownBy(() -> start("192.0.2.1", Ports.free(), Map.of()))
                .hasMessageContaining("no address of this machine");

        try (Service service = start("127.0.0.1", Ports.free(), Map.of())) {
            String password = service.firstPassword();
            assertThat(password).isNotNull();
            new Api("http://" + service.address(), null).as("admin", String.valueOf(password));
        }
    }

    @Test
    void aPasswordThatIsTooShortIsRefusedByItsName() {
        assertThatThrownBy(() ->
                        start(
                                "127.0.0.1",
                                Ports.free(),
                                Map.of(ServerOptions.PASSWORD_VARIABLE, "short")))
                .hasMessageContainingAll(ServerOptions.PASSWORD_VARIABLE, "10 to 200 characters");
    }

    @Test
    void theCommandLineTrustsTheCaOfTheServiceAndKeepsItsLoginInTheHomeOfTheShell()
            throws IOException {
        TlsCertificates tls = TlsCertificates.shared();
        Map<String, String> home =
                new HashMap<>(Map.of("HOME", folder.toString(), "SYNCLINE_PASSWORD", PASSWORD));
        try (Service service =
                start(
                        "127.0.0.1",
                        Ports.free(),
                        Map.of(ServerOptions.PASSWORD_VARIABLE, PASSWORD),
                        tls.serverCertificate(),
                        tls.serverKey())) {
            SynclineCommand command = new SynclineCommand(home);
            String url = "https://" + service.address();
            assertThat(command.run("login", "--url", url)).isEqualTo(4);
            assertThat(command.run("login", "--url", url, "--ca", "nothing")).isEqualTo(2);

            String authority = tls.authority().toString();
            assertThat(command.run("login", "--url", url, "--ca", authority, "--json")).isZero();

            Path kept = folder.resolve(".config/syncline/login");
            assertThat(Files.readString(kept, UTF_8)).contains(url, "sl_", authority);
            assertThat(command.run("task", "list", "--json")).isZero();
        }
    }
}
