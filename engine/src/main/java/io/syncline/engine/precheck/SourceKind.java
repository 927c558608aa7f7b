package io.syncline.engine.precheck;

import java.util.Set;

/// How the source is read, which decides what there is to check at it.
enum SourceKind {
    REPLICATED,
    SCANNED,
    FILE;

    private static final Set<String> OF_REPLICATION =
            Set.of(
                    "source-replication",
                    "source-heartbeat",
                    "source-backlog",
                    "source-output-buffer",
                    "source-repl-timeout",
                    "source-snapshot",
                    "source-fork");

    static final String SCAN = "source-scan";

    private static final Set<String> OF_FILES = Set.of("versions", "target-databases");

    boolean includes(Check check) {
        return switch (this) {
            case REPLICATED -> !check.name().equals(SCAN);
            case SCANNED -> !OF_REPLICATION.contains(check.name());
            case FILE ->
                    check.needs() == Check.Needs.TARGET
                            || check.needs() == Check.Needs.NOTHING
                            || OF_FILES.contains(check.name());
        };
    }
}
