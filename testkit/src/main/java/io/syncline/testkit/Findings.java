package io.syncline.testkit;

import io.syncline.testkit.Difference.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Collects differences, each key and kind once (SCAN may return a key twice), listing only the
/// first.
final class Findings {
    private final int mostListed;
    private final List<Difference> listed = new ArrayList<>();
    private final Set<Seen> seen = new HashSet<>();
    private long total;

    Findings(int mostListed) {
        this.mostListed = mostListed;
    }

    void add(int database, byte[] key, Kind kind, String left, String right) {
        String name = new String(key, StandardCharsets.ISO_8859_1);
        Seen what = new Seen(database, name, kind);
        if (seen.contains(what)) {
            return;
        }
        total++;
        if (listed.size() < mostListed) {
            listed.add(new Difference(database, name, kind, left, right));
            seen.add(what);
        }
    }

    private record Seen(int database, String key, Kind kind) {}

    Differences result(long keysCompared) {
        return new Differences(listed, total, keysCompared);
    }
}
