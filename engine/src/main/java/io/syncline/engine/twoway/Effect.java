package io.syncline.engine.twoway;

/// What one command does to one key.
///
/// @param writes false: the key is only read, to compute another one
/// @param commutation how the write gets on with others; ALONE for what is only read
record Effect(KeyId key, boolean writes, Commutation commutation) {}
