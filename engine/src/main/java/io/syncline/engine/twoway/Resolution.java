package io.syncline.engine.twoway;

/// What became of one key that had to be copied as a whole.
///
/// @param sourceMillis the latest crossing write at the source; [#NO_WRITE] when there was none
/// @param targetMillis the same at the target
/// @param winner the site whose record both have now
public record Resolution(
        KeyId key, LatchCause cause, long sourceMillis, long targetMillis, Site winner) {
    public static final long NO_WRITE = -1;
}
