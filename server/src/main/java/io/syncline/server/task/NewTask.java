package io.syncline.server.task;

import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Task;
import java.util.Map;

/// What a user enters to create a task.
///
/// @param name empty: made from both instances
/// @param settings by the names of the configuration file
public record NewTask(
        String name,
        Task.Topology topology,
        Chosen source,
        Chosen target,
        Map<String, String> settings,
        AlertRules alerts) {
    /// An instance, of the own account or of another by a role it granted.
    ///
    /// @param instance id, or name for an instance of the own account
    /// @param account owner; empty for the own account
    /// @param role name of the granted role; empty for the own account
    public record Chosen(String instance, String account, String role) {}
}
