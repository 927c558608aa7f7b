package io.syncline.engine.handover;

/// How the server's own job copied slots to their new owner.
///
/// @param end of the copy's stream, as [Departure] takes it
@SuppressWarnings("ArrayRecordComponent") // compared by identity: one for each job
record Copy(long[] end) {}
