package io.syncline.engine.link;

import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import java.util.Map;
import java.util.TreeMap;

/// Waiting for a link while shards of its cluster source come and go.
final class Reshards {
    private Reshards() {}

    /// Waits until a link has brought over all that a source at rest has.
    static void awaitCopied(RedisCluster source, RunningLink link) {
        Map<String, Long> goals = new TreeMap<>();
        for (RedisServer primary : source.primaryNodes()) {
            goals.put(
                    primary.info("master_replid"),
                    Long.parseLong(primary.info("master_repl_offset")));
        }
        link.await(
                "offsets " + goals,
                () ->
                        goals.entrySet().stream()
                                .allMatch(
                                        goal -> hasReached(link, goal.getKey(), goal.getValue())));
    }

    private static boolean hasReached(RunningLink link, String history, long offset) {
        return link.shards().stream()
                .anyMatch(shard ->
                        shard.phase() == Phase.STREAMING
                                && shard.replicationId().equals(history)
                                && shard.appliedOffset() >= offset);
    }
}
