package io.syncline.engine.handover;

/// The end of one ownership of a slot, as a shard's node was seen to have it.
///
/// @param confirmed everything up to here was run by the owner of the slot
/// @param end an offset behind the last command that was, and before the first one of a later
///   ownership
/// @param exported whether a job of the server has moved the slot
record Tenure(long confirmed, long end, boolean exported) {}
