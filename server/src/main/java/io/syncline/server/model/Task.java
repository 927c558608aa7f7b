package io.syncline.server.model;

import io.syncline.server.lifecycle.Standing;
import io.syncline.server.lifecycle.TaskState;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/// One direction of what a user created. A two-way instance is two of these with one [#group].
///
/// @param id stable; with the epoch it names the task's keys in the target
/// @param account owner
/// @param group shared by the directions of one two-way instance; its own id for one-way
/// @param settings by the names of the configuration file; no endpoint and no secret
/// @param alerts what to tell whom
/// @param standing state
/// @param since when the state was entered
/// @param reason why it is in this state, when there is a why
/// @param remedy what to do about it
/// @param epoch counts resets: another epoch finds no position in the target
public record Task(
        String id,
        String account,
        String name,
        Topology topology,
        Direction direction,
        String group,
        Side source,
        Side target,
        Map<String, String> settings,
        AlertRules alerts,
        Standing standing,
        Instant since,
        String reason,
        String remedy,
        int epoch,
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

    /// Which of a two-way instance's tasks this is.
    public enum Direction {
        FORWARD,
        REVERSE;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// One end.
    ///
    /// @param instance id
    /// @param grant id of the grant it is used by; empty for an instance of the own account
    public record Side(String instance, String grant) {}

    public Task {
        settings = Map.copyOf(settings);
    }

    public TaskState state() {
        return standing.state();
    }

    /// What the engine calls the task: the names of its keys in the target come from it.
    public String identity() {
        return epoch == 0 ? id : id + "." + epoch;
    }

    public Task at(Standing next, Instant when, String why, String what) {
        return new Task(
                id, account, name, topology, direction, group, source, target, settings, alerts,
                next, when, why, what, epoch, created, createdBy);
    }

    public Task named(String other) {
        return new Task(
                id, account, other, topology, direction, group, source, target, settings, alerts,
                standing, since, reason, remedy, epoch, created, createdBy);
    }

    public Task with(Map<String, String> otherSettings, AlertRules otherAlerts) {
        return new Task(
                id,
                account,
                name,
                topology,
                direction,
                group,
                source,
                target,
                otherSettings,
                otherAlerts,
                standing,
                since,
                reason,
                remedy,
                epoch,
                created,
                createdBy);
    }

    public Task between(Side otherSource, Side otherTarget) {
        return new Task(
                id,
                account,
                name,
                topology,
                direction,
                group,
                otherSource,
                otherTarget,
                settings,
                alerts,
                standing,
                since,
                reason,
                remedy,
                epoch,
                created,
                createdBy);
    }

    /// The same task without a past in the target.
    public Task nextEpoch() {
        return new Task(
                id, account, name, topology, direction, group, source, target, settings, alerts,
                standing, since, reason, remedy, epoch + 1, created, createdBy);
    }

    /// Whether one of its ends is this instance.
    public boolean uses(String instance) {
        return source.instance().equals(instance) || target.instance().equals(instance);
    }
}
