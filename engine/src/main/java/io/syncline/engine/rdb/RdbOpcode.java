package io.syncline.engine.rdb;

/// The bytes that are no type (Redis 8.6 and Valkey 9.1 `rdb.h`). All are above every type.
final class RdbOpcode {
    static final int EOF = 255;
    static final int SELECT_DATABASE = 254;
    static final int EXPIRE_SECONDS = 253;
    static final int EXPIRE_MILLIS = 252;
    static final int RESIZE = 251;
    static final int AUX = 250;
    static final int FREQUENCY = 249;
    static final int IDLE = 248;
    static final int MODULE_AUX = 247;
    static final int FUNCTION = 245;
    static final int SLOT_INFO = 244;

    /// Redis 8.6: metadata of one key. Valkey 9: a slot import.
    static final int KEY_META_OR_SLOT_IMPORT = 243;

    private RdbOpcode() {}
}
