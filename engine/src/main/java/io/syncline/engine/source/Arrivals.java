package io.syncline.engine.source;

/// When the bytes of one block arrived, so that an expiry that a source tells relatively (Redis up
/// to 6.2) can be dated: a slow stream may take minutes to fill a block.
///
/// A few marks, each for a run of bytes and exact for its last one; when they do not suffice, two
/// become one. A time is late by a thirtieth of what the block took to fill, and never early: a key
/// must not expire before the source's own.
final class Arrivals {
    private static final int MARKS = 64;

    private final int[] ends = new int[MARKS];
    private final long[] millis = new long[MARKS];
    private int count;
    private long stepMillis = 1;

    /// When the first bytes of the last mark arrived.
    private long begunMillis;

    /// Says that the bytes up to `end` of the block are there.
    void add(int end, long now) {
        if (count == 0 || now - begunMillis >= stepMillis) {
            if (count == MARKS) {
                thin();
            }
            count++;
            begunMillis = now;
        }
        ends[count - 1] = end;
        millis[count - 1] = now;
    }

    private void thin() {
        for (int i = 0; i < MARKS / 2; i++) {
            ends[i] = ends[2 * i + 1];
            millis[i] = millis[2 * i + 1];
        }
        count = MARKS / 2;
        stepMillis *= 2;
    }

    /// When the byte before `end` was there; 0 for a block without bytes.
    long at(int end) {
        int i = 0;
        while (i < count - 1 && ends[i] < end) {
            i++;
        }
        return millis[i];
    }
}
