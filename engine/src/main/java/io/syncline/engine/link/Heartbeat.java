package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandView;
import java.util.Arrays;
import java.util.BitSet;

/// The key that is written to a source so that its age at the target can be told: the command's way
/// through the stream is the data's way. Never copied, expires by itself.
///
/// The name begins like that of the managed service this follows, so that other tools which know
/// that name leave it alone too.
final class Heartbeat {
    static final String PREFIX = FilterRules.HEARTBEAT_PREFIX;

    /// Longer than any pause between two of them; short enough to leave nothing behind.
    static final int EXPIRY_SECONDS = 60;

    private final byte[] prefix;
    private volatile byte[] key;

    /// The slot of a cluster that the key is in; -1 for standalone, or for a shard without slots.
    private volatile int slot;

    private final boolean clustered;
    private final Marks marks = new Marks();

    /// For a standalone source.
    Heartbeat(String task) {
        prefix = bytes(PREFIX + ":" + task);
        key = prefix;
        slot = -1;
        clustered = false;
    }

    /// For a shard of a cluster: the key hashes to a slot of it.
    Heartbeat(String task, BitSet slots) {
        prefix = bytes(PREFIX + ":" + task + ":{");
        key = prefix;
        slot = -1;
        clustered = true;
        keepIn(slots);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /// Takes another slot when the present one has left the shard.
    void keepIn(BitSet slots) {
        if (slot < 0 || !slots.get(slot)) {
            int other = slots.nextSetBit(0);
            slot = other;
            key = other < 0 ? prefix : bytes(new String(prefix, UTF_8) + Slots.tag(other) + "}");
        }
    }

    /// Whether there is a place for it.
    boolean canBeWritten() {
        return !clustered || slot >= 0;
    }

    byte[] key() {
        return key.clone();
    }

    /// Looks at a command that the filter drops: is it our heartbeat, and of when?
    ///
    /// @param offset stream position behind it
    void met(CommandView view, long offset) {
        if (view.argumentCount < 3 || !isKey(view)) {
            return;
        }
        // SET key time ..., or SETEX key seconds time from sources up to 6.0.
        int value = view.isWord(0, "SET") ? 2 : 3;
        if (value < view.argumentCount) {
            try {
                marks.add(offset, Long.parseLong(view.text(value)));
            } catch (NumberFormatException e) {
                // Someone else wrote to our key: it tells nothing.
                System.getLogger(Heartbeat.class.getName())
                        .log(System.Logger.Level.DEBUG, "a heartbeat without a time", e);
            }
        }
    }

    private boolean isKey(CommandView view) {
        int offset = view.offsets[1];
        int length = clustered ? prefix.length : Math.max(prefix.length, view.lengths[1]);
        return view.lengths[1] >= prefix.length
                && Arrays.equals(view.buffer, offset, offset + length, prefix, 0, prefix.length);
    }

    /// Everything up to an offset is in the target now.
    ///
    /// @param sourceMillis the source's clock now
    void applied(long appliedOffset, long sourceMillis) {
        marks.applied(appliedOffset, sourceMillis);
    }

    /// The delay of the last heartbeat that is in the target; or that of the next one so far, which
    /// waits for the target; or, when none came for longer than it should, how long that is
    /// overdue; -1 while nothing is known.
    ///
    /// @param sourceMillis the source's clock now
    /// @param intervalMillis between two heartbeats
    long lagMillis(long sourceMillis, long intervalMillis) {
        return marks.lagMillis(sourceMillis, intervalMillis);
    }

    /// Heartbeats on their way, in stream order.
    private static final class Marks {
        /// At one a second this is more than a minute of lag; beyond, every other one will do.
        private static final int CAPACITY = 64;

        /// A heartbeat may come late by a scheduling pause without meaning that data does.
        private static final int OVERDUE_INTERVALS = 2;

        private final long[] offsets = new long[CAPACITY];
        private final long[] times = new long[CAPACITY];
        private int count;
        private long appliedTime = -1;
        private long appliedDelay = -1;

        synchronized void add(long offset, long time) {
            if (count == CAPACITY) {
                for (int i = 0; i < CAPACITY / 2; i++) {
                    offsets[i] = offsets[2 * i];
                    times[i] = times[2 * i];
                }
                count = CAPACITY / 2;
            }
            offsets[count] = offset;
            times[count] = time;
            count++;
        }

        synchronized void applied(long appliedOffset, long now) {
            int applied = 0;
            while (applied < count && offsets[applied] <= appliedOffset) {
                applied++;
            }
            if (applied > 0) {
                appliedTime = times[applied - 1];
                appliedDelay = Math.max(0, now - appliedTime);
                System.arraycopy(offsets, applied, offsets, 0, count - applied);
                System.arraycopy(times, applied, times, 0, count - applied);
                count -= applied;
            }
        }

        synchronized long lagMillis(long now, long interval) {
            if (appliedTime < 0) {
                return -1;
            }
            long waiting = count > 0 ? now - times[0] : 0;
            long overdue = now - appliedTime - OVERDUE_INTERVALS * interval;
            return Math.max(appliedDelay, Math.max(waiting, overdue));
        }
    }
}
