package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.ExpiryHold;
import io.syncline.engine.resp.CommandView;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Keys that were given more time, while the target is on its way to where the source is.
///
/// A command from the past gives a key an expiry that is past, or will be before the later commands
/// come: of these the source may have kept the key alive, and told so by commands that give nothing
/// to a key that is gone. A replica of the source has no such care: it never expires a key by
/// itself (`expireIfNeeded` in db.c). So such a key gets [#HOLD_MILLIS], and is noted. The source's
/// own deletion comes by the stream; whatever is still held when the target is level gets its true
/// expiry ([ExpiryRelease]). If the process dies before, it is the stream's deletion alone.
///
/// For one thread, the applier.
final class HeldExpiries implements ExpiryHold {
    /// Longer than catching up takes. Nobody's sessions live so long by chance, so that a key with
    /// this expiry is one that nobody has touched.
    static final long HOLD_MILLIS = (28L * 3600 + 47 * 60 + 13) * 1000 + 371;

    /// What of a stream that is behind may take so long to be applied.
    private static final long STREAM_MILLIS = 60_000;

    /// A slow copy writes more than ten keys, and five kilobytes, in a millisecond.
    private static final long SLOW_KEYS = 10;

    private static final long SLOW_BYTES = 5_000;

    /// Some thirty megabytes. Keys beyond it expire in their time.
    private static final int MOST = 100_000;

    /// @param moment the true expiry
    /// @param sent what the key was given
    record Held(long moment, long sent) {}

    /// @param key its bytes
    record Name(int database, ByteBuffer key) {}

    private final boolean used;
    private final LongSupplier sourceMillis;
    private final HeldNotes notes;
    private final Map<Name, Held> held = new LinkedHashMap<>();

    /// Of which the target's notes do not tell what is so now.
    private final Set<Name> unnoted = new LinkedHashSet<>();

    private boolean behind;
    private boolean overflowed;
    private int database;
    private long streamOffset;
    private long lastOffset;

    /// @param used false holds nothing: no stream comes that could tell more
    /// @param sourceMillis the source's clock
    HeldExpiries(boolean used, LongSupplier sourceMillis, HeldNotes notes) {
        this.used = used;
        this.sourceMillis = sourceMillis;
        this.notes = notes;
    }

    /// From now on the target is behind.
    void begin() {
        behind = used;
    }

    /// The target is level.
    void end() {
        behind = false;
    }

    /// Whether it is.
    boolean isBehind() {
        return behind;
    }

    @Override
    public boolean isActive() {
        return behind || !held.isEmpty();
    }

    /// What is held so far is of a snapshot, behind which the stream goes on.
    void stream(long baseOffset) {
        streamOffset = baseOffset;
        lastOffset = baseOffset;
    }

    /// The database of the target that the next command is for, and the stream's offset behind it.
    void at(int targetDatabase, long offset) {
        database = targetDatabase;
        streamOffset = offset;
    }

    /// What is told of a place up to which everything is in the target: less, while a key before it
    /// waits for its true expiry.
    long shown(long applied) {
        return held.isEmpty() ? applied : Math.min(applied, lastOffset - 1);
    }

    @Override
    public long sent(CommandView view, int key, long moment) {
        return hold(view.buffer, view.offsets[key], view.lengths[key], moment, STREAM_MILLIS);
    }

    /// The same for a key of a snapshot, of which some is still to come.
    long sent(int targetDatabase, ByteSlice key, long moment, Progress progress) {
        at(targetDatabase, 0);
        long keys = progress.snapshotKeysTotal.get() - progress.snapshotKeys.get();
        long bytes = progress.snapshotBytesTotal - progress.snapshotBytesRead.get();
        long rest = Math.max(0, keys) / SLOW_KEYS + Math.max(0, bytes) / SLOW_BYTES;
        return hold(key.array, key.offset, key.length, moment, STREAM_MILLIS + rest);
    }

    private long hold(byte[] buffer, int offset, int length, long moment, long marginMillis) {
        if (!isActive()) {
            return moment;
        }
        long now = sourceMillis.getAsLong();
        boolean soon = behind && moment < now + marginMillis;
        if (!soon && held.isEmpty()) {
            return moment;
        }
        Name name = name(database, buffer, offset, length);
        if (held.remove(name) != null) {
            unnoted.add(name);
        }
        return soon && hold(name, new Held(moment, now + HOLD_MILLIS)) ? now + HOLD_MILLIS : moment;
    }

    private boolean hold(Name name, Held times) {
        if (held.size() >= MOST) {
            overflowed = true;
            return false;
        }
        lastOffset = streamOffset;
        held.put(name, times);
        unnoted.add(name);
        return true;
    }

    private static Name name(int database, byte[] buffer, int offset, int length) {
        return new Name(
                database, ByteBuffer.wrap(Arrays.copyOfRange(buffer, offset, offset + length)));
    }

    /// RENAME, MOVE, COPY: an expiry goes with its key. Both places are noted: whether the target
    /// does it is not known here, and a key that does not have what was sent is left alone.
    ///
    /// @param from argument with the key in the present database
    /// @param to argument with the other key
    /// @param other its database
    void follow(CommandView view, int from, int to, int other) {
        Held expiry = held.get(name(database, view.buffer, view.offsets[from], view.lengths[from]));
        if (expiry == null) {
            return;
        }
        Name name = name(other, view.buffer, view.offsets[to], view.lengths[to]);
        if (held.remove(name) != null) {
            unnoted.add(name);
        }
        hold(name, expiry);
    }

    /// SWAPDB: all keys of a database are the other one's.
    void swap(int first, int second) {
        Map<Name, Held> before = new LinkedHashMap<>(held);
        held.clear();
        before.forEach((name, expiry) -> {
            int now =
                    name.database == first
                            ? second
                            : name.database == second ? first : name.database;
            held.put(new Name(now, name.key), expiry);
        });
    }

    /// A key that was told of by an earlier process.
    void recall(Name name, Held times) {
        if (used && !held.containsKey(name)) {
            hold(name, times);
        }
        unnoted.clear();
    }

    /// How the target remembers them.
    HeldNotes notes() {
        return notes;
    }

    /// Whether a command may have changed what is held, or may yet.
    boolean hasNews() {
        return !held.isEmpty() || !unnoted.isEmpty();
    }

    /// Writes notes on what a command has changed behind it, for the same transaction.
    ///
    /// @return how many commands that takes
    int note(ByteBuilder out) {
        for (Name name : unnoted) {
            notes.write(out, name, held.get(name));
        }
        int count = unnoted.size();
        unnoted.clear();
        return count;
    }

    /// All that is held is noted otherwise.
    void noNote() {
        unnoted.clear();
    }

    /// Whether there were more than are noted, since it was asked last.
    boolean hasOverflowed() {
        boolean was = overflowed;
        overflowed = false;
        return was;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /// Those held longest.
    Map<Name, Held> first(int most) {
        Map<Name, Held> some = new LinkedHashMap<>();
        for (Map.Entry<Name, Held> entry : held.entrySet()) {
            if (some.size() == most) {
                break;
            }
            some.put(entry.getKey(), entry.getValue());
        }
        return some;
    }

    void forget(Set<Name> names) {
        held.keySet().removeAll(names);
    }
}
