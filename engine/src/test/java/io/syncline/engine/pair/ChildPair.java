package io.syncline.engine.pair;

import io.syncline.engine.twoway.GuardPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A two-way task in a process of its own, which a test can kill as `kill -9` does.
final class ChildPair implements AutoCloseable {
    private static final Duration DEATH = Duration.ofSeconds(10);

    private final Process process;
    private final Path log;

    private ChildPair(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static ChildPair start(int sourcePort, int targetPort) {
        try {
            Path log = Files.createTempFile("syncline-pair", ".log");
            Process process =
                    new ProcessBuilder(
                                    List.of(
                                            Path.of(System.getProperty("java.home"), "bin", "java")
                                                    .toString(),
                                            "-XX:TieredStopAtLevel=1",
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            ChildPair.class.getName(),
                                            Integer.toString(sourcePort),
                                            Integer.toString(targetPort)))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            return new ChildPair(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a task until it ends, or until this process is killed.
    public static void main(String[] arguments) {
        PairSetup setup =
                PairSetup.of(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        PairTask task =
                new PairTask(
                        setup.options(),
                        new PairChoices(GuardPolicy.Mode.ALWAYS, null),
                        System.out::println,
                        System.out::println);
        System.out.println(task.run());
    }

    boolean alive() {
        return process.isAlive();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() {
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
