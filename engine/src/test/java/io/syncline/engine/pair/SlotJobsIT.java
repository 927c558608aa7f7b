package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// Slots that a side of a pair moves by jobs of its own (CLUSTER MIGRATESLOTS, Valkey 9): followed
/// while both sides are written, and while no process runs.
class SlotJobsIT {
    private static final int SLOTS = 3_000;

    private static RedisServerBuilder node(ServerBinary binary) {
        return RedisServer.builder().binary(binary).config("repl-diskless-sync-delay 0");
    }

    @RandomTest(seeds = 1)
    void slotsThatJobsMoveAtEitherSideAreFollowed(long seed) {
        Optional<ServerBinary> found = Servers.find("valkey-9");
        Assumptions.assumeTrue(found.isPresent());
        ServerBinary binary = found.orElseThrow();
        try (RedisCluster source = RedisCluster.start(() -> node(binary), 2, 0);
                RedisCluster target = RedisCluster.start(() -> node(binary), 2, 0)) {
            PairSetup setup = PairSetup.between(source, target);
            SlotWrites atSource;
            SlotWrites atTarget;
            try (RunningPair pair = setup.start().awaitStreaming()) {
                atSource = new SlotWrites(source, "s", seed, true);
                atTarget = new SlotWrites(target, "t", seed + 1, true);
                awaitWrites(pair, atSource, atTarget);
                move(source, 0);
                move(target, 0);
                awaitWrites(pair, atSource, atTarget);
                move(source, 1);
            }
            move(source, 0);
            try (RunningPair pair = setup.start().awaitStreaming()) {
                move(target, 1);
                awaitWrites(pair, atSource, atTarget);
                assertThat(atSource.stop() + atTarget.stop()).isEmpty();
                pair.awaitQuietBehindMoves(source, target);
                assertThat(SlotWrites.wrong(source, atSource, atTarget)).isEmpty();
                assertThat(SlotWrites.wrong(target, atSource, atTarget)).isEmpty();
            }
        }
    }

    /// The other primary takes the lowest slots.
    private static void move(RedisCluster cluster, int from) {
        RedisServer owner = cluster.primaryNodes().get(from);
        RedisServer other = cluster.primaryNodes().get(1 - from);
        cluster.moveByJob(owner, other, SLOTS);
    }

    private static void awaitWrites(RunningPair pair, SlotWrites source, SlotWrites target) {
        long goal = source.done() + target.done() + 600;
        pair.await("writes", () -> source.done() + target.done() > goal);
    }
}
