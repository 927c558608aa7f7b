package io.syncline.engine.command;

import java.util.Objects;

/// Which forms of commands a server understands, derived from its product and version.
///
/// @param product by whom; forks count their versions differently
/// @param major first number of the version
/// @param minor second number of the version
public record Dialect(Product product, int major, int minor) {
    /// Valkey began with Redis 7.2's commands.
    private static final int VALKEY_AS_REDIS_MAJOR = 7;

    private static final int VALKEY_AS_REDIS_MINOR = 2;

    /// Families of servers that count versions alike. What speaks like Redis 6.0 is `REDIS 6.0`
    /// here, whoever made it.
    public enum Product {
        REDIS,
        VALKEY
    }

    public Dialect {
        Objects.requireNonNull(product, "product is null");
        if (major < 0 || minor < 0) {
            throw new IllegalArgumentException(
                    "a version is " + major + "." + minor + " but must not be negative");
        }
    }

    public static Dialect redis(int major, int minor) {
        return new Dialect(Product.REDIS, major, minor);
    }

    public static Dialect valkey(int major, int minor) {
        return new Dialect(Product.VALKEY, major, minor);
    }

    /// What a server says of itself; 0.0 for one that does not say, which is then as old as can be.
    public static Dialect of(boolean valkey, int major, int minor) {
        return valkey ? valkey(major, minor) : redis(major, minor);
    }

    /// Expiries reach its stream as absolute times (7.0): nothing relative is left to rewrite.
    public boolean streamsAbsoluteExpiry() {
        return redisForms(7, 0);
    }

    /// `PEXPIRETIME`, `EXPIRE key s NX`, `XGROUP SETID ... ENTRIESREAD`, `XSETID ... ENTRIESADDED`.
    public boolean knowsFormsOf7() {
        return redisForms(7, 0);
    }

    /// `SET ... PXAT`, `LPOP key count`, `LMOVE`, `FLUSHALL SYNC`.
    public boolean knowsFormsOf62() {
        return redisForms(6, 2);
    }

    /// Scripts that may read what differs between servers before they write.
    public boolean streamsEffects() {
        return redisForms(3, 2);
    }

    /// `SET ... KEEPTTL`.
    public boolean knowsKeepTtl() {
        return redisForms(6, 0);
    }

    /// `RESTORE ... ABSTTL`, IDLETIME, FREQ, and `ZPOPMIN`.
    public boolean knowsFormsOf5() {
        return redisForms(5, 0);
    }

    /// `UNLINK`, `FLUSHALL ASYNC`, `HSET` of several fields.
    public boolean knowsFormsOf4() {
        return redisForms(4, 0);
    }

    /// `RESTORE ... REPLACE`.
    public boolean knowsReplace() {
        return redisForms(3, 0);
    }

    /// `SET key value PXAT time` with a time that is past makes no key and, where there was none,
    /// no entry in the stream (Valkey 8.1, t_string.c `setGenericCommand`).
    public boolean dropsPastSets() {
        return product == Product.VALKEY && atLeast(8, 1);
    }

    /// `HPEXPIREAT`.
    public boolean knowsFieldExpiry() {
        return either(7, 4, 9, 0);
    }

    /// `HSETEX`.
    public boolean knowsHsetex() {
        return either(8, 0, 9, 0);
    }

    /// `HGETDEL`.
    public boolean knowsHgetdel() {
        return either(8, 0, 9, 1);
    }

    /// `MSETEX`.
    public boolean knowsMsetex() {
        return either(8, 4, 9, 1);
    }

    /// `XADD ... KEEPREF`.
    public boolean knowsStreamReferences() {
        return product == Product.REDIS && atLeast(8, 2);
    }

    private boolean redisForms(int redisMajor, int redisMinor) {
        if (product == Product.REDIS) {
            return atLeast(redisMajor, redisMinor);
        }
        return redisMajor < VALKEY_AS_REDIS_MAJOR
                || (redisMajor == VALKEY_AS_REDIS_MAJOR && redisMinor <= VALKEY_AS_REDIS_MINOR);
    }

    private boolean either(int redisMajor, int redisMinor, int valkeyMajor, int valkeyMinor) {
        return product == Product.REDIS
                ? atLeast(redisMajor, redisMinor)
                : atLeast(valkeyMajor, valkeyMinor);
    }

    private boolean atLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }
}
