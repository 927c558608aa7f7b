package io.syncline.server.model;

import io.syncline.server.lifecycle.DirectionAction;
import io.syncline.server.lifecycle.Standing;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.view.Direction;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What a user created: two instances that are kept in step, one way or both ways.
///
/// @param id stable; with the epoch it names the task's keys in the target
/// @param account owner
/// @param settings by the names of the configuration file; no endpoint and no secret
/// @param alerts what to tell whom
/// @param standing state
/// @param since when the state was entered
/// @param reason why it is in this state, when there is a why
/// @param remedy what to do about it
/// @param epoch counts resets: another epoch finds no position in the target
/// @param copyAgain whether everything is still to be copied once more, since databases were added
/// @param paused directions of a two-way task that are held back, by code, each with who did it
public record Task(
        String id,
        String account,
        String name,
        Topology topology,
        Side source,
        Side target,
        Map<String, String> settings,
        AlertRules alerts,
        Standing standing,
        Instant since,
        String reason,
        String remedy,
        int epoch,
        boolean copyAgain,
        Map<String, String> paused,
        Instant created,
        String createdBy) {
    /// Which ways data go.
    public enum Topology {
        ONE_WAY,
        TWO_WAY;

        public String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// One end.
    ///
    /// @param instance id
    /// @param grant id of the grant it is used by; empty for an instance of the own account
    public record Side(String instance, String grant) {}

    public Task {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        paused = Collections.unmodifiableMap(new TreeMap<>(paused));
    }

    public TaskState state() {
        return standing.state();
    }

    public boolean isTwoWay() {
        return topology == Topology.TWO_WAY;
    }

    /// What a user may do now, in the order of buttons. The ceilings of a two-way task belong to
    /// its directions.
    public Set<TaskAction> allowedActions() {
        Set<TaskAction> allowed = EnumSet.noneOf(TaskAction.class);
        allowed.addAll(state().allowedActions());
        if (isTwoWay()) {
            allowed.remove(TaskAction.THROTTLE);
        }
        return allowed;
    }

    /// What the engine calls the task: the names of its keys in the target come from it.
    public String identity() {
        return epoch == 0 ? id : id + "." + epoch;
    }

    public Task at(Standing next, Instant when, String why, String what) {
        return new Task(
                id, account, name, topology, source, target, settings, alerts, next, when, why,
                what, epoch, copyAgain, paused, created, createdBy);
    }

    public Task named(String other) {
        return new Task(
                id, account, other, topology, source, target, settings, alerts, standing, since,
                reason, remedy, epoch, copyAgain, paused, created, createdBy);
    }

    /// The same with a copy of everything ahead, or behind.
    public Task copyingAgain(boolean ahead) {
        return new Task(
                id, account, name, topology, source, target, settings, alerts, standing, since,
                reason, remedy, epoch, ahead, paused, created, createdBy);
    }

    public Task with(Map<String, String> otherSettings, AlertRules otherAlerts) {
        return new Task(
                id,
                account,
                name,
                topology,
                source,
                target,
                otherSettings,
                otherAlerts,
                standing,
                since,
                reason,
                remedy,
                epoch,
                copyAgain,
                paused,
                created,
                createdBy);
    }

    /// The same with a direction held back, or not.
    ///
    /// @param by who asked for it
    public Task pausing(Direction direction, boolean holds, String by) {
        Map<String, String> other = new TreeMap<>(paused);
        if (holds) {
            other.put(direction.code(), by);
        } else {
            other.remove(direction.code());
        }
        return new Task(
                id, account, name, topology, source, target, settings, alerts, standing, since,
                reason, remedy, epoch, copyAgain, other, created, createdBy);
    }

    public boolean isPaused(Direction direction) {
        return paused.containsKey(direction.code());
    }

    /// What a user may ask of one direction of a two-way task now.
    public Set<DirectionAction> allowedActions(Direction direction) {
        return isTwoWay() ? DirectionAction.allowed(state(), isPaused(direction)) : Set.of();
    }

    /// The same task without a past in the target.
    public Task nextEpoch() {
        return new Task(
                id, account, name, topology, source, target, settings, alerts, standing, since,
                reason, remedy, epoch + 1, false, Map.of(), created, createdBy);
    }

    /// Whether one of its ends is this instance.
    public boolean uses(String instance) {
        return source.instance().equals(instance) || target.instance().equals(instance);
    }
}
