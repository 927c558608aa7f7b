package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.syncline.testkit.Await;
import io.syncline.testkit.Ports;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same service on PostgreSQL, where this machine has one.
class PostgresIT {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    @TempDir private Path folder;

    private static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .findFirst();
        }
    }

    /// PostgreSQL refuses to run as root.
    private static List<String> unprivileged(Path data) throws IOException {
        if (!System.getProperty("user.name", "").equals("root")) {
            return List.of();
        }
        Files.setOwner(
                data,
                data.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName("nobody"));
        return List.of("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups");
    }

    private static Process run(Path data, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(unprivileged(data));
        all.addAll(command);
        return new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void keepsTasksAcrossARestartOfTheService() throws Exception {
        Optional<Path> bin = programs();
        assumeTrue(bin.isPresent(), "SKIPPED: no PostgreSQL under " + VERSIONS);
        // Not below the test's own folder, which others may not enter.
        Path data = Files.createTempDirectory(Path.of("/tmp"), "syncline-pg");
        int port = Ports.free();
        Process init =
                run(
                        data,
                        List.of(
                                bin.get().resolve("initdb").toString(),
                                "-D",
                                data.resolve("d").toString(),
                                "-A",
                                "trust",
                                "-U",
                                "syncline",
                                "--no-sync"));
        assertThat(init.waitFor(60, TimeUnit.SECONDS) && init.exitValue() == 0).isTrue();
        try (Postgres postgres = new Postgres(bin.get(), data, port)) {
            worksOn("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=syncline", postgres);
            postgres.stop();
        } finally {
            delete(data);
        }
    }

    /// A server that can go away and come back.
    private static final class Postgres implements AutoCloseable {
        private final Path bin;
        private final Path data;
        private final int port;
        private Process process;

        Postgres(Path bin, Path data, int port) throws IOException {
            this.bin = bin;
            this.data = data;
            this.port = port;
            this.process = launch();
        }

        private Process launch() throws IOException {
            Process launched =
                    run(
                            data,
                            List.of(
                                    bin.resolve("postgres").toString(),
                                    "-D",
                                    data.resolve("d").toString(),
                                    "-p",
                                    Integer.toString(port),
                                    "-k",
                                    data.toString(),
                                    "-c",
                                    "listen_addresses=127.0.0.1",
                                    "-c",
                                    "fsync=off"));
            Await.until("PostgreSQL", RunningService.LIMIT, () -> answers(port));
            return launched;
        }

        void start() throws IOException {
            process = launch();
        }

        /// As its operators stop it: sessions are ended, nothing is waited for.
        void stop() throws IOException {
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).inheritIO().start();
            Await.until("PostgreSQL ends", RunningService.LIMIT, () -> !process.isAlive());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static boolean answers(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        }
    }

    private void worksOn(String url, Postgres postgres) throws Exception {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SET", "key", "value");
            String id;
            try (RunningService service = RunningService.start(folder, url)) {
                Api admin = service.admin();
                id =
                        task(
                                admin,
                                "orders",
                                instance(admin, "a", source),
                                instance(admin, "b", target));
                admin.post("/api/v1/tasks/" + id + "/actions/start").json(200);
                await(admin, id, "running");
                assertThat(admin.get("/api/v1/system").text()).contains("PostgreSQL");
            }
            try (RunningService service = RunningService.start(folder, url)) {
                await(service.admin(), id, "running");
                assertThat(target.text("GET", "key")).isEqualTo("value");
                assertThat(source.info("sync_full")).isEqualTo("1");
                assertThatThrownBy(() -> RunningService.start(folder.resolve("other"), url))
                        .hasMessageContaining("another service uses it");
                goesOnWithoutIt(service, id, source, target, postgres);
                assertThatThrownBy(() -> RunningService.start(folder.resolve("other"), url))
                        .as("the lock was taken again")
                        .hasMessageContaining("another service uses it");
                letsGoWhatAnotherHasTaken(service, source, target, url);
            }
        }
    }

    /// Data, and what happens to a task, do not wait for the store.
    private static void goesOnWithoutIt(
            RunningService service,
            String task,
            RedisServer source,
            RedisServer target,
            Postgres postgres)
            throws Exception {
        postgres.stop();
        Await.until(
                "the service says so",
                RunningService.LIMIT,
                () -> service.anybody().get("/health/ready").status() == 503);
        Api.Answer refused = service.admin().get("/api/v1/tasks");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text()).contains("UNAVAILABLE", "Tasks that run go on");
        source.command("SET", "meanwhile", "1");
        Await.until(
                "data go on",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "meanwhile") == 1);
        source.shutdown("SAVE");
        source.restart();
        source.command("SET", "afterwards", "1");
        Await.until(
                "a fault is got over",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "afterwards") == 1);

        postgres.start();

        Await.until(
                "the service is ready",
                RunningService.LIMIT,
                () -> service.anybody().get("/health/ready").status() == 200);
        await(service.admin(), task, "running");
    }

    /// The other service was faster when the database came back.
    private static void letsGoWhatAnotherHasTaken(
            RunningService service, RedisServer source, RedisServer target, String url)
            throws Exception {
        try (Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            Await.until(
                    "the lock of a session that was ended",
                    RunningService.LIMIT,
                    () -> takesLock(statement));
            Await.until(
                    "the service lets go",
                    RunningService.LIMIT,
                    () -> service.anybody().get("/health/ready").status() == 503);
            Await.until(
                    "links end",
                    RunningService.LIMIT,
                    () -> source.info("connected_slaves").equals("0"));
            source.command("SET", "not-ours", "1");
            assertThat(target.number("EXISTS", "not-ours")).isZero();
        }
    }

    /// In one turn: who comes later has no time to be first.
    private static boolean takesLock(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT pg_terminate_backend(pid), pg_sleep(0.05) FROM pg_locks"
                                + " WHERE locktype = 'advisory'")) {
            assertThat(row.next()).isTrue();
        }
        try (ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(79625463)")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void delete(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
