package io.syncline.testkit;

import io.syncline.testkit.Difference.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One run of a [KeyspaceDigest]: walks the keys of each side by SCAN, batch by batch.
final class KeyspaceComparison {
    /// Keys per SCAN and per pipeline: enough to hide the round trip, few enough to hold in memory.
    private static final int BATCH = 1_000;

    private static final String NO_TYPE = "none";
    private static final long NO_EXPIRY = -1;

    private final Router left;
    private final Router right;
    private final Predicate<byte[]> counts;
    private final long toleranceMillis;
    private final Findings findings;
    private final ValueComparison values;
    private long keysCompared;

    KeyspaceComparison(
            Router left,
            Router right,
            Predicate<byte[]> counts,
            long toleranceMillis,
            int mostListed) {
        this.left = left;
        this.right = right;
        this.counts = counts;
        this.toleranceMillis = toleranceMillis;
        this.findings = new Findings(mostListed);
        this.values = new ValueComparison(left, right, findings, toleranceMillis);
    }

    Differences result() {
        return findings.result(keysCompared);
    }

    /// Compares every key of the left side with the right side's.
    void leftToRight(int database, int partner) {
        left.select(database);
        right.select(partner);
        walk(left, keys -> compare(database, keys));
    }

    /// Finds what only the right side has.
    void rightToLeft(List<Integer> databases, int partner) {
        right.select(partner);
        walk(right, keys -> findMissing(databases, keys));
    }

    private interface Batch {
        void keys(List<byte[]> keys);
    }

    private void walk(Router side, Batch batch) {
        for (Wire wire : side.wires()) {
            Object cursor = "0";
            do {
                List<?> reply = wire.list("SCAN", cursor, "COUNT", BATCH);
                cursor = Replies.binary(reply.get(0));
                List<byte[]> keys = Replies.binaries(reply.get(1));
                keys.removeIf(counts.negate());
                // A server may return more than it was asked for.
                for (int from = 0; from < keys.size(); from += BATCH) {
                    batch.keys(keys.subList(from, Math.min(keys.size(), from + BATCH)));
                }
            } while (!Replies.text(cursor).equals("0"));
        }
    }

    private void compare(int database, List<byte[]> keys) {
        keysCompared += keys.size();
        List<About> leftAbout = about(left, keys);
        List<About> rightAbout = about(right, keys);
        long soonMillis = System.currentTimeMillis() + Findings.EXPIRING_MILLIS;
        Map<String, List<byte[]>> sameType = new LinkedHashMap<>();
        Map<String, Long> expiries = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            About one = leftAbout.get(i);
            About other = rightAbout.get(i);
            if (one.type.equals(NO_TYPE) || one.expiresBefore(soonMillis)) {
                continue;
            }
            if (other.type.equals(NO_TYPE)) {
                findings.add(database, key, Kind.MISSING_RIGHT, one.toString(), "-");
            } else if (!one.type.equals(other.type)) {
                findings.add(database, key, Kind.TYPE, one.type, other.type);
            } else {
                sameType.computeIfAbsent(one.type, type -> new ArrayList<>()).add(key);
                if (one.expiryMillis != NO_EXPIRY) {
                    expiries.put(Findings.name(key), one.expiryMillis);
                }
                if (!one.sameExpiry(other, toleranceMillis)) {
                    findings.add(database, key, Kind.EXPIRY, one.expiry(), other.expiry());
                }
            }
        }
        findings.expiries(expiries);
        sameType.forEach((type, some) -> values.compare(database, type, some));
        findings.expiries(Map.of());
    }

    private List<About> about(Router side, List<byte[]> keys) {
        boolean exact = side.version().hasExpireTime();
        String command = exact ? "PEXPIRETIME" : "PTTL";
        long baseMillis = exact ? 0 : timeMillis(side.first());
        for (byte[] key : keys) {
            side.send(key, "TYPE", key);
            side.send(key, command, key);
        }
        List<About> found = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            String type = Replies.text(side.receive());
            long millis = Replies.number(side.receive());
            found.add(new About(type, millis < 0 ? NO_EXPIRY : baseMillis + millis));
        }
        return found;
    }

    private static long timeMillis(Wire wire) {
        List<?> time = wire.list("TIME");
        return Replies.number(time.get(0)) * 1_000 + Replies.number(time.get(1)) / 1_000;
    }

    /// What is known of a key without its value.
    ///
    /// @param expiryMillis Unix time, or [#NO_EXPIRY]
    private record About(String type, long expiryMillis) {
        boolean expiresBefore(long millis) {
            return expiryMillis != NO_EXPIRY && expiryMillis < millis;
        }

        boolean sameExpiry(About other, long toleranceMillis) {
            if (expiryMillis == NO_EXPIRY || other.expiryMillis == NO_EXPIRY) {
                return expiryMillis == other.expiryMillis;
            }
            return Math.abs(expiryMillis - other.expiryMillis) <= toleranceMillis;
        }

        String expiry() {
            return expiryMillis == NO_EXPIRY ? "never" : Long.toString(expiryMillis);
        }

        @Override
        public String toString() {
            return expiryMillis == NO_EXPIRY ? type : type + " until " + expiryMillis;
        }
    }

    private void findMissing(List<Integer> databases, List<byte[]> keys) {
        List<byte[]> missing = keys;
        for (int database : databases) {
            left.select(database);
            missing = missing(missing);
        }
        List<About> abouts = about(right, missing);
        long soonMillis = System.currentTimeMillis() + Findings.EXPIRING_MILLIS;
        for (int i = 0; i < missing.size(); i++) {
            About about = abouts.get(i);
            if (!about.type.equals(NO_TYPE) && !about.expiresBefore(soonMillis)) {
                findings.add(
                        databases.getFirst(),
                        missing.get(i),
                        Kind.MISSING_LEFT,
                        "-",
                        about.toString());
            }
        }
    }

    private List<byte[]> missing(List<byte[]> keys) {
        if (!left.clustered() && left.version().atLeastRedis(3, 2) && allExist(keys)) {
            return List.of();
        }
        List<byte[]> missing = new ArrayList<>();
        List<@Nullable Object> replies = left.ask(keys, key -> Router.words("EXISTS", key));
        for (int i = 0; i < keys.size(); i++) {
            if (Replies.number(replies.get(i)) == 0) {
                missing.add(keys.get(i));
            }
        }
        return missing;
    }

    /// EXISTS takes many keys since Redis 3.0.3; far cheaper than one command per key.
    private boolean allExist(List<byte[]> keys) {
        if (keys.isEmpty()) {
            return true;
        }
        Object[] words = new Object[keys.size() + 1];
        words[0] = "EXISTS";
        for (int i = 0; i < keys.size(); i++) {
            words[i + 1] = keys.get(i);
        }
        return left.first().number(words) == keys.size();
    }
}
