package io.syncline.testkit;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a server says it is: a product and its own version number.
///
/// The `has...` questions know which product and version brought a feature, so that no test
/// compares numbers by itself. Every Valkey started from Redis 7.2.
public record ServerVersion(Product product, int major, int minor, int patch)
        implements Comparable<ServerVersion> {

    /// The families of servers that the testkit can run.
    public enum Product {
        REDIS,
        VALKEY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern FORM =
            Pattern.compile("(redis|valkey)[- ](\\d+)\\.(\\d+)(?:\\.(\\d+))?");

    private static final Comparator<ServerVersion> ORDER =
            Comparator.comparing(ServerVersion::product)
                    .thenComparingInt(ServerVersion::major)
                    .thenComparingInt(ServerVersion::minor)
                    .thenComparingInt(ServerVersion::patch);

    public ServerVersion {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException(
                    "a version has no negative part: " + major + "." + minor + "." + patch);
        }
    }

    /// Reads `redis-7.0.15`, `valkey 8.1.1`, or with the patch left out.
    public static ServerVersion parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no server version; write for instance redis-7.0.15");
        }
        String patch = matcher.group(4);
        return new ServerVersion(
                matcher.group(1).equals("redis") ? Product.REDIS : Product.VALKEY,
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                patch == null ? 0 : Integer.parseInt(patch));
    }

    public static ServerVersion redis(int major, int minor) {
        return new ServerVersion(Product.REDIS, major, minor, 0);
    }

    public static ServerVersion valkey(int major, int minor) {
        return new ServerVersion(Product.VALKEY, major, minor, 0);
    }

    /// Whether this is at least that Redis version, or any Valkey when that is Redis 7.2 or older.
    public boolean atLeastRedis(int otherMajor, int otherMinor) {
        boolean valkey = product == Product.VALKEY;
        return compareParts(valkey ? 7 : major, valkey ? 2 : minor, otherMajor, otherMinor) >= 0;
    }

    /// Whether this is at least that Valkey version; no Redis is.
    public boolean atLeastValkey(int otherMajor, int otherMinor) {
        return product == Product.VALKEY && compareParts(major, minor, otherMajor, otherMinor) >= 0;
    }

    private static int compareParts(int major, int minor, int otherMajor, int otherMinor) {
        return major == otherMajor
                ? Integer.compare(minor, otherMinor)
                : Integer.compare(major, otherMajor);
    }

    /// Redis 3.0.
    public boolean hasCluster() {
        return atLeastRedis(3, 0);
    }

    /// GEOADD: Redis 3.2.
    public boolean hasGeo() {
        return atLeastRedis(3, 2);
    }

    /// Streams and consumer groups: Redis 5.0.
    public boolean hasStreams() {
        return atLeastRedis(5, 0);
    }

    /// XINFO STREAM key FULL: Redis 6.0.
    public boolean hasStreamFull() {
        return atLeastRedis(6, 0);
    }

    /// Access control lists, TLS and RESP3: Redis 6.0.
    public boolean hasAclAndTls() {
        return atLeastRedis(6, 0);
    }

    /// `enable-debug-command`, without which DEBUG is refused: Redis 7.0.
    public boolean hasDebugSwitch() {
        return atLeastRedis(7, 0);
    }

    /// FUNCTION LOAD: Redis 7.0.
    public boolean hasFunctions() {
        return atLeastRedis(7, 0);
    }

    /// PEXPIRETIME: Redis 7.0.
    public boolean hasExpireTime() {
        return atLeastRedis(7, 0);
    }

    /// HPEXPIREAT and HPEXPIRETIME: Redis 7.4, Valkey 9.0.
    public boolean hasFieldExpiry() {
        return product == Product.REDIS ? atLeastRedis(7, 4) : atLeastValkey(9, 0);
    }

    @Override
    public int compareTo(ServerVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return product + "-" + major + "." + minor + "." + patch;
    }
}
