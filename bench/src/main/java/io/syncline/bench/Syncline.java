package io.syncline.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// One run of `./syncline sync --json` as a child process.
final class Syncline implements AutoCloseable {
    /// A run that hangs ends the benchmark instead of the day.
    private static final long LONGEST_MINUTES = 5;

    /// The peak never falls, so that a rare look is enough to know it; the last stands.
    private static final long MEMORY_LOOK_MILLIS = 20;

    private final Process process;
    private final Path errors;
    private final Thread memoryLook;
    private final long startNanos;
    private final List<Event> events = new ArrayList<>();
    private volatile long peakBytes;

    private Syncline(Process process, Path errors, long startNanos) {
        this.process = process;
        this.errors = errors;
        this.startNanos = startNanos;
        this.memoryLook = Thread.ofPlatform().daemon().start(this::watchMemory);
    }

    /// Starts it on a site; the rest of the command line as given.
    static Syncline start(Site source, Site target, List<String> more, String javaOptions) {
        return start("sync", source, target, more, javaOptions);
    }

    private static Syncline start(
            String command, Site source, Site target, List<String> more, String javaOptions) {
        List<String> words = new ArrayList<>();
        words.add(Path.of("syncline").toAbsolutePath().toString());
        words.addAll(
                List.of(command, "--json", "--source", source.uri(), "--target", target.uri()));
        words.addAll(more);
        try {
            Path errors = Files.createTempFile("bench-", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(words).redirectError(Redirect.to(errors.toFile()));
            builder.environment().put("SYNCLINE_JAVA_OPTS", javaOptions);
            long startNanos = System.nanoTime();
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            process.getOutputStream().close();
            return new Syncline(process, errors, startNanos);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + words, e);
        }
    }

    /// Runs it to its end, which must be a good one.
    static Outcome run(Site source, Site target, List<String> more, String javaOptions) {
        Meter meter = new Meter(source.servers(), target.servers());
        try (Syncline syncline = start(source, target, more, javaOptions)) {
            syncline.readUntil(event -> false);
            return syncline.end(meter);
        }
    }

    /// Compares both sites, which must be equal.
    static Outcome verify(Site source, Site target) {
        Meter meter = new Meter(source.servers(), target.servers());
        try (Syncline syncline = start("verify", source, target, List.of(), "")) {
            syncline.readUntil(event -> false);
            return syncline.end(meter);
        }
    }

    /// Reads events until the first such one, or to the end of output.
    void readUntil(Predicate<Event> last) {
        try {
            BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
            while (true) {
                String line = reader.readLine();
                if (line == null) {
                    return;
                }
                Event event = new Event((System.nanoTime() - startNanos) / 1e9, line);
                events.add(event);
                if (last.test(event)) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what syncline prints", e);
        }
    }

    /// Reads on in the background, so that the process never waits for its reader.
    void dropEvents() {
        Thread.ofPlatform().daemon().start(() -> readUntil(event -> false));
    }

    long pid() {
        return process.pid();
    }

    /// SIGTERM: it stops cleanly.
    void terminate() {
        process.destroy();
    }

    private Outcome end(Meter meter) {
        try {
            if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("syncline did not end well:\n" + account());
            }
            return new Outcome(meter.stop(), List.copyOf(events), peakBytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while syncline ran", e);
        }
    }

    private String account() {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event.json()).append('\n'));
        try {
            return text.append(Files.readString(errors)).toString();
        } catch (IOException e) {
            return text.append(e).toString();
        }
    }

    private void watchMemory() {
        while (process.isAlive()) {
            peakBytes = Math.max(peakBytes, ProcFiles.peakResidentBytes(process.pid()));
            try {
                Thread.sleep(MEMORY_LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        memoryLook.interrupt();
        try {
            process.waitFor();
            Files.deleteIfExists(errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + errors, e);
        }
    }

    /// One line of `--json`.
    ///
    /// @param seconds when it was read, since the start of the process
    record Event(double seconds, String json) {
        boolean is(String name) {
            return json.contains("\"event\":\"" + name + "\"");
        }

        boolean entersPhase(String phase) {
            return is("phase") && json.contains("\"phase\":\"" + phase + "\"");
        }
    }

    /// A run that ended well.
    record Outcome(Meter.Cost cost, List<Event> events, long peakBytes) {
        /// From the first shard that copies or streams until the target had everything: without the
        /// start of the JVM, the checks before, and the end of the process.
        double workSeconds() {
            double caughtUp = first(event -> event.is("caught-up"));
            return (Double.isNaN(caughtUp) ? first(event -> event.is("ended")) : caughtUp)
                    - beginSeconds();
        }

        /// When the first shard copied or streamed: what finding the JDK, starting the JVM and the
        /// checks take.
        double beginSeconds() {
            return first(event -> event.entersPhase("snapshot") || event.entersPhase("streaming"));
        }

        double first(Predicate<Event> which) {
            return events.stream()
                    .filter(which)
                    .mapToDouble(Event::seconds)
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }
}
