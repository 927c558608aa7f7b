package io.syncline.server.lifecycle;

/// A task's state with what it must remember to go on.
///
/// @param state where it stands
/// @param startsAfterwards whether a precheck that passes is followed by the start
/// @param streaming whether every pipeline has reached the stream in this run
public record Standing(TaskState state, boolean startsAfterwards, boolean streaming) {
    public static final Standing NEW = of(TaskState.NOT_STARTED);

    public static Standing of(TaskState state) {
        return new Standing(state, false, false);
    }
}
