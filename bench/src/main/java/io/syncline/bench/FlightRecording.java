package io.syncline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/// What a Syncline process did, as its own JVM recorded it (JDK Flight Recorder).
final class FlightRecording implements AutoCloseable {
    /// CPU-time sampling sees native code too, where a data path spends most of its time; Linux,
    /// JDK 25 (JEP 509). Older ones take the wall-clock sampler, which does not.
    private static final String CPU_SAMPLE = "jdk.CPUTimeSample";

    private static final String WALL_SAMPLE = "jdk.ExecutionSample";
    private static final String ALLOCATION = "jdk.ThreadAllocationStatistics";
    private static final int TOP = 14;

    /// The threads of the data path come first by far; the rest is the start of the JVM.
    private static final int MOST_KINDS = 6;

    /// Shares of fewer samples say nothing.
    private static final int FEWEST = 20;

    private final Path file;

    FlightRecording() {
        try {
            file = Files.createTempFile("bench-", ".jfr");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a file for a recording", e);
        }
    }

    /// For SYNCLINE_JAVA_OPTS.
    String javaOptions() {
        return "-XX:StartFlightRecording:settings=default,filename="
                + file
                + ",+jdk.CPUTimeSample#enabled=true,+jdk.CPUTimeSample#throttle=1ms"
                + ",jdk.ExecutionSample#period=10ms"
                + ",jdk.ThreadAllocationStatistics#period=200ms";
    }

    /// Bytes allocated by each kind of thread: `applier`, `receiver`, `lane`, ...
    Map<String, Long> allocatedBytes() {
        Map<Long, Long> last = new HashMap<>();
        Map<Long, String> kinds = new HashMap<>();
        for (RecordedEvent event : events()) {
            if (event.getEventType().getName().equals(ALLOCATION)) {
                RecordedThread thread = event.getThread("thread");
                if (thread != null) {
                    last.merge(thread.getId(), event.getLong("allocated"), Math::max);
                    kinds.put(thread.getId(), kind(thread));
                }
            }
        }
        Map<String, Long> sums = new TreeMap<>();
        last.forEach((id, bytes) -> sums.merge(kinds.getOrDefault(id, "?"), bytes, Long::sum));
        return sums;
    }

    /// The frames on top of the stack, by kind of thread, with their share of its samples.
    String topFrames() {
        List<RecordedEvent> samples = samples(CPU_SAMPLE);
        if (samples.isEmpty()) {
            samples = samples(WALL_SAMPLE);
        }
        Map<String, List<RecordedEvent>> byKind = new TreeMap<>();
        for (RecordedEvent sample : samples) {
            String field = sample.hasField("eventThread") ? "eventThread" : "sampledThread";
            RecordedThread thread = sample.getThread(field);
            String kind = thread == null ? "?" : kind(thread);
            byKind.computeIfAbsent(kind, none -> new ArrayList<>()).add(sample);
        }
        StringBuilder text = new StringBuilder();
        byKind.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> -entry.getValue().size()))
                .limit(MOST_KINDS)
                .forEach(entry -> describe(entry.getKey(), entry.getValue(), text));
        return text.toString();
    }

    private static void describe(String kind, List<RecordedEvent> samples, StringBuilder text) {
        text.append(String.format(Locale.ROOT, "%s: %d samples%n", kind, samples.size()));
        if (samples.size() < FEWEST) {
            return;
        }
        Map<String, Integer> self = new HashMap<>();
        Map<String, Integer> total = new HashMap<>();
        for (RecordedEvent sample : samples) {
            RecordedStackTrace stack = sample.getStackTrace();
            List<RecordedFrame> frames = stack == null ? List.of() : stack.getFrames();
            String top = frames.isEmpty() ? "(no stack)" : name(frames.getFirst());
            self.merge(top, 1, Integer::sum);
            frames.stream()
                    .map(FlightRecording::name)
                    .filter(name -> name.startsWith("syncline"))
                    .distinct()
                    .forEach(name -> total.merge(name, 1, Integer::sum));
        }
        text.append("  on top:\n");
        list(self, samples.size(), text);
        text.append("  with callees:\n");
        list(total, samples.size(), text);
    }

    private static void list(Map<String, Integer> counts, int all, StringBuilder text) {
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(TOP)
                .forEach(entry ->
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        "  %5.1f %%  %s%n",
                                        100.0 * entry.getValue() / all,
                                        entry.getKey())));
    }

    private static String name(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        return type.replace("io.syncline.", "syncline.") + "." + frame.getMethod().getName();
    }

    private static String kind(RecordedThread thread) {
        String name = thread.getJavaName();
        if (name == null) {
            name = thread.getOSName();
        }
        int space = name == null ? -1 : name.indexOf(' ');
        return name == null ? "?" : space < 0 ? name : name.substring(0, space);
    }

    private List<RecordedEvent> samples(String type) {
        return events().stream()
                .filter(event -> event.getEventType().getName().equals(type))
                .toList();
    }

    private List<RecordedEvent> events() {
        try {
            return RecordingFile.readAllEvents(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the recording " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }
}
