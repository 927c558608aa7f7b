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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a user may ask of a task. The order is the order of buttons.
public enum TaskAction {
    /// Decides settings before the first start.
    CONFIGURE("Configure"),
    PRECHECK("Precheck"),
    /// Starts for the first time, or goes on from the checkpoints.
    START("Start"),
    PAUSE("Pause"),
    RESUME("Resume"),
    /// Changes objects or settings of a task that has started.
    MODIFY("Modify"),
    /// Changes ceilings without a stop.
    THROTTLE("Throttle"),
    /// Ends the task for good; its data stay in the target.
    STOP("Stop"),
    RENAME("Rename"),
    CLONE("Clone"),
    /// Forgets positions; the next start copies everything again.
    RESET("Reset"),
    /// Gives the task up.
    RELEASE("Release");

    private final String words;

    TaskAction(String words) {
        this.words = words;
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
        return switch (this) {
            case CONFIGURE ->
                    among(state, NOT_CONFIGURED, NOT_STARTED, PRECHECK_FAILED, PRECHECK_PASSED);
            case PRECHECK -> among(state, NOT_STARTED, PRECHECK_FAILED, PRECHECK_PASSED);
            case START -> among(state, NOT_STARTED, PRECHECK_PASSED, PAUSED, FAILED);
            case PAUSE -> among(state, INITIALIZING, RUNNING, RETRYING);
            case RESUME -> among(state, PAUSED, FAILED);
            case MODIFY -> among(state, INITIALIZING, RUNNING, RETRYING, PAUSED, FAILED);
            case STOP -> among(state, INITIALIZING, RUNNING, RETRYING, PAUSED, FAILED, MODIFYING);
            case THROTTLE -> !among(state, NOT_CONFIGURED, COMPLETED, RELEASED);
            case RESET -> !among(state, NOT_CONFIGURED, PRECHECKING, RELEASED);
            case RENAME, CLONE, RELEASE -> state != RELEASED;
        };
    }

    private static boolean among(TaskState state, TaskState... states) {
        return Arrays.asList(states).contains(state);
    }
}
