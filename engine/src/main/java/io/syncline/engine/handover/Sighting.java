package io.syncline.engine.handover;

import java.util.BitSet;

/// What a shard's node said about slots, all of it at one moment.
///
/// @param before the node's stream offset before it was asked
/// @param owned slots that it owns
/// @param importing slots that are on their way to it
/// @param exported slots that jobs of the server have moved or are moving
/// @param empty of the slots asked about ([SlotLedger#doubtful]), those in which it has no key
/// @param after the node's stream offset after that
public record Sighting(
        long before, BitSet owned, BitSet importing, BitSet exported, BitSet empty, long after) {
    public Sighting {
        owned = (BitSet) owned.clone();
        importing = (BitSet) importing.clone();
        exported = (BitSet) exported.clone();
        empty = (BitSet) empty.clone();
    }

    @Override
    public BitSet owned() {
        return (BitSet) owned.clone();
    }

    @Override
    public BitSet importing() {
        return (BitSet) importing.clone();
    }

    @Override
    public BitSet exported() {
        return (BitSet) exported.clone();
    }

    @Override
    public BitSet empty() {
        return (BitSet) empty.clone();
    }
}
