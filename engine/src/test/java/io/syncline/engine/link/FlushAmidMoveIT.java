package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import io.syncline.testkit.SlotMove;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// FLUSHALL of a shard that a slot is on its way to: the keys that had arrived are gone at the
/// source, so those that are held back for them must not come to life at the target.
class FlushAmidMoveIT {
    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void whatTheNewOwnerFlushedStaysAway(String kind) {
        try (RedisCluster source = RedisCluster.start(ReshardIT::node, 2, 0);
                TopologySide target = TopologySide.start(kind, Servers.embedded())) {
            for (int i = 0; i < 3; i++) {
                source.command("SET", "{moving}" + i, i);
                source.command("SET", "resting" + i, i);
            }
            int slot = RedisCluster.slot("{moving}");
            RedisServer from = source.ownerOf(slot);
            RedisServer to =
                    source.primaryNodes().stream().filter(n -> n != from).findFirst().orElseThrow();
            SlotMove move;
            try (RunningLink link = link(source, target)) {
                move = source.beginMove(slot, to);
                move.moveKeys(1);
                to.command("FLUSHALL");
                move.moveKeys(1);
                link.await("something is held back", () -> isHeldBack(link, to));
                link.stop();
            }
            // The stream is read again from the first key that is held back.
            try (RunningLink link = link(source, target)) {
                move.moveKeys(1);
                move.finish();
                Reshards.awaitCopied(source, link);
                new KeyspaceDigest().requireEqual(source, target.instance());
                assertThat(link.shards()).as("%s", link).allMatch(shard -> shard.snapshots() == 0);
            }
        }
    }

    private static RunningLink link(RedisCluster source, TopologySide target) {
        return Sync.between(TopologySide.endpointOf(source), target.endpoint())
                .shortLimits()
                .start()
                .awaitAllStreaming();
    }

    /// Everything that the node has said by now is here, and not all of it is applied.
    private static boolean isHeldBack(RunningLink link, RedisServer node) {
        long offset = Long.parseLong(node.info("master_repl_offset"));
        String history = node.info("master_replid");
        return link.shards().stream()
                .anyMatch(shard ->
                        shard.replicationId().equals(history)
                                && shard.receivedOffset() >= offset
                                && shard.appliedOffset() < offset);
    }
}
