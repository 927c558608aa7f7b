package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisServer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import redis.clients.jedis.Jedis;

/// Killed at any instant and started again, a two-way task neither loses nor doubles a write, in
/// either direction, and copies no snapshot again.
class PairExactlyOnceIT {
    private static final int KILLS = Integer.getInteger("twoway.kills", 5);

    @RandomTest(seeds = 1)
    void killedAtAnyInstantItNeitherLosesNorDoublesAWrite(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair = PairSetup.of(source.port(), target.port()).start()) {
                pair.awaitStreaming();
            }
            String snapshots = source.info("sync_full") + target.info("sync_full");
            CountingWrites atSource = new CountingWrites(source.endpoint(), "s", seed);
            CountingWrites atTarget = new CountingWrites(target.endpoint(), "t", seed + 1);
            for (int i = 0; i < KILLS; i++) {
                kill(source, target, random);
            }
            assertThat(atSource.stop() + atTarget.stop()).isEmpty();
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                requireExact(source, target, List.of(atSource, atTarget));
                assertThat(pair.resolutions()).isEmpty();
            }
            assertThat(source.info("sync_full") + target.info("sync_full")).isEqualTo(snapshots);
        }
    }

    private static void kill(RedisServer source, RedisServer target, SplittableRandom random) {
        try (ChildProcess child = ChildPair.start(source, target)) {
            byte[] before = marker(target);
            Await.until(
                    "a new marker; " + child.log(),
                    RunningPair.LIMIT,
                    () -> !Arrays.equals(before, marker(target)));
            long goal = Long.parseLong(target.info("master_repl_offset")) + random.nextInt(100_000);
            Await.until(
                    "progress",
                    RunningPair.LIMIT,
                    () -> Long.parseLong(target.info("master_repl_offset")) > goal);
            assertThat(child.alive()).as(child.log()).isTrue();
            child.kill();
        }
    }

    private static byte[] marker(RedisServer server) {
        Object value = server.command("GET", "__syncline:{pair}:pair-marker");
        return value == null ? new byte[0] : (byte[]) value;
    }

    private static void requireExact(
            RedisServer source, RedisServer target, List<CountingWrites> writes) {
        for (RedisServer server : List.of(source, target)) {
            try (Jedis jedis = server.client()) {
                long shared = 0;
                for (CountingWrites each : writes) {
                    assertThat(each.counted(jedis)).isEqualTo(each.total());
                    shared += each.shared();
                }
                assertThat(CountingWrites.sharedAt(jedis)).isEqualTo(shared);
            }
        }
    }
}
