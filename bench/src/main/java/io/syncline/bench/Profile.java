package io.syncline.bench;

import java.util.List;

/// Where the process spends its processor time; for those who tune it.
final class Profile implements Scenario {
    private static final int COMMANDS = 4_000_000;

    @Override
    public String measure(Options options) {
        StringBuilder text = new StringBuilder();
        for (int shards : List.of(1, 3)) {
            try (CatchUp.Stage stage = new CatchUp.Stage(shards, options.scaled(COMMANDS))) {
                for (String name : List.of(CatchUp.MERGING, CatchUp.PLAIN)) {
                    try (FlightRecording recording = new FlightRecording()) {
                        stage.run(name, recording.javaOptions());
                        add(text, "catch-up, shards: " + shards + ", " + name, recording);
                    }
                }
            }
            Snapshot snapshot = new Snapshot(shards);
            try (Site source = Snapshot.source(shards);
                    FlightRecording recording = new FlightRecording()) {
                MixedData.write(source, options.scaled(MixedData.KEYS));
                snapshot.copy(source, Snapshot.SYNCLINE, recording.javaOptions());
                add(text, "snapshot, shards: " + shards, recording);
            }
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String title, FlightRecording recording) {
        text.append("#### ").append(title).append("\n\n```\n");
        text.append(recording.topFrames()).append("```\n\n");
    }
}
