package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;

/// A visitor of hashes only.
interface HashVisitor extends CollectionVisitor {
    @Override
    default void listElement(ByteSlice value) {
        throw refused("a list");
    }

    @Override
    default void setMember(ByteSlice member) {
        throw refused("a set");
    }

    @Override
    default void sortedSetMember(ByteSlice member, double score) {
        throw refused("a sorted set");
    }
}
