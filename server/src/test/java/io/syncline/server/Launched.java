package io.syncline.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A run of `./syncline` as a user starts it: a process with output and an exit code.
final class Launched implements AutoCloseable {
    /// The first run of a build may have to make its archive of classes.
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /// The bits of SIGHUP and SIGINT in a mask of signals.
    private static final long HUP_OR_INT = 1 << 0 | 1 << 1;

    /// Failsafe runs in the module's folder.
    static final Path ROOT =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();

    private final Process process;
    private final StringBuilder out = new StringBuilder();
    private final CompletableFuture<Void> reading;
    private final Path errors;

    private Launched(Map<String, String> environment, List<String> arguments) {
        try {
            errors = Files.createTempFile("syncline-it", ".err");
            List<String> command =
                    Stream.of(
                                    interruptible(),
                                    List.of(ROOT.resolve("syncline").toString()),
                                    arguments)
                            .flatMap(List::stream)
                            .toList();
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().putAll(environment);
            process = builder.start();
            process.getOutputStream().close();
            // A thread of its own: the common pool may have one only, and another run may hold it.
            reading =
                    CompletableFuture.runAsync(
                            this::read, work -> Thread.ofPlatform().daemon().start(work));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is started in the background of a script ignores SIGINT, by `nohup` SIGHUP, and so does
    /// all that it starts: a test run, and the Java programs in it.
    private static List<String> interruptible() throws IOException {
        Path status = Path.of("/proc/self/status");
        boolean ignored =
                Files.isReadable(status)
                        && Files.readAllLines(status).stream()
                                .filter(line -> line.startsWith("SigIgn:"))
                                .map(line -> line.substring("SigIgn:".length()).strip())
                                .anyMatch(mask ->
                                        (Long.parseUnsignedLong(mask, 16) & HUP_OR_INT) != 0);
        return ignored ? List.of("env", "--default-signal=HUP,INT") : List.of();
    }

    static Launched start(Map<String, String> environment, String... arguments) {
        return new Launched(environment, List.of(arguments));
    }

    static Launched start(String... arguments) {
        return start(Map.of(), arguments);
    }

    /// Starts it and waits for its end.
    static Launched run(String... arguments) {
        Launched launched = start(arguments);
        launched.exitCode();
        return launched;
    }

    private void read() {
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = reader.readLine()) != null) {
                synchronized (out) {
                    out.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int exitCode() {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + LIMIT + ": " + this);
            }
            reading.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// What it printed so far on standard output.
    String out() {
        synchronized (out) {
            return out.toString();
        }
    }

    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// The arguments that every user of the machine can read; empty where the system has no /proc.
    String commandLine() {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            return Files.isReadable(file) ? Files.readString(file).replace('\0', ' ') : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void signal(String name) {
        try {
            Process kill =
                    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends it, whatever it does.
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "stdout:\n" + out() + "\nstderr:\n" + errors();
    }
}
