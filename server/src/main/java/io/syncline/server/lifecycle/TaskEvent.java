package io.syncline.server.lifecycle;

/// What can happen to a task.
public sealed interface TaskEvent {
    /// A user asks for something.
    record Asked(TaskAction action) implements TaskEvent {}

    /// Every check was made.
    record PrecheckEnded(boolean passed) implements TaskEvent {}

    /// A pipeline copies a snapshot.
    record CopyBegan() implements TaskEvent {}

    /// Every pipeline streams.
    record StreamBegan() implements TaskEvent {}

    /// A side is away.
    record TroubleBegan() implements TaskEvent {}

    /// It is back.
    record TroubleOver() implements TaskEvent {}

    /// The link ended for good.
    record LinkFailed() implements TaskEvent {}

    /// The link came to the end that its options name.
    record LinkDone() implements TaskEvent {}

    /// The link ended because it was told to.
    record LinkStopped() implements TaskEvent {}

    /// This process took the task over, after its own start.
    record ServerStarted() implements TaskEvent {}

    /// The right to use one of the instances was taken away.
    record GrantRevoked() implements TaskEvent {}
}
