package io.syncline.testkit;

import io.syncline.testkit.Difference.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Collects differences, each key and kind once (SCAN may return a key twice), listing only the
/// first.
final class Findings {
    /// Two sides may disagree for a moment whether a key that expires now is still there.
    static final long EXPIRING_MILLIS = 1_000;

    private final int mostListed;
    private final List<Difference> listed = new ArrayList<>();
    private final Set<Seen> seen = new HashSet<>();
    private long total;

    /// Of the keys that are being compared, those that expire.
    private Map<String, Long> expiries = Map.of();

    Findings(int mostListed) {
        this.mostListed = mostListed;
    }

    /// From now on these keys, and no others, stop to count at these times (Unix milliseconds): one
    /// side may be asked before, and the other behind it.
    void expiries(Map<String, Long> millis) {
        expiries = millis;
    }

    static String name(byte[] key) {
        return new String(key, StandardCharsets.ISO_8859_1);
    }

    void add(int database, byte[] key, Kind kind, String left, String right) {
        String name = name(key);
        Long expiry = expiries.get(name);
        if (expiry != null && expiry < System.currentTimeMillis() + EXPIRING_MILLIS) {
            return;
        }
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
