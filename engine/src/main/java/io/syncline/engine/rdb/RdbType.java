package io.syncline.engine.rdb;

import org.jspecify.annotations.Nullable;

/// The types of values in an RDB, by the byte before the key (Redis 8.6 and Valkey 9.1 `rdb.h`; 27
/// and 28 as librdb describes Redis 8.8). A body never changes under its number.
///
/// Type 6 (modules of Redis 4.0 release candidates) is missing on purpose: it cannot be skipped
/// without the module.
public enum RdbType {
    STRING(0, 1),
    LIST(1, 1),
    SET(2, 1),
    /// Scores as text.
    SORTED_SET(3, 1),
    HASH(4, 1),
    /// Scores as doubles.
    SORTED_SET_2(5, 8),
    MODULE_2(7, 8),
    HASH_ZIPMAP(9, 1),
    LIST_ZIPLIST(10, 1),
    SET_INTSET(11, 1),
    SORTED_SET_ZIPLIST(12, 1),
    HASH_ZIPLIST(13, 1),
    LIST_QUICKLIST(14, 7),
    STREAM(15, 9),
    HASH_LISTPACK(16, 10),
    SORTED_SET_LISTPACK(17, 10),
    LIST_QUICKLIST_2(18, 10),
    STREAM_2(19, 10),
    SET_LISTPACK(20, 11),
    STREAM_3(21, 11),
    /// Redis 7.4 release candidates: absolute field expiry.
    HASH_EXPIRY_PRE_GA(22, 12),
    /// Redis 7.4 release candidates: a listpack of field, value, expiry without a minimum before.
    HASH_LISTPACK_EXPIRY_PRE_GA(23, 12),
    HASH_EXPIRY(24, 12),
    HASH_LISTPACK_EXPIRY(25, 12),
    /// Every stream of Redis 8.6: with the state of idempotent producers.
    STREAM_4(26, 13),
    /// Redis 8.8: with a zone of entries given back by their consumers.
    STREAM_5(27, 14),
    /// Redis 8.8.
    ARRAY(28, 14),
    /// Valkey 9: a hash with field expiry.
    HASH_VALKEY(22, RdbFamily.FIRST_VALKEY_VERSION);

    /// The last version that both families share; Valkey reads 1 to 11 and its own.
    static final int LAST_COMMON_VERSION = 11;

    private static final @Nullable RdbType[] REDIS_TYPES = new @Nullable RdbType[256];
    private static final @Nullable RdbType[] VALKEY_TYPES = new @Nullable RdbType[256];

    static {
        for (RdbType type : values()) {
            if (type.sinceVersion < RdbFamily.FIRST_VALKEY_VERSION) {
                REDIS_TYPES[type.id] = type;
            }
            if (type.sinceVersion <= LAST_COMMON_VERSION || type == HASH_VALKEY) {
                VALKEY_TYPES[type.id] = type;
            }
        }
    }

    private final int id;
    private final int sinceVersion;

    RdbType(int id, int sinceVersion) {
        this.id = id;
        this.sinceVersion = sinceVersion;
    }

    /// The type of a byte, or null when no version of the family that is known here has one.
    public static @Nullable RdbType of(RdbFamily family, int id) {
        return family == RdbFamily.REDIS ? REDIS_TYPES[id] : VALKEY_TYPES[id];
    }

    /// The byte in the file.
    public int id() {
        return id;
    }

    /// Whether a value can only travel as it is, since nobody but its module, or no command known
    /// here, could say what is in it.
    public boolean isOpaque() {
        return this == MODULE_2 || this == ARRAY;
    }

    /// The first RDB version that has it.
    public int sinceVersion() {
        return sinceVersion;
    }
}
