package io.syncline.engine.rdb;

/// What a server takes: which versions of payloads, which types, which commands. By its product and
/// version, since no server says it itself (Redis `cluster.c`: `verifyDumpPayload`; observed on
/// twelve servers).
///
/// @param valkey whether it is Valkey, and not Redis
/// @param major of `valkey_version` or `redis_version`
public record TargetFormat(boolean valkey, int major, int minor) {
    /// Redis 2.6 to 3.0 take this version and no other.
    private static final int OLDEST_VERSION = 6;

    public TargetFormat {
        if (major < 2 || minor < 0) {
            throw new IllegalArgumentException(
                    "server version is " + major + "." + minor + "; it must be 2.6 or later");
        }
    }

    public static TargetFormat of(boolean valkey, int major, int minor) {
        return new TargetFormat(valkey, major, minor);
    }

    private boolean since(int sinceMajor, int sinceMinor) {
        return major > sinceMajor || (major == sinceMajor && minor >= sinceMinor);
    }

    private boolean redisSince(int sinceMajor, int sinceMinor) {
        return !valkey && since(sinceMajor, sinceMinor);
    }

    /// The newest payload version it takes, which is the one of its own RDB files.
    public int version() {
        if (valkey) {
            // 12 to 79 are refused: they are of Redis versions after the two went apart.
            return major >= 9 ? RdbFamily.FIRST_VALKEY_VERSION : RdbType.LAST_COMMON_VERSION;
        }
        if (since(7, 0)) {
            return sinceSeven();
        }
        if (since(5, 0)) {
            return 9;
        }
        if (since(4, 0)) {
            return 8;
        }
        return since(3, 2) ? 7 : OLDEST_VERSION;
    }

    private int sinceSeven() {
        if (since(8, 8)) {
            return 14;
        }
        if (since(8, 6)) {
            return 13;
        }
        if (since(7, 4)) {
            return 12;
        }
        return since(7, 2) ? 11 : 10;
    }

    /// Whether it takes a payload with this version in its footer.
    public boolean acceptsVersion(int version) {
        int newest = version();
        if (newest == RdbFamily.FIRST_VALKEY_VERSION) {
            return version == newest || version <= RdbType.LAST_COMMON_VERSION;
        }
        return version == newest || (version < newest && newest != OLDEST_VERSION);
    }

    /// Whether it can load values of this type.
    public boolean knows(RdbType type) {
        if (valkey) {
            return type.sinceVersion() <= RdbType.LAST_COMMON_VERSION
                    || (type == RdbType.HASH_VALKEY && major >= 9);
        }
        return type.sinceVersion() <= version();
    }

    /// Whether a field of a hash can expire (HPEXPIREAT).
    public boolean hasFieldExpiry() {
        return valkey ? major >= 9 : since(7, 4);
    }

    /// Whether RESTORE of a module's value without that module is answered with an error. Redis 4.0
    /// to 6.0 end their process instead (`rdb.c`: `rdbLoadObject` calls `exit(1)`; observed).
    public boolean survivesUnknownModules() {
        return since(6, 2);
    }

    public boolean hasStreams() {
        return since(5, 0);
    }

    /// Whether XSETID and XGROUP CREATE take the counters of Redis 7.0.
    boolean hasStreamCounters() {
        return since(7, 0);
    }

    /// Whether XGROUP CREATECONSUMER exists.
    boolean hasCreateConsumer() {
        return since(6, 2);
    }

    /// Whether HSET takes several fields, as HMSET always did.
    boolean hasMultiFieldHset() {
        return valkey || redisSince(4, 0);
    }

    @Override
    public String toString() {
        return (valkey ? "Valkey " : "Redis ") + major + "." + minor;
    }
}
