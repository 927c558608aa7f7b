package io.syncline.engine.command;

/// Which commands can be joined with an equal neighbour; see [Merger].
public enum MergeKind {
    NONE(0),
    /// `SET key value` into `MSET`.
    SET(1),
    /// Any number of keys: `DEL`, and `UNLINK` apart from it.
    DEL(2),
    UNLINK(3),
    /// The same key, then field-value pairs.
    HSET(4),
    HMSET(5),
    /// The same key, then elements.
    SADD(6),
    SREM(7),
    RPUSH(8),
    LPUSH(9),
    HDEL(10),
    ZREM(11),
    /// The same key, then score-member pairs.
    ZADD(12);

    private static final MergeKind[] BY_CODE = new MergeKind[values().length];

    static {
        for (MergeKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    /// A small number for it, where an object would be too large.
    public final int code;

    MergeKind(int code) {
        this.code = code;
    }

    public static MergeKind of(int code) {
        return BY_CODE[code];
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
