package io.syncline.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The oracle: are two instances equal, key by key? Shares no code with what it judges.
///
/// Reads through ordinary commands of Jedis, never through DUMP where a type has commands, so that
/// servers of different versions compare by meaning. Streams through both keyspaces in batches;
/// memory does not grow with the number of keys. Both sides must be at rest; keys that expire
/// within a second may be gone on one side already and are left out.
public final class KeyspaceDigest {
    /// Where a side has no PEXPIRETIME its expiry is computed from PTTL and TIME, one batch apart.
    private static final Duration PTTL_TOLERANCE = Duration.ofMillis(200);

    private static final int MOST_LISTED = 1_000;

    private Set<String> ignoredPrefixes = Set.of("__syncline:", "DTS_REDIS_TIMESTAMP_HEARTBEAT");
    private final Map<Integer, Integer> databases = new HashMap<>();
    private @Nullable Set<Integer> onlyDatabases;
    private Duration tolerance = Duration.ZERO;
    private int mostListed = MOST_LISTED;

    /// Keys that begin so are no data; replaces the defaults.
    public KeyspaceDigest ignoringPrefixes(String... prefixes) {
        ignoredPrefixes = Set.of(prefixes);
        return this;
    }

    /// The left side's database is found under another number on the right side.
    public KeyspaceDigest database(int left, int right) {
        databases.put(left, right);
        return this;
    }

    /// Leaves out all other databases of the left side.
    public KeyspaceDigest onlyDatabases(Integer... left) {
        onlyDatabases = Set.of(left);
        return this;
    }

    /// Absolute expiry times (and times of delivery in streams) may differ by this; none by
    /// default.
    public KeyspaceDigest tolerance(Duration allowed) {
        tolerance = allowed;
        return this;
    }

    public KeyspaceDigest listAtMost(int most) {
        mostListed = most;
        return this;
    }

    /// Equal instances, or an AssertionError that names what differs.
    public void requireEqual(Instance left, Instance right) {
        compare(left, right).requireNone();
    }

    public Differences compare(Instance left, Instance right) {
        try (Router leftSide = new Router(left);
                Router rightSide = new Router(right)) {
            boolean exact =
                    leftSide.version().hasExpireTime() && rightSide.version().hasExpireTime();
            long millis =
                    exact
                            ? tolerance.toMillis()
                            : Math.max(tolerance.toMillis(), PTTL_TOLERANCE.toMillis());
            KeyspaceComparison comparison =
                    new KeyspaceComparison(leftSide, rightSide, this::counts, millis, mostListed);
            Partners partners = partners(leftSide.databases(), rightSide.databases());
            partners.rightOf().forEach(comparison::leftToRight);
            partners.leftOf().forEach((database, lefts) -> comparison.rightToLeft(lefts, database));
            return comparison.result();
        }
    }

    /// The server's own digest of all its data; quick, but equal only for equal versions and
    /// settings.
    public static String debugDigest(RedisServer server) {
        return server.text("DEBUG", "DIGEST");
    }

    /// The function libraries of a server, by name; empty before Redis 7.0.
    public static SortedMap<String, String> functions(Endpoint server) {
        SortedMap<String, String> found = new TreeMap<>();
        try (Wire wire = server.connect()) {
            if (!Router.versionOf(wire).hasFunctions()) {
                return found;
            }
            for (Object library : wire.list("FUNCTION", "LIST", "WITHCODE")) {
                Map<String, @Nullable Object> fields = Replies.fields(library);
                found.put(
                        Replies.text(fields.get("library_name")),
                        Replies.text(fields.get("library_code")));
            }
        }
        return found;
    }

    private boolean counts(byte[] key) {
        for (String prefix : ignoredPrefixes) {
            byte[] begin = prefix.getBytes(StandardCharsets.UTF_8);
            if (key.length >= begin.length
                    && Arrays.equals(key, 0, begin.length, begin, 0, begin.length)) {
                return false;
            }
        }
        return true;
    }

    /// Which database belongs to which.
    ///
    /// @param rightOf the one partner of each database of the left side
    /// @param leftOf the databases, mostly one, that may hold the keys of one of the right side
    private record Partners(
            SortedMap<Integer, Integer> rightOf, SortedMap<Integer, List<Integer>> leftOf) {}

    private Partners partners(Set<Integer> leftWithKeys, Set<Integer> rightWithKeys) {
        SortedMap<Integer, Integer> rightOf = new TreeMap<>(databases);
        leftWithKeys.forEach(left -> rightOf.putIfAbsent(left, left));
        SortedMap<Integer, List<Integer>> leftOf = new TreeMap<>();
        rightOf.forEach((left, right) ->
                leftOf.computeIfAbsent(right, none -> new ArrayList<>()).add(left));
        rightWithKeys.forEach(right -> leftOf.putIfAbsent(right, List.of(right)));
        if (onlyDatabases != null) {
            Set<Integer> only = onlyDatabases;
            rightOf.keySet().retainAll(only);
            leftOf.values().removeIf(lefts -> lefts.stream().noneMatch(only::contains));
        }
        return new Partners(rightOf, leftOf);
    }
}
