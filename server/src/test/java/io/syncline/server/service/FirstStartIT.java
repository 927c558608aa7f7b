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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    void aKeyThatIsMissingOrAnothersIsSaidAndNotMadeAnewBesideStoredPasswords() throws IOException {
        Map<String, String> usual = Map.of(ServerOptions.PASSWORD_VARIABLE, PASSWORD);
        try (Service service = start("127.0.0.1", Ports.free(), usual)) {
            Api admin = new Api("http://" + service.address(), null).as("admin", PASSWORD);
            admin.post("/api/v1/instances", Map.of("uri", "redis://:s3cret@127.0.0.1:1")).json(201);
        }
        Path key = folder.resolve("data/master.key");
        Path copy = folder.resolve("copy.key");
        Files.move(key, copy);

        assertThatThrownBy(() -> start("127.0.0.1", Ports.free(), usual))
                .hasMessageContainingAll(
                        key.toString(), "is missing", "the one secret", "Put its copy back");
        assertThat(key).doesNotExist();

        try (Service other = otherData(usual)) {
            assertThat(other.address()).isNotNull();
        }
        Files.copy(folder.resolve("other/master.key"), key);
        assertThatThrownBy(() -> start("127.0.0.1", Ports.free(), usual))
                .hasMessageContainingAll(key.toString(), "does not open", "another one");

        Files.copy(copy, key, StandardCopyOption.REPLACE_EXISTING);
        start("127.0.0.1", Ports.free(), usual).close();
        Files.delete(key);
        start("127.0.0.1", Ports.free(), Map.of("SYNCLINE_MASTER_KEY", "new")).close();
        assertThat(key).exists();
    }

    private Service otherData(Map<String, String> environment) {
        return Service.start(
                new ServerOptions(
                        folder.resolve("other"),
                        new HostPort("127.0.0.1", Ports.free()),
                        "",
                        null,
                        null,
                        environment));
    }

    /// A script that waits for the port logs in at once: the admin must be there by then, or it
    /// must be said that the service is starting.
    @Test
    void whoLogsInWhileTheServiceStartsIsLetInOrToldToWait() throws Exception {
        int port = Ports.free();
        Api anybody = new Api("http://127.0.0.1:" + port, null);
        Map<String, String> login = Map.of("user", "admin", "password", PASSWORD);
        Set<Integer> answers = ConcurrentHashMap.newKeySet();
        Thread asking =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!answers.contains(201) && !answers.contains(401)) {
                                try {
                                    answers.add(anybody.post("/api/v1/login", login).status());
                                } catch (UncheckedIOException e) {
                                    Thread.onSpinWait();
                                }
                            }
                        });
        try (Service service =
                start("127.0.0.1", port, Map.of(ServerOptions.PASSWORD_VARIABLE, PASSWORD))) {
            asking.join();
            assertThat(service.address().port()).isEqualTo(port);
        }
        assertThat(answers).contains(201).doesNotContain(401);
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
