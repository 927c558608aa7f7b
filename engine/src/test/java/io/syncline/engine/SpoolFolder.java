package io.syncline.engine;

import java.nio.file.Path;

/// Where a link under test spools to. Tests run in several processes at once, under the same names
/// of tasks.
public final class SpoolFolder {
    private static final Path OWN =
            Path.of("target", "spool", Long.toString(ProcessHandle.current().pid()));

    private SpoolFolder() {}

    /// Of this process alone.
    public static Path own() {
        return OWN;
    }
}
