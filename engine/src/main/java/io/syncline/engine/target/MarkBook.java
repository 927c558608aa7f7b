package io.syncline.engine.target;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.RespWriter;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// How far each slot of a cluster target is known to be, by stream offset.
final class MarkBook {
    /// Replicas and append-only files are seconds behind, not minutes.
    private static final long MARK_MILLIS = 60_000;

    private final OwnKeys keys;
    private final int pipeline;
    private final long[] skipUntil = new long[ClusterMap.SLOTS];
    private final long[] acknowledged = new long[ClusterMap.SLOTS];

    /// Where each slot's first batch of this run began: what to go back to when its mark is lost.
    private final @Nullable SlotMark[] firsts = new @Nullable SlotMark[ClusterMap.SLOTS];

    private final byte[][] names = new byte[ClusterMap.SLOTS][];
    private long skipEnd = SlotMark.NONE;

    MarkBook(OwnKeys keys, int pipeline) {
        this.keys = keys;
        this.pipeline = pipeline;
        clear();
    }

    /// Nothing is known of any slot.
    void clear() {
        Arrays.fill(skipUntil, SlotMark.NONE);
        Arrays.fill(acknowledged, SlotMark.NONE);
        Arrays.fill(firsts, null);
        skipEnd = SlotMark.NONE;
    }

    /// The name of a slot's mark.
    byte[] key(int slot) {
        byte[] name = names[slot];
        if (name == null) {
            name = keys.mark(pipeline, Slots.tag(slot));
            names[slot] = name;
        }
        return name;
    }

    /// Adds a command that lets a slot's mark expire.
    void expire(int slot, Batch batch) {
        batch.beginCommand();
        RespWriter.array(batch.wire, 3);
        RespWriter.bulk(batch.wire, "PEXPIRE");
        RespWriter.bulk(batch.wire, key(slot));
        RespWriter.bulk(batch.wire, MARK_MILLIS);
    }

    /// A slot's mark was found at the start: commands up to there are in the target.
    void found(int slot, long offset) {
        acknowledged[slot] = offset;
        covered(slot, offset);
    }

    /// Commands up to there are in the target, whatever the slot's mark says.
    void covered(int slot, long offset) {
        skipUntil[slot] = Math.max(skipUntil[slot], offset);
        skipEnd = Math.max(skipEnd, offset);
    }

    /// Whether some slot was found to be further than a place: its mark is needed from there on.
    boolean reachesBeyond(long offset) {
        return skipEnd > offset;
    }

    boolean isApplied(int slot, long offset) {
        return offset <= skipEnd && offset <= skipUntil[slot];
    }

    /// A slot's batch begins behind a place.
    void begins(int slot, long offset, int database) {
        if (acknowledged[slot] == SlotMark.NONE && firsts[slot] == null) {
            firsts[slot] = new SlotMark(offset, database);
        }
    }

    void acknowledged(int slot, long offset) {
        acknowledged[slot] = offset;
    }

    /// Whether any of the slots is behind what it had acknowledged.
    ///
    /// @param found by slot
    boolean isLost(BitSet slots, SlotMark[] found) {
        return slots.stream().anyMatch(slot -> acknowledged[slot] > found[slot].offset());
    }

    /// Where to read on from when slots are behind.
    ///
    /// @param nodes what their nodes' own floors say now
    /// @param floor the place up to which all was applied
    /// @return null when nobody knows such a place
    @Nullable Checkpoint rewind(
            BitSet slots, SlotMark[] found, NodeFloors nodes, Checkpoint floor) {
        Checkpoint from = floor;
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            if (acknowledged[slot] > found[slot].offset()) {
                SlotMark node = nodes.of(slot);
                SlotMark known = node.offset() > found[slot].offset() ? node : found[slot];
                SlotMark behind = known.offset() != SlotMark.NONE ? known : firsts[slot];
                if (behind == null) {
                    return null;
                }
                if (behind.offset() < from.offset()) {
                    from = from.at(behind.offset(), behind.database());
                }
            }
        }
        return from;
    }
}
