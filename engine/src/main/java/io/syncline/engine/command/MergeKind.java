package io.syncline.engine.command;

/// Which commands can be joined with an equal neighbour; see [Merger].
public enum MergeKind {
    NONE,
    /// `SET key value` into `MSET`.
    SET,
    /// Any number of keys: `DEL`, and `UNLINK` apart from it.
    DEL,
    UNLINK,
    /// The same key, then field-value pairs.
    HSET,
    HMSET,
    /// The same key, then elements.
    SADD,
    SREM,
    RPUSH,
    LPUSH,
    HDEL,
    ZREM,
    /// The same key, then score-member pairs.
    ZADD;

    private static final MergeKind[] ALL = values();

    /// By ordinal, without a copy of all of them.
    public static MergeKind of(int ordinal) {
        return ALL[ordinal];
    }

    static MergeKind ofName(String name) {
        for (MergeKind kind : values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return NONE;
    }
}
