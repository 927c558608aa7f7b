package io.syncline.engine.link;

/// Looks after a source beside its stream: how far it is, and when the target has caught up. Runs
/// on a thread of its own.
interface SourceWatch extends Runnable {
    /// How far the source's clock is ahead of ours.
    long clockSkewMillis();

    /// Asks for a goal: from now on [#goal()] is unknown until the source was asked again.
    void askForGoal();

    /// The source's offset at a moment after [#askForGoal()]; -1 while unknown.
    long goal();

    void stop();
}
