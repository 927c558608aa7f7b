package io.syncline.engine.verify;

/// A database of the source and the one of the target that it belongs to.
record Place(int source, int target) {}
