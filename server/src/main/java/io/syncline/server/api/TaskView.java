package io.syncline.server.api;

import io.syncline.server.model.AlertRules;
import io.syncline.server.task.Retry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A task as users see it.
///
/// @param state `running`; `stateText` is the same in words
/// @param sentence how it is, in one sentence
/// @param tone `well`, `working`, `attention`, `broken` or `idle`
/// @param version of settings and alert rules
/// @param reason why it is in this state; empty when the state says all
/// @param progress null while no link runs
/// @param directions of a two-way task; empty for a one-way task
/// @param conflicts how many keys of a two-way task both sides had written; null for a one-way task
public record TaskView(
        String id,
        String name,
        String account,
        String topology,
        SideView source,
        SideView target,
        String state,
        String stateText,
        String sentence,
        String tone,
        String since,
        String reason,
        String remedy,
        List<String> allowedActions,
        String version,
        Map<String, String> settings,
        AlertRules alerts,
        @Nullable Retry retry,
        @Nullable ProgressView progress,
        List<ShardView> shards,
        List<DirectionView> directions,
        @Nullable Long conflicts,
        String created,
        String createdBy) {
    /// One end of it.
    ///
    /// @param account owner; null for the own account
    public record SideView(String instance, String name, String uri, @Nullable String account) {}
}
