package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import io.syncline.testkit.SlotMove;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a cluster target answers with ASK or TRYAGAIN, since its slot is half moved: it waits, in a
/// snapshot and while streaming, and is applied once and as a whole when the move has ended.
class HalfMovedSlotIT {
    private static final int KEYS = 200;
    private static final String INCREMENT =
            "for _, key in ipairs(KEYS) do redis.call('INCR', key) end";

    @SuppressWarnings("NullAway.Init")
    private static RedisCluster target;

    private RedisServer source;

    @BeforeAll
    static void form() {
        target = RedisCluster.start(Servers.embedded(), 2, 0);
    }

    @AfterAll
    static void end() {
        target.close();
    }

    @BeforeEach
    void start() {
        source = RedisServer.start();
    }

    @AfterEach
    void stop() {
        source.close();
        target.primaryNodes().forEach(node -> node.command("FLUSHALL"));
    }

    private RunningLink link() {
        return Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target)).start();
    }

    private static SlotMove beginMove(String key) {
        int slot = RedisCluster.slot(key);
        RedisServer from = target.ownerOf(slot);
        RedisServer to =
                target.primaryNodes().stream()
                        .filter(node -> node != from)
                        .findFirst()
                        .orElseThrow();
        return target.beginMove(slot, to);
    }

    private static void awaitAnswer(RunningLink link, String answer) {
        link.await(
                answer,
                () ->
                        link.events(LinkEvent.Retrying.class).stream()
                                .anyMatch(retry -> retry.reason().contains(answer)));
    }

    private static void end(SlotMove move) {
        while (move.moveKeys(KEYS) > 0) {
            // Until the slot is empty.
        }
        move.finish();
    }

    private void requireEqual(RunningLink link) {
        link.awaitAllStreaming();
        link.awaitCaughtUp(source);
        new KeyspaceDigest().requireEqual(source, target);
        assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
        assertThat(link.shard().refused()).isZero();
    }

    /// The old owner creates no key in a slot that is leaving.
    @Test
    void aSnapshotsKeysThatAreAskedElsewhereWait() {
        for (int i = 0; i < KEYS; i++) {
            source.command("SET", "{half}:" + i, i);
            source.command("RPUSH", "{half}:list:" + i, i);
            source.command("SET", "other:" + i, i);
        }
        SlotMove move = beginMove("{half}");
        try (RunningLink link = link()) {
            awaitAnswer(link, "ASK");
            assertThat(link.shard().phase()).isEqualTo(Phase.SNAPSHOT);
            end(move);
            requireEqual(link);
        }
    }

    @Test
    void aNewKeyThatIsAskedElsewhereWaits() {
        try (RunningLink link = link().awaitAllStreaming()) {
            SlotMove move = beginMove("{half}");
            source.command("SET", "{half}:new", 1);
            source.command("SET", "other", 1);
            awaitAnswer(link, "ASK");
            link.await(
                    "another slot's key",
                    () -> target.nodeFor("other").number("EXISTS", "other") == 1);
            source.command("INCR", "{half}:new");
            end(move);
            requireEqual(link);
        }
    }

    /// One of a command's keys, with the slot's mark among them, is at the new owner already.
    @Test
    void keysAtBothOwnersAreWrittenAsAWhole() {
        try (RunningLink link = link().awaitAllStreaming()) {
            source.command("MSET", "{half}:a", 1, "{half}:b", 1);
            link.awaitCaughtUp(source);
            SlotMove move = beginMove("{half}");
            move.moveKeys(1);
            source.command("MSET", "{half}:a", 7, "{half}:b", 7, "{half}:c", 7);
            source.command("SET", "other", 1);
            awaitAnswer(link, "TRYAGAIN");
            source.command("EVAL", INCREMENT, 2, "{half}:a", "{half}:b");
            link.await(
                    "another slot's key",
                    () -> target.nodeFor("other").number("EXISTS", "other") == 1);
            end(move);
            requireEqual(link);
            assertThat(target.nodeFor("{half}").text("GET", "{half}:a")).isEqualTo("8");
        }
    }
}
