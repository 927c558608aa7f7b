package io.syncline.engine.rdb;

/// What a stream knows besides its entries. All halves of ids are unsigned.
///
/// @param length how many entries it has
/// @param lastMillis the last id ever given
/// @param countersKnown false for streams of Redis before 7.0, which have none of the following
/// @param firstMillis the first entry's id
/// @param maxDeletedMillis the greatest id that was ever deleted
/// @param entriesAdded how many entries were ever added
public record StreamState(
        long length,
        long lastMillis,
        long lastSequence,
        boolean countersKnown,
        long firstMillis,
        long firstSequence,
        long maxDeletedMillis,
        long maxDeletedSequence,
        long entriesAdded) {}
