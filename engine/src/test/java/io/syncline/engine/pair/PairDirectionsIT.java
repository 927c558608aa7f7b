package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import org.junit.jupiter.api.Test;

/// One direction of a two-way task is paused or throttled by itself: nothing is lost, the other one
/// goes on.
class PairDirectionsIT {
    /// More than a direction that is paused may keep in memory.
    private static final int LARGE_VALUES = 40;

    @Test
    void aPausedDirectionHoldsBackAndLosesNothingAlsoAcrossARestart() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            pausesAndGoesOn(source, source, target);
        }
    }

    @Test
    void aPausedDirectionToAClusterHoldsBackAndLosesNothing() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0)) {
            pausesAndGoesOn(source, source, target);
        }
    }

    private static void pausesAndGoesOn(RedisServer at, Instance source, Instance target) {
        at.command("SET", "before", "1");
        try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming();
                SiteClient there = new SiteClient(target)) {
            pair.awaitQuiet(source, target);
            pair.task().pause(Site.SOURCE, true);
            // What was on its way when it was asked may still arrive.
            pair.awaitQuiet(source, target);
            writes(at, there, 0);
            pair.await("the other direction", () -> at.number("EXISTS", "target:0:99") == 1);
            assertThat(there.get("source:0:0")).isEmpty();
            assertThat(pair.status().shards().getFirst().lagBytes()).isPositive();
        }
        try (RunningPair pair =
                        PairSetup.between(source, target)
                                .paused(Site.SOURCE)
                                .start()
                                .awaitStreaming();
                SiteClient there = new SiteClient(target)) {
            writes(at, there, 1);
            pair.await("the other direction", () -> at.number("EXISTS", "target:1:99") == 1);
            assertThat(there.get("source:0:0")).isEmpty();
            assertThat(there.get("source:1:0")).isEmpty();
            pair.task().pause(Site.SOURCE, false);
            pair.awaitQuiet(source, target);
            assertThat(there.get("source:1:99")).isEqualTo("1");
            assertThat(at.text("GET", "counter")).isEqualTo("600");
        }
    }

    /// Counters that add up, keys that are contested, and keys of each side's own.
    private static void writes(RedisServer source, SiteClient target, int round) {
        for (int i = 0; i < 100; i++) {
            source.command("INCRBY", "counter", "2");
            target.call("INCRBY", "counter", "1");
            source.command("SET", "contested:" + i, "source " + round);
            target.call("SET", "contested:" + i, "target " + round);
            source.command("SET", "source:" + round + ":" + i, "1");
            target.call("SET", "target:" + round + ":" + i, "1");
        }
    }

    /// The copy of a contested key waits for its winner's direction; when the other side writes it
    /// once more, that one wins, and nothing waits any more.
    @Test
    void aKeyThatThePausedSideHadWonGoesTheOtherWayWhenItIsWrittenThere() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port())
                                .paused(Site.SOURCE)
                                .paused(Site.TARGET)
                                .start()
                                .awaitStreaming()) {
            target.command("SET", "contested", "target, first");
            // Of two writes in one millisecond the target's wins.
            long first = System.currentTimeMillis();
            pair.await("a later moment", () -> System.currentTimeMillis() > first + 100);
            source.command("SET", "contested", "source, later");
            target.command("SET", "behind", "1");
            pair.task().pause(Site.TARGET, false);
            pair.await("what stands behind", () -> source.number("EXISTS", "behind") == 1);
            assertThat(source.text("GET", "contested")).isEqualTo("source, later");

            target.command("SET", "contested", "target, last");

            pair.await(
                    "the last write", () -> source.text("GET", "contested").equals("target, last"));
            pair.task().pause(Site.SOURCE, false);
            pair.awaitQuiet(source, target);
            assertThat(target.text("GET", "contested")).isEqualTo("target, last");
        }
    }

    @Test
    void moreThanMayWaitInMemoryAndAFlushAreKeptWhileADirectionIsPaused() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port())
                                .paused(Site.SOURCE)
                                .start()
                                .awaitStreaming()) {
            target.command("SET", "flushed", "1");
            pair.await("the other direction", () -> source.number("EXISTS", "flushed") == 1);
            source.command("FLUSHALL");
            for (int i = 0; i < LARGE_VALUES; i++) {
                source.command("SET", "large:" + i, "v".repeat(1 << 20));
                target.command("SET", "small:" + i, "1");
            }
            pair.await(
                    "the spool holds the rest",
                    () -> pair.status().shards().getFirst().spoolMemoryBytes() > 1 << 20);
            assertThat(target.number("EXISTS", "flushed")).isEqualTo(1);

            pair.task().pause(Site.SOURCE, false);

            pair.awaitQuiet(source, target);
            assertThat(target.number("EXISTS", "flushed")).isZero();
            assertThat(target.number("EXISTS", "large:" + (LARGE_VALUES - 1))).isEqualTo(1);
        }
    }

    @Test
    void aDirectionHasACeilingOfItsOwn() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            pair.task().throttle(Site.SOURCE, 100, 0);
            long begun = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                source.command("SET", "source:" + i, "1");
                target.command("SET", "target:" + i, "1");
            }
            pair.await("the other direction", () -> source.number("EXISTS", "target:299") == 1);
            pair.await("all of them", () -> target.number("EXISTS", "source:299") == 1);
            assertThat(System.nanoTime() - begun).isGreaterThan(2_000_000_000L);
        }
    }
}
