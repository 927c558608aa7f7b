package io.syncline.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A class's `main` in a process of its own, which a test can kill as `kill -9` does.
public final class ChildProcess implements AutoCloseable {
    private static final Duration DEATH = Duration.ofSeconds(10);

    private final Process process;
    private final Path log;

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    public static ChildProcess start(
            Class<?> program, List<String> javaOptions, Object... arguments) {
        try {
            Path log = Files.createTempFile("syncline-child", ".log");
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            // It lives for a second: what a compiler would win, it would cost.
            command.add("-XX:TieredStopAtLevel=1");
            command.addAll(javaOptions);
            command.addAll(
                    List.of("-cp", System.getProperty("java.class.path"), program.getName()));
            for (Object argument : arguments) {
                command.add(argument.toString());
            }
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            return new ChildProcess(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean alive() {
        return process.isAlive();
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The most memory that it ever had in RAM.
    public long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", process.pid() + "", "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmHWM for process " + process.pid());
    }

    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(DEATH.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("process " + process.pid() + " outlives SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
