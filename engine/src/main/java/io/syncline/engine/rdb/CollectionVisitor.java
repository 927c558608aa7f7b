package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;

/// A visitor of lists, sets, sorted sets and hashes, which is never given a string or a stream.
interface CollectionVisitor extends ValueVisitor {
    @Override
    default void string(ByteSlice value) {
        throw refused("a string");
    }

    @Override
    default void streamEntry(long millis, long sequence, long fieldCount) {
        throw refused("a stream");
    }

    @Override
    default void streamField(ByteSlice field, ByteSlice value) {
        throw refused("a stream");
    }

    @Override
    default void streamEnd(StreamState state) {
        throw refused("a stream");
    }

    @Override
    default void streamGroup(ByteSlice name, long lastMillis, long lastSequence, long entriesRead) {
        throw refused("a stream");
    }

    @Override
    default void streamConsumer(ByteSlice name, long seenAtMillis, long activeAtMillis) {
        throw refused("a stream");
    }

    @Override
    default void streamPending(
            long millis, long sequence, long deliveredAtMillis, long deliveries) {
        throw refused("a stream");
    }

    /// A mistake of this package, not of the bytes.
    default IllegalStateException refused(String what) {
        return new IllegalStateException(getClass().getSimpleName() + " was given " + what);
    }
}
