package io.syncline.server.verification;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationRun;
import io.syncline.server.settings.Setting;
import io.syncline.server.task.TaskControl;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// When a repair beside a task is sound: what is still on its way must not be in the copied value,
/// too, or it would count twice. So the task streams and is hardly behind, or writes no more.
final class RepairRules {
    private static final Set<TaskState> SOUND = EnumSet.of(TaskState.RUNNING, TaskState.COMPLETED);

    private RepairRules() {}

    static boolean isRepair(VerificationRun run) {
        return run.options().containsKey(Setting.REPAIR.key());
    }

    /// Why a repair may not be made now; null when it may.
    static @Nullable Failure forbid(TaskControl control, VerifyOptions options) {
        Task task = control.task();
        Failure state = forbid(task);
        Progress progress = control.progress();
        if (state != null || task.state() == TaskState.COMPLETED || progress == null) {
            return state;
        }
        Duration lag = Duration.ofMillis(Math.max(0, progress.worst(Shard::lagMillis)));
        return lag.compareTo(options.recheck().after()) < 0
                ? null
                : failure(
                        task,
                        "the target is "
                                + Numbers.duration(lag)
                                + " behind, and a repair waits only "
                                + Numbers.duration(options.recheck().after())
                                + " for what is on its way",
                        "Choose a longer recheckAfter, or wait until the task has caught up");
    }

    /// The same while it runs, by the state alone.
    static @Nullable Failure forbid(Task task) {
        return SOUND.contains(task.state())
                ? null
                : failure(
                        task,
                        "a task that is "
                                + task.state().words()
                                + " has writes on their way, which a repair would make twice",
                        "Repair while the task is Running, or when it is Completed");
    }

    private static Failure failure(Task task, String reason, String remedy) {
        return new Failure(ErrorCode.TARGET_UNSUITABLE, "task " + task.id(), reason, remedy);
    }
}
