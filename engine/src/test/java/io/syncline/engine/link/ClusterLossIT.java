package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A target node that fails over to a replica without its newest writes, all of them acknowledged,
/// while no process of the task runs: the next one finds out and sends exactly those again.
class ClusterLossIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final String FLOOR = "__syncline:{it}:checkpoint:0";

    private RedisServer source;
    private RedisCluster target;
    private Workload workload;

    @BeforeEach
    void start() {
        long seed = Seeds.one(ClusterLossIT.class);
        source = RedisServer.builder().config("repl-backlog-size 256mb").start();
        target = RedisCluster.start(Servers.embedded(), 3, 1);
        workload =
                Workload.on(source)
                        .databases(0)
                        .connections(2)
                        .keys(40)
                        .stepsPerSecond(8_000)
                        .seed(seed)
                        .start();
    }

    @AfterEach
    void stop() {
        workload.close();
        source.close();
        target.close();
    }

    private Sync sync() {
        return Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target));
    }

    /// A primary other than the one that holds the task's floor.
    private RedisServer victim() {
        RedisServer keeper = target.nodeFor(FLOOR);
        return target.primaryNodes().stream()
                .filter(node -> node != keeper)
                .findFirst()
                .orElseThrow();
    }

    /// Cuts a primary's replicas off for good, while the primary goes on to acknowledge.
    private static void cutOff(RedisServer primary) {
        primary.command("ACL", "SETUSER", "default", "-psync", "-sync");
        primary.command("CLIENT", "KILL", "TYPE", "replica");
    }

    /// Puts a replica without the newest writes into a dead primary's place.
    private void failOver(RedisServer primary) {
        RedisServer replica = target.replicasOf(primary).getFirst();
        primary.kill();
        target.promote(replica, "TAKEOVER");
    }

    /// As time does behind a clean stop.
    private void expireMarks() {
        for (RedisServer node : target.primaryNodes()) {
            for (String key : node.text("EVAL", MARKS, 0).lines().toList()) {
                node.command("DEL", key);
            }
        }
    }

    private static final String MARKS =
            "local found = '' for _, key in ipairs(redis.call('KEYS', '__syncline:it:mark:*')) do"
                    + " if redis.call('PTTL', key) > 0 then found = found .. key .. '\\n' end end"
                    + " return found";

    private void requireExact(RunningLink link) {
        workload.awaitMore(2_000, LIMIT);
        workload.stop();
        link.awaitCaughtUp(source);
        assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
        new KeyspaceDigest().requireEqual(source, target);
    }

    private void requireFoundOut(RunningLink link) {
        requireExact(link);
        assertThat(link.shard().snapshots()).as("%s", link).isZero();
        assertThat(link.events(LinkEvent.Warned.class))
                .anySatisfy(warned ->
                        assertThat(warned.text()).contains("lost writes it had acknowledged"));
    }

    @Test
    void whatANodeLosesBehindACleanStopIsSentAgain() {
        RedisServer victim;
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            victim = victim();
            cutOff(victim);
            workload.awaitMore(4_000, LIMIT);
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
        }
        failOver(victim);
        expireMarks();
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            requireFoundOut(link);
        }
    }

    @Test
    void whatANodeLosesBehindAKilledProcessIsSentAgain() {
        RedisServer victim;
        try (RunningLink first = sync().start().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            assertThat(first.stop()).isEqualTo(Link.Outcome.STOPPED);
        }
        try (ChildProcess child = childStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            victim = victim();
            cutOff(victim);
            long cut = floor();
            // The floor goes past what the replica has: now it alone would hide the loss.
            Await.until("a floor behind the cut", LIMIT, () -> floor() > cut + 100_000);
            child.kill();
        }
        failOver(victim);
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            requireFoundOut(link);
        }
    }

    private ChildProcess childStreaming() {
        ChildProcess child = ChildLink.start(source.port(), target.nodes().getFirst().port(), true);
        Await.until("a stream", LIMIT, () -> child.log().contains("phase=STREAMING"));
        return child;
    }

    private long floor() {
        String[] words = target.nodeFor(FLOOR).text("GET", FLOOR).split(" ", -1);
        return Long.parseLong(words[3]);
    }

    /// A replica that knows nothing at all: not even how far its primary was.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNodeThatLosesEverythingIsCopiedAgainOrStopsTheTask(boolean resync) {
        RedisServer victim;
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            victim = victim();
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
        }
        victim.command("FLUSHALL");
        try (RunningLink link = (resync ? sync() : sync().stopAtGap()).start()) {
            if (resync) {
                link.awaitAllStreaming();
                requireExact(link);
                assertThat(link.shard().snapshots()).isEqualTo(1);
            } else {
                assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.POSITION_LOST);
            }
        }
    }
}
