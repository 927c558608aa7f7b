package io.syncline.server.lifecycle;

import static io.syncline.server.lifecycle.Effect.FORGET;
import static io.syncline.server.lifecycle.Effect.RUN_PRECHECK;
import static io.syncline.server.lifecycle.Effect.START_LINK;
import static io.syncline.server.lifecycle.Effect.STOP_LINK;
import static io.syncline.server.lifecycle.Effect.SWEEP;
import static io.syncline.server.lifecycle.TaskState.COMPLETED;
import static io.syncline.server.lifecycle.TaskState.FAILED;
import static io.syncline.server.lifecycle.TaskState.INITIALIZING;
import static io.syncline.server.lifecycle.TaskState.MODIFYING;
import static io.syncline.server.lifecycle.TaskState.NOT_CONFIGURED;
import static io.syncline.server.lifecycle.TaskState.NOT_STARTED;
import static io.syncline.server.lifecycle.TaskState.PAUSED;
import static io.syncline.server.lifecycle.TaskState.PRECHECKING;
import static io.syncline.server.lifecycle.TaskState.PRECHECK_FAILED;
import static io.syncline.server.lifecycle.TaskState.PRECHECK_PASSED;
import static io.syncline.server.lifecycle.TaskState.RELEASED;
import static io.syncline.server.lifecycle.TaskState.RETRYING;
import static io.syncline.server.lifecycle.TaskState.RUNNING;

import java.util.EnumSet;
import java.util.List;

/// The task's state machine: `(standing, event) -> (standing, effects)`, and nothing else.
///
/// Events of a link come on other threads and may be late: one that means nothing in the state it
/// meets changes nothing.
public final class Lifecycle {
    private static final EnumSet<TaskState> LINKED = EnumSet.of(INITIALIZING, RUNNING, RETRYING);

    private Lifecycle() {}

    public static Transition step(Standing now, TaskEvent event) {
        return switch (event) {
            case TaskEvent.Asked(TaskAction action) -> asked(now, action);
            case TaskEvent.PrecheckEnded(boolean passed) -> prechecked(now, passed);
            case TaskEvent.CopyBegan() -> when(LINKED, now, Standing.of(INITIALIZING));
            case TaskEvent.StreamBegan() -> when(LINKED, now, new Standing(RUNNING, false, true));
            case TaskEvent.TroubleBegan() ->
                    when(
                            EnumSet.of(INITIALIZING, RUNNING),
                            now,
                            new Standing(RETRYING, false, now.streaming()));
            case TaskEvent.TroubleOver() ->
                    when(
                            EnumSet.of(RETRYING),
                            now,
                            new Standing(
                                    now.streaming() ? RUNNING : INITIALIZING,
                                    false,
                                    now.streaming()));
            case TaskEvent.LinkFailed() ->
                    now.state().isActive() ? to(Standing.of(FAILED)) : ignored(now);
            case TaskEvent.LinkDone() -> when(LINKED, now, Standing.of(COMPLETED), SWEEP);
            case TaskEvent.LinkStopped() ->
                    when(EnumSet.of(MODIFYING), now, Standing.of(INITIALIZING), START_LINK);
            case TaskEvent.ServerStarted() -> serverStarted(now);
            case TaskEvent.GrantRevoked() -> grantRevoked(now);
        };
    }

    private static Transition asked(Standing now, TaskAction action) {
        if (!action.isAllowedIn(now.state())) {
            return ignored(now);
        }
        return switch (action) {
            case CONFIGURE -> to(Standing.of(NOT_STARTED));
            case PRECHECK -> to(Standing.of(PRECHECKING), RUN_PRECHECK);
            case START ->
                    now.state() == NOT_STARTED
                            ? to(new Standing(PRECHECKING, true, false), RUN_PRECHECK)
                            : to(Standing.of(INITIALIZING), START_LINK);
            case RESUME -> to(Standing.of(INITIALIZING), START_LINK);
            case PAUSE -> to(Standing.of(PAUSED), STOP_LINK);
            case MODIFY -> now.state().isActive() ? to(Standing.of(MODIFYING), STOP_LINK) : to(now);
            // What a failed task left may be in the hands of the process that superseded it.
            case STOP ->
                    now.state() == FAILED
                            ? to(Standing.of(COMPLETED), STOP_LINK)
                            : to(Standing.of(COMPLETED), STOP_LINK, SWEEP);
            case RESET -> to(Standing.of(NOT_CONFIGURED), STOP_LINK, SWEEP);
            case RELEASE -> to(Standing.of(RELEASED), STOP_LINK, SWEEP, FORGET);
            case THROTTLE, RENAME, CLONE -> to(now);
        };
    }

    private static Transition prechecked(Standing now, boolean passed) {
        if (now.state() != PRECHECKING) {
            return ignored(now);
        }
        if (!passed) {
            return to(Standing.of(PRECHECK_FAILED));
        }
        return now.startsAfterwards()
                ? to(Standing.of(INITIALIZING), START_LINK)
                : to(Standing.of(PRECHECK_PASSED));
    }

    /// What ran goes on; what was being looked at is looked at again.
    private static Transition serverStarted(Standing now) {
        if (now.state().isActive()) {
            return to(Standing.of(INITIALIZING), START_LINK);
        }
        return now.state() == PRECHECKING ? to(now, RUN_PRECHECK) : ignored(now);
    }

    private static Transition grantRevoked(Standing now) {
        boolean uses =
                now.state().isActive()
                        || EnumSet.of(PRECHECKING, PRECHECK_PASSED, PAUSED).contains(now.state());
        return uses ? to(Standing.of(FAILED), STOP_LINK) : ignored(now);
    }

    private static Transition when(
            EnumSet<TaskState> states, Standing now, Standing next, Effect... effects) {
        return states.contains(now.state()) ? to(next, effects) : ignored(now);
    }

    private static Transition to(Standing next, Effect... effects) {
        return new Transition(true, next, List.of(effects));
    }

    private static Transition ignored(Standing now) {
        return new Transition(false, now, List.of());
    }
}
