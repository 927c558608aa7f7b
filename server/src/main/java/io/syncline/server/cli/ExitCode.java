package io.syncline.server.cli;

import io.syncline.server.view.Ending;

/// What the process says when it ends. Part of the interface: `docs/reference/cli.md`.
public enum ExitCode {
    DONE(0, "done"),
    USAGE(2, "a bad option, URI or file; nothing was contacted"),
    PRECHECK_FAILED(3, "a check failed; nothing was written"),
    FAILED(4, "failed while running"),
    DIFFERENT(5, "verify: the two sides differ"),
    INTERRUPTED(130, "interrupted, after a clean stop");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }

    static ExitCode of(Ending.Kind kind) {
        return switch (kind) {
            case DONE -> DONE;
            case INTERRUPTED -> INTERRUPTED;
            case PRECHECK_FAILED -> PRECHECK_FAILED;
            case FAILED -> FAILED;
        };
    }
}
