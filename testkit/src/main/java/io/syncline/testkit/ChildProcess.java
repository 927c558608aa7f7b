package io.syncline.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// One process of ours, its log, and the signals tests send it.
///
/// Whatever still runs when the JVM ends is killed by a shutdown hook, so that an aborted test run
/// leaves no server behind (a `kill -9` of the JVM itself can).
final class ChildProcess {
    private static final Duration DEATH = Duration.ofSeconds(10);

    /// The end of the log that failure messages show.
    private static final int TAIL_LINES = 15;

    private static final Set<ChildProcess> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(ChildProcess::destroy)));
    }

    private final Process process;
    private final Path log;

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static ChildProcess start(List<String> command, Path folder, Path log) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectInput(new File("/dev/null"))
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            ChildProcess child = new ChildProcess(process, log);
            ALIVE.add(child);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /// SIGKILL, and to the forked snapshot writers too; returns when the process is gone.
    void kill() {
        destroy();
        awaitDeath();
        ALIVE.remove(this);
    }

    void awaitDeath() {
        try {
            if (!process.waitFor(DEATH.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        "process " + pid() + " still runs after " + DEATH + "\n" + logTail());
            }
            ALIVE.remove(this);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while process " + pid() + " ended", e);
        }
    }

    /// SIGSTOP (true) or SIGCONT (false).
    void stop(boolean stopped) {
        try {
            int code =
                    new ProcessBuilder("kill", stopped ? "-STOP" : "-CONT", Long.toString(pid()))
                            .inheritIO()
                            .start()
                            .waitFor();
            if (code != 0) {
                throw new IllegalStateException("cannot signal process " + pid() + ": " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot signal process " + pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while signalling process " + pid(), e);
        }
    }

    /// User and system time of this process, without its children; in steps of 10 ms on Linux.
    long cpuMillis() {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("process " + pid() + " is gone"))
                .toMillis();
    }

    /// Resident memory, from `/proc/<pid>/status`; Linux only.
    long residentBytes() {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            throw new IllegalStateException("no VmRSS in " + status);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + status, e);
        }
    }

    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            int from = Math.max(0, lines.size() - TAIL_LINES);
            return String.join("\n", lines.subList(from, lines.size()));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }

    private void destroy() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
