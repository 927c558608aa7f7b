package io.syncline.server.lifecycle;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Where a task stands. The words are the product's own and stand in the REST interface.
///
/// ```
/// NOT_CONFIGURED -> NOT_STARTED -> PRECHECKING -> PRECHECK_PASSED -> INITIALIZING -> RUNNING
///                                       |                                 ^  |         ^ |
///                                       v                                 |  v         | v
///                                 PRECHECK_FAILED            PAUSED, MODIFYING, RETRYING, FAILED
/// ```
///
/// A task that was told where to end is COMPLETED from RUNNING.
public enum TaskState {
    /// Created or reset: what to do is not decided yet.
    NOT_CONFIGURED("Not Configured"),
    /// Decided, and nothing has been contacted.
    NOT_STARTED("Not Started"),
    /// Both sides are being looked at.
    PRECHECKING("Prechecking"),
    /// A check found an error; nothing was written.
    PRECHECK_FAILED("Precheck Failed"),
    /// No check found an error.
    PRECHECK_PASSED("Precheck Passed"),
    /// Connecting, or copying the snapshot.
    INITIALIZING("Initializing"),
    /// Every shard streams.
    RUNNING("Running"),
    /// Stopped by a user; goes on from the checkpoints.
    PAUSED("Paused"),
    /// A side is away; goes on by itself when it comes back in time.
    RETRYING("Retrying"),
    /// Stopped by a fault; a user must act.
    FAILED("Failed"),
    /// Stopped for a moment to take new settings.
    MODIFYING("Modifying"),
    /// At its end: by its options or by a user.
    COMPLETED("Completed"),
    /// Given up; shown nowhere any more.
    RELEASED("Released");

    private final String words;

    TaskState(String words) {
        this.words = words;
    }

    /// As a person reads it: `Precheck Passed`.
    public String words() {
        return words;
    }

    /// As a program reads it: `precheck-passed`.
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Whether a link belongs to this state.
    public boolean isActive() {
        return EnumSet.of(INITIALIZING, RUNNING, RETRYING, MODIFYING).contains(this);
    }

    /// What a user may do now, in the order of buttons.
    public Set<TaskAction> allowedActions() {
        Set<TaskAction> allowed = EnumSet.noneOf(TaskAction.class);
        for (TaskAction action : TaskAction.values()) {
            if (action.isAllowedIn(this)) {
                allowed.add(action);
            }
        }
        return allowed;
    }
}
