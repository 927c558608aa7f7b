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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// The servers of both sides; they die with this process, however it dies.
///
/// Between them and us stands a shell that waits for the end of its input. We hold the other end
/// and never write more than the server's program into it; when we end, be it by `kill -9`, the
/// kernel closes it, and the shell kills the servers and removes their folder. Each server is in a
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
            for ports in "$@"; do
                port=${ports%:*}
                bus=${ports#*:}
                set --
                [ -z "$bus" ] || set -- --cluster-enabled yes --cluster-port "$bus" \
                    --cluster-config-file "nodes-$port" --cluster-node-timeout 30000
                "$dir/redis-server" --port "$port" --bind 127.0.0.1 --dir "$dir" --save '3600 1' \
                    --appendonly no --enable-debug-command yes \
                    --repl-diskless-sync yes --repl-diskless-sync-delay 0 \
                    --repl-backlog-size 64mb "$@" </dev/null >/dev/null 2>&1 &
                servers="$servers $!"
            done
            read -r _
            kill -9 $servers
            wait
            rm -rf "$dir"
            """;

    private final Process keeper;
    private final Path folder;
    private final List<Integer> sourcePorts;
    private final List<Integer> targetPorts;

    private DemoServers(
            Process keeper, Path folder, List<Integer> sourcePorts, List<Integer> targetPorts) {
        this.keeper = keeper;
        this.folder = folder;
        this.sourcePorts = sourcePorts;
        this.targetPorts = targetPorts;
    }

    /// @param nodes of each side; more than one make a cluster
    static DemoServers start(int nodes) throws IOException, InterruptedException {
        byte[] program = program();
        int perSide = nodes > 1 ? 2 * nodes : nodes;
        List<Integer> ports = freePorts(2 * perSide);
        List<Integer> source = ports.subList(0, perSide);
        List<Integer> target = ports.subList(perSide, 2 * perSide);
        Process keeper =
                new ProcessBuilder(command(program.length, nodes, source, target))
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
        DemoServers servers =
                new DemoServers(
                        keeper,
                        Path.of(folder),
                        source.subList(0, nodes),
                        target.subList(0, nodes));
        try {
            for (List<Integer> side : List.of(source, target)) {
                for (int port : side.subList(0, nodes)) {
                    servers.await(port);
                }
                if (nodes > 1 && !Clusters.join(side, deadline())) {
                    throw failure("the cluster at port " + side.getFirst() + " does not form");
                }
            }
            return servers;
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    /// The words that start the keeper: each server as `port:bus`, the bus empty for none.
    private static List<String> command(
            int programLength, int nodes, List<Integer> source, List<Integer> target) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "bash",
                                "-c",
                                KEEPER,
                                "syncline-demo",
                                Integer.toString(programLength)));
        for (List<Integer> side : List.of(source, target)) {
            for (int node = 0; node < nodes; node++) {
                words.add(side.get(node) + ":" + (nodes > 1 ? side.get(nodes + node) : ""));
            }
        }
        return words;
    }

    /// Of a cluster in the order of their slots.
    List<Integer> sourcePorts() {
        return sourcePorts;
    }

    List<Integer> targetPorts() {
        return targetPorts;
    }

    private static long deadline() {
        return System.nanoTime() + START_LIMIT.toNanos();
    }

    /// Goes with the servers.
    Path folder() {
        return folder;
    }

    private void await(int port) throws IOException, InterruptedException {
        long deadline = deadline();
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

    /// All are held open until all are known, so that they differ.
    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(one);
                ports.add(one.getLocalPort());
            }
            return ports;
        } finally {
            for (ServerSocket one : held) {
                one.close();
            }
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

    /// Ends the servers and removes their folder.
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
