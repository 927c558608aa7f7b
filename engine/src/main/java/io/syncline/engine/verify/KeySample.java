package io.syncline.engine.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A sample of the keys that a task has just written, to be verified while it goes on: the newest
/// of every so many. One thread adds (a pipeline's applier), another drains.
///
/// A link without a sample pays one comparison with null for each command.
public final class KeySample {
    /// Longer names are rare, and a copy of each would cost the stream.
    private static final int LONGEST_KEY = 4 << 10;

    private volatile int every;
    private final int capacity;
    private int skipped;
    private final List<Written> written = new ArrayList<>();

    /// @param every of how many writes one is remembered; 0: none
    /// @param capacity most keys between two drains; the oldest give way
    public KeySample(int every, int capacity) {
        if (every < 0 || capacity < 1) {
            throw new IllegalArgumentException(
                    "a sample is one of " + every + " and up to " + capacity + " keys");
        }
        this.every = every;
        this.capacity = capacity;
    }

    /// A key that was written.
    ///
    /// @param database of the source
    /// @param key its name
    public record Written(int database, Key key) {}

    /// Takes more or fewer from now on. From any thread.
    ///
    /// @param other of how many writes one is remembered; 0: none
    public void rate(int other) {
        every = other;
    }

    /// A write passes. Called for every one by a single thread, so it does next to nothing for
    /// those that are not taken.
    public void wrote(int database, byte[] buffer, int offset, int length) {
        int share = every;
        if (share == 0 || ++skipped < share || length > LONGEST_KEY) {
            return;
        }
        skipped = 0;
        Written one =
                new Written(database, Key.of(Arrays.copyOfRange(buffer, offset, offset + length)));
        synchronized (written) {
            if (written.size() == capacity) {
                written.removeFirst();
            }
            written.add(one);
        }
    }

    /// Takes what was sampled since the last time, each key once.
    public List<Written> drain() {
        synchronized (written) {
            List<Written> taken = written.stream().distinct().toList();
            written.clear();
            return taken;
        }
    }
}
