package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// A whole key at one moment.
///
/// @param payload as DUMP gives it; null: there is no such key
/// @param expiresMillis Unix time, or [#NEVER]
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; nobody changes the bytes
public record KeyRecord(KeyId key, byte @Nullable [] payload, long expiresMillis) {
    public static final long NEVER = -1;
}
