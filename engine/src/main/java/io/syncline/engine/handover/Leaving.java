package io.syncline.engine.handover;

/// One slot that a job of the server has taken away, from the first deletion on that may be part of
/// clearing it away.
///
/// Such a deletion looks like a client's. It is none when no other command of the slot follows it:
/// a node clears away at once and for good. What clients deleted last is dropped with the others;
/// the new owner's stream tells of it, too ([Imports]).
///
/// @param tenure how the slot was lost
/// @param queue what is held back of it
record Leaving(Tenure tenure, ParkedSlot queue) {}
