package io.syncline.server.demo;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Two servers that die with this process, however it dies.
///
/// Between them and us stands a shell that waits for the end of its input. We hold the other end
/// and never write more than the server's program into it; when we end, be it by `kill -9`, the
/// kernel closes it, and the shell kills both servers and removes their folder. Each server is in a
/// process group of its own (`set -m`), out of reach of the terminal's Ctrl-C, so that the link can
/// stop in peace first.
final class DemoServers implements AutoCloseable {
    /// What the jar carries.
    static final String VERSION = "7.0.15";

    private static final Duration START_LIMIT = Duration.ofSeconds(15);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 10;

    private static final String KEEPER =
            """
            set -m
            trap '' INT TERM HUP
            dir=$(mktemp -d "${TMPDIR:-/tmp}/syncline-demo.XXXXXX") || exit 1
            echo "$dir"
            head -c "$1" >"$dir/redis-server"
            chmod 700 "$dir/redis-server"
            shift
            servers=
            for port in "$@"; do
                "$dir/redis-server" --port "$port" --bind 127.0.0.1 --dir "$dir" --save '' \
                    --appendonly no --databases 16 --enable-debug-command yes \
                    --repl-diskless-sync yes --repl-diskless-sync-delay 0 \
                    --repl-backlog-size 64mb </dev/null >/dev/null 2>&1 &
                servers="$servers $!"
            done
            read -r _
            kill -9 $servers
            wait
            rm -rf "$dir"
            """;

    private final Process keeper;
    private final Path folder;
    private final int sourcePort;
    private final int targetPort;

    private DemoServers(Process keeper, Path folder, int sourcePort, int targetPort) {
        this.keeper = keeper;
        this.folder = folder;
        this.sourcePort = sourcePort;
        this.targetPort = targetPort;
    }

    static DemoServers start() throws IOException, InterruptedException {
        byte[] program = program();
        int[] ports = freePorts();
        Process keeper =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                KEEPER,
                                "syncline-demo",
                                Integer.toString(program.length),
                                Integer.toString(ports[0]),
                                Integer.toString(ports[1]))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        OutputStream feed = keeper.getOutputStream();
        feed.write(program);
        feed.flush();
        BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
        String folder = said.readLine();
        if (folder == null) {
            throw failure("no folder for temporary files could be made");
        }
        DemoServers servers = new DemoServers(keeper, Path.of(folder), ports[0], ports[1]);
        try {
            servers.await(ports[0]);
            servers.await(ports[1]);
            return servers;
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    int sourcePort() {
        return sourcePort;
    }

    int targetPort() {
        return targetPort;
    }

    /// Goes with the servers.
    Path folder() {
        return folder;
    }

    private void await(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        IOException last = new IOException("it was not tried");
        while (System.nanoTime() < deadline && keeper.isAlive()) {
            try (RespClient client = new RespClient(port)) {
                client.call("PING");
                return;
            } catch (IOException e) {
                last = e;
                Thread.sleep(POLL_MILLIS);
            }
        }
        throw new SynclineException(
                failure("the server on port " + port + " does not answer").failure(), last);
    }

    /// Both are held open until both are known, so that they differ.
    private static int[] freePorts() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, here);
                ServerSocket two = new ServerSocket(0, 1, here)) {
            return new int[] {one.getLocalPort(), two.getLocalPort()};
        }
    }

    private static byte[] program() throws IOException {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String os = system.contains("mac") ? "darwin" : system.contains("linux") ? "linux" : system;
        String arch =
                switch (machine) {
                    case "amd64", "x86_64" -> "amd64";
                    case "aarch64", "arm64" -> "arm64";
                    case "x86", "i386", "i686" -> "386";
                    default -> machine;
                };
        String name = "/redis-server-" + VERSION + "-" + os + "-" + arch;
        try (InputStream in = DemoServers.class.getResourceAsStream(name)) {
            if (in == null) {
                throw failure("there is no server program for " + system + " on " + machine);
            }
            return in.readAllBytes();
        }
    }

    private static SynclineException failure(String reason) {
        return new SynclineException(
                ErrorCode.UNREACHABLE,
                "demo",
                reason,
                "The demo needs Linux or macOS and a temporary folder (TMPDIR) that programs may run"
                        + " from; with servers of your own use ./syncline sync");
    }

    /// Ends both servers and removes their folder.
    @Override
    public void close() {
        try {
            keeper.getOutputStream().close();
            if (!keeper.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                keeper.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the demo's servers cannot be told to end", e);
        } catch (InterruptedException e) {
            // The keeper goes on and finishes by itself: its input is closed.
            Thread.currentThread().interrupt();
        }
    }
}
