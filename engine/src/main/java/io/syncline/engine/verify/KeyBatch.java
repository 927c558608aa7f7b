package io.syncline.engine.verify;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some keys of a walk, on their way from a scan to a verdict.
final class KeyBatch {
    private final Walk walk;
    private final List<byte[]> keys;

    /// Where the scan goes on behind these keys; null when more of the same page follow, since a
    /// scan can only be taken up between two pages.
    private final @Nullable String cursor;

    private final List<Difference> found = new ArrayList<>();
    private boolean done;

    KeyBatch(Walk walk, List<byte[]> keys, @Nullable String cursor) {
        this.walk = walk;
        this.keys = List.copyOf(keys);
        this.cursor = cursor;
    }

    Walk walk() {
        return walk;
    }

    List<byte[]> keys() {
        return keys;
    }

    @Nullable String cursor() {
        return cursor;
    }

    void add(Difference difference) {
        found.add(difference);
    }

    List<Difference> found() {
        return found;
    }

    void finish() {
        done = true;
    }

    boolean isDone() {
        return done;
    }
}
