package io.syncline.server.api;

import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import io.syncline.server.task.Retry;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.TaskControl;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Headline;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Tone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes [TaskView]s.
public final class TaskViews {
    private final Instances instances;

    public TaskViews(Instances instances) {
        this.instances = instances;
    }

    public TaskView of(TaskControl control) {
        return of(control, instances::any);
    }

    /// Many at once: each instance is looked up once.
    public List<TaskView> of(List<TaskControl> controls) {
        Map<String, RegisteredInstance> known = new HashMap<>();
        return controls.stream()
                .map(control -> of(control, id -> known.computeIfAbsent(id, instances::any)))
                .toList();
    }

    private static TaskView of(TaskControl control, Function<String, RegisteredInstance> any) {
        Task task = control.task();
        Progress progress = task.state().isActive() ? control.progress() : null;
        Retry retry = control.retry();
        TaskView.SideView source = side(task, task.source(), any);
        TaskView.SideView target = side(task, task.target(), any);
        return new TaskView(
                task.id(),
                task.name(),
                task.account(),
                task.topology().code(),
                source,
                target,
                task.state().code(),
                task.state().words(),
                sentence(task, progress, retry),
                tone(task.state()).name().toLowerCase(Locale.ROOT),
                task.since().toString(),
                task.reason(),
                task.remedy(),
                task.allowedActions().stream().map(TaskAction::code).toList(),
                TaskChanges.version(task),
                task.settings(),
                task.alerts(),
                retry,
                progress == null ? null : ProgressView.of(progress),
                progress == null ? List.of() : shards(progress),
                DirectionViews.of(task, progress, source.name(), target.name()),
                task.isTwoWay() ? control.conflicts() : null,
                task.created().toString(),
                task.createdBy());
    }

    private static TaskView.SideView side(
            Task task, Task.Side side, Function<String, RegisteredInstance> any) {
        RegisteredInstance instance = any.apply(side.instance());
        boolean own = instance.account().equals(task.account());
        return new TaskView.SideView(
                instance.id(), instance.name(), instance.uri(), own ? null : instance.account());
    }

    static List<ShardView> shards(Progress progress) {
        List<ShardView> shards = new ArrayList<>();
        for (int i = 0; i < progress.rates().size(); i++) {
            shards.add(ShardView.of(progress, i));
        }
        return shards;
    }

    private static String sentence(Task task, @Nullable Progress progress, @Nullable Retry retry) {
        TaskState state = task.state();
        if (retry != null) {
            String away =
                    retry.side().equals("task")
                            ? "Retrying for "
                            : "Retrying: the " + retry.side() + " is away for ";
            return away
                    + Numbers.seconds(retry.elapsedSeconds())
                    + " of at most "
                    + Numbers.duration(Duration.ofSeconds(retry.limitSeconds()))
                    + ": "
                    + retry.reason();
        }
        boolean live = state == TaskState.INITIALIZING || state == TaskState.RUNNING;
        if (live && progress != null) {
            return Headline.of(progress).text() + held(task);
        }
        String why = task.reason().isEmpty() ? "" : ": " + task.reason();
        return state.words() + why + (live ? held(task) : "");
    }

    private static String held(Task task) {
        return Arrays.stream(Direction.values())
                .filter(task::isPaused)
                .map(it -> "; " + it.code() + " is paused by " + task.paused().get(it.code()))
                .collect(Collectors.joining());
    }

    /// How a state stands; never shown by colour alone.
    public static Tone tone(TaskState state) {
        return switch (state) {
            case RUNNING, PRECHECK_PASSED, COMPLETED -> Tone.WELL;
            case PRECHECKING, INITIALIZING, MODIFYING -> Tone.WORKING;
            case RETRYING -> Tone.ATTENTION;
            case FAILED, PRECHECK_FAILED -> Tone.BROKEN;
            case NOT_CONFIGURED, NOT_STARTED, PAUSED, RELEASED -> Tone.IDLE;
        };
    }
}
