package io.syncline.engine.verify;

import io.syncline.engine.verify.Digest.Sum;

/// How two values of one key differ.
///
/// @param kind VALUE, LENGTH, GROUPS or FIELD_EXPIRY
/// @param detail where, in words
/// @param one what the source showed there: the same in two looks if nothing changed
/// @param other likewise the target
record Mismatch(Difference.Kind kind, String detail, Sum one, Sum other) {
    static Mismatch of(
            Difference.Kind kind, String detail, Digest digest, Answer one, Answer other) {
        return new Mismatch(
                kind,
                detail,
                States.print(digest, detail, one),
                States.print(digest, detail, other));
    }
}
