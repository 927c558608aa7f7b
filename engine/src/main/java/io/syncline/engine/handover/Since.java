package io.syncline.engine.handover;

/// A place in a shard's stream from which on commands are not in the target.
///
/// @param offset of the stream byte before the first of them
/// @param database of the source there
public record Since(long offset, int database) {}
