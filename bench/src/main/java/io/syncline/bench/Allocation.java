package io.syncline.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// Bytes allocated per command by each kind of thread of the data path, as the JVM itself counts
/// them (`jdk.ThreadAllocationStatistics`): the difference between a long and a short run, so that
/// what a start allocates does not count.
final class Allocation implements Scenario {
    private static final int SHORT = 1_000_000;
    private static final int LONG = 5_000_000;

    /// The thread that writes the recording down: not there in a run that is not recorded.
    private static final String RECORDER = "JFR";

    @Override
    public String measure(Options options) {
        int few = options.scaled(SHORT);
        int many = options.scaled(LONG);
        MarkdownTable table = new MarkdownTable("who", "threads", "bytes/command");
        try (CatchUp.Stage small = new CatchUp.Stage(1, few);
                CatchUp.Stage large = new CatchUp.Stage(1, many)) {
            for (String name : List.of(CatchUp.MERGING, CatchUp.PLAIN)) {
                Map<String, Long> shorter = allocated(small, name);
                Map<String, Long> longer = allocated(large, name);
                for (String kind : new TreeSet<>(longer.keySet())) {
                    long bytes = longer.getOrDefault(kind, 0L) - shorter.getOrDefault(kind, 0L);
                    double each = (double) bytes / (many - few);
                    if (isDataPath(kind) || (each >= 0.1 && !kind.equals(RECORDER))) {
                        table.row(name, kind, String.format(Locale.ROOT, "%.2f", each));
                    }
                }
            }
        }
        return table.toString();
    }

    private static boolean isDataPath(String kind) {
        return List.of("applier", "receiver", "lane").contains(kind);
    }

    private static Map<String, Long> allocated(CatchUp.Stage stage, String name) {
        try (FlightRecording recording = new FlightRecording()) {
            stage.run(name, recording.javaOptions());
            return recording.allocatedBytes();
        }
    }
}
