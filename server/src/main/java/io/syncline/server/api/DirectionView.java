package io.syncline.server.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One direction of a two-way task.
///
/// @param name `forward`: source to target; `reverse`: target to source
/// @param from name of the instance that it reads
/// @param to name of the instance that it writes
/// @param state as a task's; `not-started` while only the other direction copies
/// @param reason why it is in this state, when it differs from the task's
/// @param allowedActions what may be asked of it
/// @param lagMillis age of the oldest write that the other side does not have
/// @param shards positions, one entry a shard
public record DirectionView(
        String name,
        String from,
        String to,
        String state,
        String stateText,
        String tone,
        @Nullable String reason,
        List<String> allowedActions,
        @Nullable Double percent,
        @Nullable Long secondsLeft,
        @Nullable Long keys,
        @Nullable Long keysTotal,
        @Nullable Long lagBytes,
        @Nullable Long lagMillis,
        @Nullable Long commandsPerSecond,
        @Nullable Long bytesPerSecond,
        @Nullable Long commands,
        @Nullable Long bytes,
        @Nullable Long refused,
        List<ShardView> shards) {
    public DirectionView {
        allowedActions = List.copyOf(allowedActions);
        shards = List.copyOf(shards);
    }
}
