package io.syncline.server.api;

import io.syncline.engine.link.Phase;
import io.syncline.server.lifecycle.DirectionAction;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Task;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Progress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Makes [DirectionView]s: what is measured, and the state that follows from it.
final class DirectionViews {
    /// More than is in a spool on its way.
    private static final long SPOOLED_BYTES = 4 << 20;

    private DirectionViews() {}

    /// Empty for a one-way task.
    ///
    /// @param source name of its instance
    /// @param target likewise
    static List<DirectionView> of(
            Task task, @Nullable Progress progress, String source, String target) {
        if (!task.isTwoWay()) {
            return List.of();
        }
        return Arrays.stream(Direction.values())
                .map(direction ->
                        direction == Direction.FORWARD
                                ? of(task, progress, direction, source, target)
                                : of(task, progress, direction, target, source))
                .toList();
    }

    private static DirectionView of(
            Task task, @Nullable Progress all, Direction direction, String from, String to) {
        Progress mine = seen(all, direction);
        TaskState state = state(task, direction, all, mine);
        ProgressView numbers = mine == null ? null : ProgressView.of(mine);
        return new DirectionView(
                direction.code(),
                from,
                to,
                state.code(),
                state.words(),
                TaskViews.tone(state).name().toLowerCase(Locale.ROOT),
                reason(task, direction, all),
                task.allowedActions(direction).stream().map(DirectionAction::code).toList(),
                numbers == null ? null : numbers.percent(),
                numbers == null ? null : numbers.secondsLeft(),
                numbers == null ? null : numbers.keys(),
                numbers == null ? null : numbers.keysTotal(),
                numbers == null ? null : numbers.lagBytes(),
                numbers == null ? null : numbers.lagMillis(),
                numbers == null ? null : numbers.commandsPerSecond(),
                numbers == null ? null : numbers.bytesPerSecond(),
                numbers == null ? null : numbers.commands(),
                numbers == null ? null : numbers.bytes(),
                numbers == null ? null : numbers.refused(),
                mine == null ? List.of() : TaskViews.shards(mine));
    }

    /// Null for a direction that nothing is known of.
    private static @Nullable Progress seen(@Nullable Progress all, Direction direction) {
        Progress mine = all == null ? null : all.only(direction);
        return mine == null || mine.rates().isEmpty() ? null : mine;
    }

    /// Both directions share the task's state, save one that is held back by itself, and while the
    /// first copy runs: then the other one has not begun.
    private static TaskState state(
            Task task, Direction direction, @Nullable Progress all, @Nullable Progress mine) {
        TaskState state = state(task.state(), all, mine);
        boolean held =
                task.isPaused(direction)
                        && (state == TaskState.RUNNING || state == TaskState.RETRYING);
        return held ? TaskState.PAUSED : state;
    }

    private static @Nullable String reason(Task task, Direction direction, @Nullable Progress all) {
        if (task.isPaused(direction)) {
            return "Paused by " + task.paused().get(direction.code());
        }
        Direction other = direction.other();
        Progress held = task.isPaused(other) ? seen(all, other) : null;
        return held != null && isFull(held)
                ? "Waits: what the " + other.code() + " direction holds is at its limit"
                : null;
    }

    /// What is held back is in memory up to a limit; beyond it the stream stays in the spool.
    private static boolean isFull(Progress held) {
        return held.status().shards().stream()
                .anyMatch(it -> it.spoolMemoryBytes() + it.spoolDiskBytes() > SPOOLED_BYTES);
    }

    private static TaskState state(
            TaskState task, @Nullable Progress all, @Nullable Progress mine) {
        // The numbers are those of the last second: a task that runs may have begun to since.
        if (task != TaskState.INITIALIZING || all == null) {
            return task;
        }
        if (mine == null) {
            return TaskState.NOT_STARTED;
        }
        return mine.phase() == Phase.STREAMING ? TaskState.RUNNING : TaskState.INITIALIZING;
    }
}
