package io.syncline.engine.rdb;

/// The 64-bit id of a module's data type: nine characters of six bits, then a ten-bit version of
/// its encoding (Redis 4.0 `module.c`: `moduleTypeEncodeId`).
public final class ModuleId {
    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int NAME_LENGTH = 9;
    private static final int VERSION_BITS = 10;

    private ModuleId() {}

    /// The name of the data type, such as `ReJSON-RL`.
    public static String typeName(long id) {
        char[] name = new char[NAME_LENGTH];
        long rest = id >>> VERSION_BITS;
        for (int index = NAME_LENGTH - 1; index >= 0; index--) {
            name[index] = ALPHABET.charAt((int) (rest & 63));
            rest >>>= 6;
        }
        return new String(name);
    }

    /// The version of the encoding, from 0 to 1023.
    public static int encodingVersion(long id) {
        return (int) (id & ((1 << VERSION_BITS) - 1));
    }
}
