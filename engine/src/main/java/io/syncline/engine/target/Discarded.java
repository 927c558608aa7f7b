package io.syncline.engine.target;

/// A batch that a server discarded as a whole, and why.
record Discarded(Batch batch, LaneFault why) {}
