package io.syncline.engine.verify;

/// How two values of one key differ.
///
/// @param kind VALUE, LENGTH, GROUPS or FIELD_EXPIRY
/// @param detail where, in words
record Mismatch(Difference.Kind kind, String detail) {
    static Mismatch value(String detail) {
        return new Mismatch(Difference.Kind.VALUE, detail);
    }
}
