package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Wire;
import io.syncline.testkit.Workload;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// A user's rules for keys, in the snapshot, the stream, and whatever is read again.
class RulesIT {
    private static final String ALL_RENAMED = "rename * to new:*";

    @AutoClose
    private final RedisServer source =
            RedisServer.builder().config("repl-backlog-size 64mb").start();

    @AutoClose private final RedisServer target = RedisServer.start();

    static Set<String> keys(RedisServer server) {
        Set<String> keys = new TreeSet<>();
        try (Wire wire = server.endpoint().connect()) {
            for (Object key : wire.list("KEYS", "*")) {
                String name = new String((byte[]) key, StandardCharsets.UTF_8);
                if (!name.startsWith("__syncline:") && !name.startsWith("DTS_")) {
                    keys.add(name);
                }
            }
        }
        return keys;
    }

    /// Whatever a source holds and does, renamed on one way and renamed back on another, it is the
    /// same again.
    @Test
    void renamedThereAndBackEveryTypeAndCommandIsTheSame() {
        long seed = Seeds.one(RulesIT.class);
        new SampleData(seed).fill(source);
        try (RedisServer third = RedisServer.start();
                Workload workload = Workload.on(source).connections(2).seed(seed).start();
                RunningLink there = Sync.of(source, target).rules(ALL_RENAMED).start();
                RunningLink back =
                        Sync.of(target, third).rules("rename new:* to *", "drop *").start()) {
            there.awaitStreaming();
            back.awaitStreaming();
            workload.awaitMore(3_000, RunningLink.LIMIT);
            workload.stop();
            there.awaitCaughtUp(source);
            back.awaitCaughtUp(target);
            assertThat(workload.miscounts(third)).as("seed %s", seed).isEmpty();
            new KeyspaceDigest().requireEqual(source, third);
            assertThat(keys(target)).isNotEmpty().allMatch(key -> key.startsWith("new:"));
            assertThat(there.shard().changed()).as("%s", there).isGreaterThan(1_000);
        }
    }

    @Test
    void droppedKeysStayBehindInSnapshotAndStream() {
        source.command("SET", "tmp:1", "x");
        source.command("SET", "user:1", "a");
        source.command("RPUSH", "user:list", "1", "2", "3");
        Sync sync = Sync.of(source, target).rules("drop tmp:*", "rename user:* to customer:*");
        try (RunningLink link = sync.start().awaitStreaming()) {
            source.command("MSET", "user:2", "b", "tmp:2", "y", "other", "o");
            source.command("LMOVE", "user:list", "tmp:list", "LEFT", "LEFT");
            source.command("RENAME", "other", "tmp:3");
            source.command("DEL", "user:1", "tmp:1");
            source.command("INCR", "tmp:count");
            link.awaitCaughtUp(source);
            assertThat(keys(target)).containsExactly("customer:2", "customer:list");
            assertThat(target.number("LLEN", "customer:list")).isEqualTo(2);
            assertThat(link.shard().dropped()).as("%s", link).isEqualTo(2);
            assertThat(link.events(LinkEvent.Refused.class)).isEmpty();
        }
    }

    @Test
    void whatCannotBeDoneUnderTheRulesStopsTheTaskOrIsRecorded() {
        Sync sync = Sync.of(source, target).rules("drop tmp:*");
        Failure failure;
        try (RunningLink link = sync.start().awaitStreaming()) {
            source.command("SET", "before", "1");
            source.command("SET", "tmp:1", "x");
            source.command("RENAME", "tmp:1", "kept");
            source.command("SET", "behind", "1");
            failure = link.awaitFailure();
        }
        assertThat(failure.code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
        assertThat(failure.reason())
                .isEqualTo(
                        "RENAME on key 'tmp:1' in database 0 cannot be done: the ETL rules keep its"
                                + " result and drop a key that it reads");
        assertThat(keys(target)).containsExactly("before");

        try (RunningLink link = sync.skipRefused().start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            assertThat(keys(target)).containsExactly("before", "behind");
            assertThat(link.shard().snapshots()).isZero();
            assertThat(target.number("LLEN", "__syncline:{it}:refused")).isEqualTo(1);
        }
    }

    /// What is there was made under the old rules, and the stream goes on from what the new ones
    /// make.
    @Test
    void otherRulesCopyEverythingAgainAndTakeAwayWhatTheOldOnesMade() {
        source.command("MSET", "user:1", "a", "tmp:1", "b");
        run(Sync.of(source, target).rules("rename user:* to customer:*"));
        assertThat(keys(target)).containsExactly("customer:1", "tmp:1");

        Failure failure = Sync.of(source, target).rules("drop tmp:*").stopAtGap().fails();
        assertThat(failure.code()).isEqualTo(ErrorCode.POSITION_LOST);
        assertThat(failure.reason()).isEqualTo("the position was reached under other ETL rules");

        assertThat(run(Sync.of(source, target).rules("drop tmp:*"))).isEqualTo(1);
        assertThat(keys(target)).containsExactly("user:1");
        assertThat(run(Sync.of(source, target).rules("drop  tmp:*"))).isZero();
        assertThat(run(Sync.of(source, target))).isEqualTo(1);
        assertThat(keys(target)).containsExactly("tmp:1", "user:1");
    }

    /// @return how many snapshots it took
    private int run(Sync sync) {
        try (RunningLink link = sync.start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            return link.shard().snapshots();
        }
    }

    @Test
    void aProcessThatIsKilledLosesAndDoublesNothingUnderRules() {
        long seed = Seeds.one(RulesIT.class);
        Random random = new Random(seed);
        try (Workload workload =
                        Workload.on(source)
                                .connections(2)
                                .keys(20)
                                .stepsPerSecond(10_000)
                                .seed(seed)
                                .start();
                RedisServer third = RedisServer.start()) {
            run(Sync.of(source, target).rules(ALL_RENAMED));
            for (int i = 0; i < 2; i++) {
                String before = position();
                try (ChildProcess child =
                        ChildLink.start(
                                source.port(), target.port(), true, "-Drules=" + ALL_RENAMED)) {
                    Await.until("progress", RunningLink.LIMIT, () -> !position().equals(before));
                    workload.awaitMore(random.nextInt(2_000), RunningLink.LIMIT);
                    assertThat(child.alive()).as(child.log()).isTrue();
                    child.kill();
                }
            }
            workload.stop();
            assertThat(run(Sync.of(source, target).rules(ALL_RENAMED))).isZero();
            Sync back = Sync.of(target, third).task("back").rules("rename new:* to *", "drop *");
            try (RunningLink link = back.start().awaitStreaming()) {
                link.awaitCaughtUp(target);
            }
            assertThat(workload.miscounts(third)).as("seed %s", seed).isEmpty();
            new KeyspaceDigest().requireEqual(source, third);
        }
    }

    /// In the checkpoint, which only a link that applies moves on.
    private String position() {
        Object value = target.command("GET", "__syncline:{it}:checkpoint:0");
        return new String((byte[]) value, StandardCharsets.US_ASCII).substring(21, 40);
    }
}
