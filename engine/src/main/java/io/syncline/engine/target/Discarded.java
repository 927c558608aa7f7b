package io.syncline.engine.target;

/// What a server discarded as a whole, and why.
///
/// @param batch a slot's unit, in a batch of its own, or a batch of a snapshot with one command
record Discarded(Batch batch, LaneFault why) {}
