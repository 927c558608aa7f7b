package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.SlotMove;
import io.syncline.testkit.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands over several slots while nodes of the target fail, lose what they had acknowledged, or
/// hand over slots.
class CrossSlotFaultsIT {
    private RedisServer source;
    private CrossSlotTraffic traffic;

    @BeforeEach
    void start() {
        long seed = Seeds.one(CrossSlotFaultsIT.class);
        source = RedisServer.builder().config("repl-backlog-size 256mb").start();
        traffic = new CrossSlotTraffic(source, seed);
    }

    @AfterEach
    void stop() {
        traffic.close();
        source.close();
    }

    private RunningLink link(RedisCluster target) {
        return Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target))
                .shortLimits()
                .start()
                .awaitAllStreaming();
    }

    /// Waits until the target has taken so many of the source's commands.
    private void await(RunningLink link, int commands) {
        int goal = traffic.count() + commands;
        Await.until("commands", RunningLink.LIMIT, () -> traffic.count() >= goal);
        link.awaitCaughtUp(source);
    }

    private void requireEqual(RunningLink link, RedisCluster target) {
        await(link, 200);
        traffic.stop();
        link.awaitCaughtUp(source);
        new KeyspaceDigest().requireEqual(source, target);
        assertThat(link.events(LinkEvent.Refused.class)).isEmpty();
        assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
    }

    @Test
    void whatAFailoverLosesIsWrittenAgainThoughItsKeysHaveChangedElsewhere() {
        try (RedisCluster target = RedisCluster.start(RedisServer::builder, 3, 1);
                RunningLink link = link(target)) {
            for (int i = 0; i < 3; i++) {
                await(link, 200);
                RedisServer primary = target.primaryNodes().get(i);
                RedisServer replica = target.replicasOf(primary).getFirst();
                try (Wire wire = replica.endpoint().connect()) {
                    replica.pause();
                    primary.command("CLIENT", "KILL", "TYPE", "replica");
                    await(link, 100);
                    // It stands in the socket before the replica can ask for what it lacks.
                    wire.send("CLUSTER", "FAILOVER", "TAKEOVER");
                    replica.resume();
                    wire.receive();
                }
                target.promote(replica, "TAKEOVER");
            }
            requireEqual(link, target);
            assertThat(link.events(LinkEvent.Warned.class))
                    .anySatisfy(warned ->
                            assertThat(warned.text()).contains("lost writes it had acknowledged"));
        }
    }

    @Test
    void aNodeThatIsKilledAndComesBackIsWaitedFor() {
        try (RedisCluster target =
                        RedisCluster.start(
                                () -> RedisServer.builder().config("appendonly yes"), 3, 0);
                RunningLink link = link(target)) {
            await(link, 200);
            target.nodes().getLast().kill();
            target.nodes().getLast().restart();
            requireEqual(link, target);
        }
    }

    @Test
    void slotsThatMoveAreFollowed() {
        try (RedisCluster target = RedisCluster.start(RedisServer::builder, 3, 0);
                RunningLink link = link(target)) {
            for (String key : new String[] {"list:1", "set:2", "sorted:3", "text:4"}) {
                int slot = RedisCluster.slot(key);
                RedisServer from = target.ownerOf(slot);
                RedisServer to = target.nodes().get((target.nodes().indexOf(from) + 1) % 3);
                SlotMove move = target.beginMove(slot, to);
                while (move.moveKeys(1) > 0) {
                    assertThat(link.ended()).isFalse();
                }
                move.finish();
                await(link, 100);
            }
            requireEqual(link, target);
        }
    }
}
