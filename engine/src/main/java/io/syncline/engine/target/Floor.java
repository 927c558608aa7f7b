package io.syncline.engine.target;

/// A pipeline's floor in a cluster target, and the layout whose nodes have written it before.
record Floor(Checkpoint checkpoint, TargetLayout layout) {}
