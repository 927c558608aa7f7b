package io.syncline.engine.twoway;

import java.util.BitSet;

/// What a primary said of slots, all of it at one moment.
///
/// @param owned slots that it owns
/// @param open slots that are on their way from it or to it
/// @param used of the slots that were asked about, those in which it has keys
/// @param offset of its stream at that moment
public record NodeSighting(BitSet owned, BitSet open, BitSet used, long offset) {
    public NodeSighting {
        owned = (BitSet) owned.clone();
        open = (BitSet) open.clone();
        used = (BitSet) used.clone();
    }

    @Override
    public BitSet owned() {
        return (BitSet) owned.clone();
    }

    @Override
    public BitSet open() {
        return (BitSet) open.clone();
    }

    @Override
    public BitSet used() {
        return (BitSet) used.clone();
    }
}
