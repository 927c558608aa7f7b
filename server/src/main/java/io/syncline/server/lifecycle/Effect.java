package io.syncline.server.lifecycle;

/// What must be done because of a transition. Done in order, after the new state is stored.
public enum Effect {
    RUN_PRECHECK,
    START_LINK,
    STOP_LINK,
    /// Remove the task's own keys from the target.
    SWEEP,
    /// Remove what the store knows beyond the task's name.
    FORGET
}
