package io.syncline.engine.target;

/// A refusal, and what it means for the command.
///
/// @param refusal what was refused and why
/// @param passed whether its neighbours were applied, so that it is not met again
record Refused(Refusal refusal, boolean passed) {}
