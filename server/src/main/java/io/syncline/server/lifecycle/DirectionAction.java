package io.syncline.server.lifecycle;

import static io.syncline.server.lifecycle.TaskState.FAILED;
import static io.syncline.server.lifecycle.TaskState.INITIALIZING;
import static io.syncline.server.lifecycle.TaskState.MODIFYING;
import static io.syncline.server.lifecycle.TaskState.PAUSED;
import static io.syncline.server.lifecycle.TaskState.RETRYING;
import static io.syncline.server.lifecycle.TaskState.RUNNING;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a user may ask of one direction of a two-way task. It changes no state of the task: what a
/// direction was asked to do stands until it is asked otherwise, also while the whole task rests.
public enum DirectionAction {
    /// Holds back what its origin writes; it is read all the same.
    PAUSE("Pause"),
    RESUME("Resume"),
    /// Changes its ceilings without a stop.
    THROTTLE("Throttle");

    /// A task that has begun.
    private static final Set<TaskState> BEGUN =
            EnumSet.of(INITIALIZING, RUNNING, RETRYING, MODIFYING, PAUSED, FAILED);

    private final String words;

    DirectionAction(String words) {
        this.words = words;
    }

    /// As on a button.
    public String words() {
        return words;
    }

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static @Nullable DirectionAction ofCode(String code) {
        return Arrays.stream(values()).filter(a -> a.code().equals(code)).findFirst().orElse(null);
    }

    /// Tells by the task's state, and by whether the direction is paused.
    public boolean isAllowedIn(TaskState state, boolean paused) {
        return switch (this) {
            case PAUSE -> !paused && BEGUN.contains(state);
            case RESUME -> paused && BEGUN.contains(state);
            case THROTTLE -> TaskAction.THROTTLE.isAllowedIn(state);
        };
    }

    /// What may be asked now, in the order of buttons.
    public static Set<DirectionAction> allowed(TaskState state, boolean paused) {
        Set<DirectionAction> allowed = EnumSet.noneOf(DirectionAction.class);
        for (DirectionAction action : values()) {
            if (action.isAllowedIn(state, paused)) {
                allowed.add(action);
            }
        }
        return allowed;
    }
}
