package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/// Values that are copied in chunks: memory stays bounded, the target goes on answering, and nobody
/// ever meets half a value.
class LargeValueIT {
    /// Three times what docs/internals/rdb.md promises: a busy machine takes the processor away
    /// from a server that works more often than from one that idles.
    private static final Duration LONGEST_STALL = Duration.ofMillis(300);

    /// Runs in the server, which is quicker than any client.
    private static final String FILL =
            "local value = string.rep('v', tonumber(ARGV[2])) "
                    + "for i = 1, tonumber(ARGV[1]) do "
                    + "redis.call('HSET', KEYS[1], 'field:' .. i, value .. i) end";

    private static final String MEMBERS =
            "for i = 1, tonumber(ARGV[1]) do redis.call('SADD', KEYS[1], 'member:' .. i) end";

    private static final int MANY = 50_000;
    private static final int FIELDS = 480_000;

    @Test
    void aHashOf300MegabytesIsCopiedWith128AndTheTargetAnswersMeanwhile() throws IOException {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RedisServer idle = RedisServer.start()) {
            source.command("EVAL", FILL, 1, "large", FIELDS, 620);
            try (ChildProcess child =
                            ChildLink.start(source.port(), target.port(), true, "-Xmx128m");
                    Pings pings = new Pings(target);
                    Pings control = new Pings(idle)) {
                Await.until(
                        "streaming; " + child.log(),
                        RunningLink.LIMIT,
                        () -> child.log().contains("phase=STREAMING"));
                requireShort(pings, control);
                // DEBUG DIGEST-VALUE of so much takes ten seconds.
                assertThat(target.number("HLEN", "large")).isEqualTo(FIELDS);
                for (int i = 1; i <= FIELDS; i += 1_237) {
                    assertThat(target.text("HGET", "large", "field:" + i)).endsWith("vv" + i);
                }
            }
        }
    }

    /// A machine that is busy with other things holds up every server; that is not our doing.
    private static void requireShort(Pings pings, Pings control) {
        System.err.println("longest answers: " + pings.longest() + ", idle " + control.longest());
        assertThat(pings.longest()).isLessThan(LONGEST_STALL.plus(control.longest()));
    }

    /// Sending counts as no silence: the line is narrow, and the target has nothing to answer yet.
    @Test
    void aValueThatIsSentForLongerThanAnAnswerMayTakeArrives() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy line = FaultProxy.before(target)) {
            source.command("SETRANGE", "long", 36_000_000, "x");
            line.inject(FaultProxy.Direction.TO_SERVER, new Fault.Throttle(12_000_000));
            try (RunningLink link = Sync.of(source, line).shortLimits().start()) {
                link.awaitStreaming();
                assertThat(target.number("STRLEN", "long")).isEqualTo(36_000_001L);
                assertThat(link.events(LinkEvent.Retrying.class)).isEmpty();
            }
        }
    }

    @Test
    void aSortedSetOfManyMembersStallsNoNodeOfACluster() {
        try (RedisServer source = RedisServer.start();
                RedisServer idle = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0)) {
            source.command(
                    "EVAL",
                    "for i = 1, 200000 do redis.call('ZADD', KEYS[1], i * 0.37, 'm' .. i) end",
                    1,
                    "large");
            source.command("EXPIRE", "large", 5000);
            try (Pings first = new Pings(target.nodes().getFirst());
                    Pings last = new Pings(target.nodes().getLast());
                    Pings control = new Pings(idle);
                    RunningLink link =
                            Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target))
                                    .start()
                                    .awaitAllStreaming()) {
                requireShort(first, control);
                requireShort(last, control);
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
                for (RedisServer node : target.nodes()) {
                    assertThat(keys(node, "__syncline:*:copy:*")).isEmpty();
                }
            }
        }
    }

    private static List<String> keys(RedisServer server, String pattern) {
        try (Jedis client = server.client()) {
            return List.copyOf(client.keys(pattern));
        }
    }

    @Test
    void aValueThatIsRefusedMidwayLeavesNothing() {
        Optional<ServerBinary> newer = Servers.find("redis-8");
        Assumptions.assumeTrue(newer.isPresent(), "no server whose hash fields expire");
        try (RedisServer source = RedisServer.start(newer.get());
                RedisServer target = RedisServer.start()) {
            source.command("EVAL", FILL, 1, "large", MANY, 10);
            source.command("HPEXPIRE", "large", 5_000_000, "FIELDS", 1, "field:1");
            source.command("SET", "small", 1);
            try (RunningLink link =
                    Sync.of(source, target).skipRefused().start().awaitStreaming()) {
                link.awaitCaughtUp(source);
                assertThat(keys(target, "*")).contains("small").doesNotContain("large");
                assertThat(keys(target, "__syncline:*:copy:*")).isEmpty();
                assertThat(link.events(LinkEvent.Refused.class))
                        .singleElement()
                        .satisfies(refused -> {
                            assertThat(refused.key()).isEqualTo("large");
                            assertThat(refused.reason()).contains("fields expire");
                        });
            }
        }
    }

    @Test
    void whatTheTargetRefusesOfAValueTakesAwayTheRestOfIt() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("EVAL", MEMBERS, 1, "large", MANY);
            target.command("ACL", "SETUSER", "default", "-sadd");
            try (RunningLink link =
                    Sync.of(source, target).skipRefused().start().awaitStreaming()) {
                assertThat(keys(target, "*")).doesNotContain("large");
                assertThat(keys(target, "__syncline:*:copy:*")).isEmpty();
                assertThat(link.events(LinkEvent.Refused.class))
                        .anySatisfy(refused -> assertThat(refused.key()).isEqualTo("large"));
            }
        }
    }

    @Test
    void aRepeatedSnapshotTakesNoLiveKeyAwayAndTellsOfStaleOnesThatItMayNotRemove() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            target.command("SET", "of the user", 1);
            source.command("EVAL", FILL, 1, "large", MANY, 10);
            source.command("SET", "deleted later", 1);
            try (RunningLink link = Sync.of(source, target).overwrite().start()) {
                link.awaitStreaming().awaitCaughtUp(source);
            }
            source.command("DEL", "deleted later");
            source.command("DEBUG", "CHANGE-REPL-ID");
            try (Presence presence = new Presence(target, "large", MANY);
                    RunningLink link = Sync.of(source, target).overwrite().start()) {
                link.awaitStreaming().awaitCaughtUp(source);
                assertThat(link.shard().snapshots()).isEqualTo(1);
                assertThat(presence.looks()).isPositive();
                assertThat(presence.missed()).isZero();
                assertThat(link.events(LinkEvent.Warned.class))
                        .anySatisfy(warned ->
                                assertThat(warned.text())
                                        .contains("2 keys of the target are not in the source")
                                        .contains("'deleted later'")
                                        .contains("'of the user'"));
            }
            assertThat(keys(target, "*")).contains("deleted later", "of the user");
        }
    }
}
