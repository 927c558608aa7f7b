package io.syncline.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/// One server process on loopback, with its own port and its own folder that goes with it.
///
/// ```java
/// try (RedisServer server = RedisServer.builder().config("maxmemory 10mb").start()) {
///     server.command("SET", "key", "value");
/// }
/// ```
///
/// Nothing is saved on its own (`save ""`); full synchronizations start at once
/// (`repl-diskless-sync-delay 0`); DEBUG is allowed. A `config` line overrides each of these.
public final class RedisServer implements Instance, AutoCloseable {
    static final String HOST = "127.0.0.1";

    /// Loading a large file may take this long; a server that starts empty needs milliseconds.
    private static final Duration START = Duration.ofSeconds(30);

    /// How often another port is tried when the one chosen was taken at the last moment.
    private static final int PORT_ATTEMPTS = 5;

    private final ServerBinary binary;
    private final TemporaryFolder folder;
    private final int port;
    private final Endpoint endpoint;
    private final boolean clustered;
    private ChildProcess process;
    private @Nullable Wire wire;

    private RedisServer(RedisServerBuilder builder, TemporaryFolder folder, int port) {
        this.binary = builder.binary;
        this.folder = folder;
        this.port = port;
        this.clustered = builder.clustered;
        this.endpoint = builder.endpoint(port);
        this.process = launch();
    }

    /// A server of the embedded version with nothing special.
    public static RedisServer start() {
        return builder().start();
    }

    public static RedisServer start(ServerBinary binary) {
        return builder().binary(binary).start();
    }

    public static RedisServerBuilder builder() {
        return new RedisServerBuilder();
    }

    static RedisServer start(RedisServerBuilder builder) {
        for (int attempt = 1; ; attempt++) {
            int port = builder.port == 0 ? Ports.free() : builder.port;
            RedisServer server = create(builder, port);
            try {
                server.awaitReady();
                return server;
            } catch (AssertionError failure) {
                boolean taken = server.process.logTail().contains("Address already in use");
                server.close();
                if (!taken || builder.port != 0 || attempt == PORT_ATTEMPTS) {
                    throw failure;
                }
            }
        }
    }

    private static RedisServer create(RedisServerBuilder builder, int port) {
        TemporaryFolder folder = TemporaryFolder.create(builder.binary.version().toString());
        folder.write(RedisServerBuilder.CONFIG_FILE, builder.configuration(folder.path(), port));
        return new RedisServer(builder, folder, port);
    }

    public ServerBinary binary() {
        return binary;
    }

    public ServerVersion version() {
        return binary.version();
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return port;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /// Holds the snapshot file, the log and the configuration; deleted by [#close].
    public Path folder() {
        return folder.path();
    }

    public Path unixSocket() {
        return folder.resolve("unix.sock");
    }

    @Override
    public boolean clustered() {
        return clustered;
    }

    @Override
    public List<Endpoint> primaries() {
        return clustered ? SlotMap.read(endpoint).primaries() : List.of(endpoint);
    }

    /// A new Jedis client; the caller closes it.
    public Jedis client() {
        return endpoint.client();
    }

    /// Runs one command, in database 0 unless a SELECT went before, on a connection kept for this.
    ///
    /// @return a `Long`, `byte[]`, `List` or null, see [Wire]
    public synchronized @Nullable Object command(Object... words) {
        return wire().call(words);
    }

    /// As [#command], as text.
    public synchronized String text(Object... words) {
        return wire().text(words);
    }

    /// As [#command], as a number.
    public synchronized long number(Object... words) {
        return wire().number(words);
    }

    /// One field of INFO, or an empty text when there is none.
    public String info(String field) {
        String begin = field + ":";
        return text("INFO", "all")
                .lines()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()).strip())
                .findFirst()
                .orElse("");
    }

    /// SIGKILL: what was not saved is lost, connections are reset. [#restart] brings it back.
    public synchronized void kill() {
        dropWire();
        process.kill();
    }

    /// SIGSTOP: connections stay open and silent.
    public void pause() {
        process.stop(true);
    }

    /// SIGCONT.
    public void resume() {
        process.stop(false);
    }

    /// Starts it again on the same port and folder; a server that still runs saves its data first.
    public synchronized void restart() {
        if (process.alive()) {
            shutdown("SAVE");
        }
        process = launch();
        awaitReady();
    }

    /// SHUTDOWN with SAVE or NOSAVE, waiting for the end of the process.
    public synchronized void shutdown(String mode) {
        try {
            wire().call("SHUTDOWN", mode);
        } catch (JedisConnectionException expected) {
            // The answer to a SHUTDOWN that works is the end of the connection.
            dropWire();
        }
        process.awaitDeath();
    }

    public boolean alive() {
        return process.alive();
    }

    public long pid() {
        return process.pid();
    }

    /// Processor time used since its start, without forked children; in steps of 10 ms.
    public long cpuMillis() {
        return process.cpuMillis();
    }

    /// Memory that is in RAM now.
    public long residentBytes() {
        return process.residentBytes();
    }

    /// The last lines of its log.
    public String logTail() {
        return process.logTail();
    }

    /// Waits until this replica has all that its primary sent so far.
    public void awaitReplicaOf(RedisServer primary, Duration limit) {
        Await.until(
                this + " follows " + primary,
                limit,
                () -> {
                    long sent = Long.parseLong(primary.info("master_repl_offset"));
                    return info("master_link_status").equals("up")
                            && Long.parseLong(info("slave_repl_offset")) >= sent;
                });
    }

    @Override
    public synchronized void close() {
        dropWire();
        process.kill();
        folder.close();
    }

    @Override
    public String toString() {
        return binary + "@" + endpoint;
    }

    private ChildProcess launch() {
        return ChildProcess.start(
                List.of(
                        binary.executable().toString(),
                        folder.resolve(RedisServerBuilder.CONFIG_FILE).toString()),
                folder.path(),
                folder.resolve("server.log"));
    }

    private void awaitReady() {
        try {
            Await.until(this + " answers", START, this::ready);
        } catch (AssertionError failure) {
            throw new AssertionError(failure.getMessage() + "\n" + process.logTail(), failure);
        }
    }

    private boolean ready() {
        if (!process.alive()) {
            throw new AssertionError(this + " ended");
        }
        try (Wire probe = endpoint.connect()) {
            String info = probe.text("INFO", "all");
            // Another process may have taken the port between our look and this server's bind.
            return info.contains("process_id:" + process.pid() + "\r")
                    // Since 7.0 there is async_loading, too.
                    && info.contains("\nloading:0");
        }
    }

    private Wire wire() {
        if (wire != null && wire.broken()) {
            dropWire();
        }
        if (wire == null) {
            wire = endpoint.connect();
        }
        return wire;
    }

    private void dropWire() {
        if (wire != null) {
            wire.close();
            wire = null;
        }
    }

    /// Whether the server knows a command's name; for features that a version may lack.
    public boolean knows(String command) {
        try {
            return !Replies.list(command("COMMAND", "INFO", command)).contains(null);
        } catch (JedisDataException unknownSubcommand) {
            return false;
        }
    }
}
