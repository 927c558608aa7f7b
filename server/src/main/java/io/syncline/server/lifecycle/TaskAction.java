package io.syncline.server.lifecycle;

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

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a user may ask of a task. The order is the order of buttons.
public enum TaskAction {
    /// Decides settings before the first start.
    CONFIGURE("Configure", NOT_CONFIGURED, NOT_STARTED, PRECHECK_FAILED, PRECHECK_PASSED),
    PRECHECK("Precheck", NOT_STARTED, PRECHECK_FAILED, PRECHECK_PASSED),
    /// Starts for the first time, or goes on from the checkpoints.
    START("Start", NOT_STARTED, PRECHECK_PASSED, PAUSED, FAILED),
    PAUSE("Pause", INITIALIZING, RUNNING, RETRYING),
    RESUME("Resume", PAUSED, FAILED),
    /// Changes objects or settings of a task that has started.
    MODIFY("Modify", INITIALIZING, RUNNING, RETRYING, PAUSED, FAILED),
    /// Changes ceilings without a stop.
    THROTTLE("Throttle", except(NOT_CONFIGURED, COMPLETED, RELEASED)),
    /// Ends the task for good; its data stay in the target.
    STOP("Stop", INITIALIZING, RUNNING, RETRYING, PAUSED, FAILED, MODIFYING),
    RENAME("Rename", except(RELEASED)),
    CLONE("Clone", except(RELEASED)),
    /// Forgets positions and settings; the next start copies everything again.
    RESET("Reset", except(NOT_CONFIGURED, PRECHECKING, RELEASED)),
    /// Gives the task up.
    RELEASE("Release", except(RELEASED));

    private final String words;
    private final Set<TaskState> states;

    TaskAction(String words, TaskState first, TaskState... more) {
        this(words, EnumSet.of(first, more));
    }

    TaskAction(String words, Set<TaskState> states) {
        this.words = words;
        this.states = states;
    }

    private static Set<TaskState> except(TaskState first, TaskState... more) {
        return EnumSet.complementOf(EnumSet.of(first, more));
    }

    /// As on a button.
    public String words() {
        return words;
    }

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static @Nullable TaskAction ofCode(String code) {
        return Arrays.stream(values()).filter(a -> a.code().equals(code)).findFirst().orElse(null);
    }

    public boolean isAllowedIn(TaskState state) {
        return states.contains(state);
    }
}
