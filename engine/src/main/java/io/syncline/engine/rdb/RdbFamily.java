package io.syncline.engine.rdb;

/// Whose numbering of types and opcodes holds. The two went apart after RDB 11: type 22 and opcode
/// 243 mean different things, so a byte alone never says what it is.
public enum RdbFamily {
    /// Magic `REDIS` and four digits; versions 1 to 79. Valkey before 9 writes version 11 of it.
    REDIS,
    /// Magic `VALKEY` and three digits; versions from 80 on.
    VALKEY;

    /// Valkey's first version of its own (Valkey 9.0 `rdb.h`).
    public static final int FIRST_VALKEY_VERSION = 80;

    /// The family of a DUMP payload, whose footer has the version and no magic.
    public static RdbFamily ofVersion(int version) {
        return version >= FIRST_VALKEY_VERSION ? VALKEY : REDIS;
    }
}
