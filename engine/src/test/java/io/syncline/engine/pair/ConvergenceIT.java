package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.FaultProxy.Direction;
import io.syncline.testkit.RandomTest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/// Two sites that write the same few keys, over a network that breaks: once the users stop, both
/// sites are equal.
class ConvergenceIT {
    private static final int FAULTS = Integer.getInteger("twoway.faults", 12);
    private static final int KEYS = 12;
    private static final int MANY = 3_000;
    private static final List<GuardPolicy.Mode> GUARDS = List.of(GuardPolicy.Mode.values());

    @RandomTest(seeds = 2)
    void sitesThatWriteTheSameKeysEndEqualWhateverTheNetworkDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<ServerBinary> binaries = Servers.those(each -> each.version().major() >= 6);
        ServerBinary one = binaries.get(random.nextInt(binaries.size()));
        GuardPolicy.Mode guard = GUARDS.get(random.nextInt(GUARDS.size()));
        System.out.println("seed " + seed + ": " + one + ", guard " + guard);
        try (RedisServer source = RedisServer.start(one);
                RedisServer target = RedisServer.start(one);
                FaultProxy toSource = FaultProxy.before(source);
                FaultProxy toTarget = FaultProxy.before(target);
                RunningPair pair =
                        PairSetup.of(toSource.port(), toTarget.port())
                                .guard(guard)
                                .shortLimits()
                                .start()
                                .awaitStreaming()) {
            List<RandomWrites> writes =
                    List.of(
                            new RandomWrites(source.endpoint(), seed, KEYS, false),
                            new RandomWrites(target.endpoint(), seed + 1, KEYS, false));
            for (int i = 0; i < FAULTS; i++) {
                fault(random, random.nextBoolean() ? toSource : toTarget);
                long goal = moved(pair) + 30;
                pair.await("more writes", () -> moved(pair) > goal);
                toSource.heal();
                toTarget.heal();
            }
            assertThat(RandomWrites.failures(writes)).isEmpty();
            pair.awaitQuiet(source, target);
            System.out.println(pair);
            assertThat(pair.resolutions()).isNotEmpty();
        }
    }

    /// Each link's first command waits for a copy, and the copies are more than go with one marker.
    @Test
    void thousandsOfKeysWrittenAtBothSitesWhileTheTaskWasAwayEndEqual() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            PairSetup setup = PairSetup.of(source.port(), target.port());
            setup.start().awaitStreaming().close();
            for (int round = 0; round < 2; round++) {
                write(source, round);
                write(target, round);
            }
            try (RunningPair pair = setup.start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(pair.resolutions()).hasSizeGreaterThanOrEqualTo(MANY);
            }
        }
    }

    private static void write(RedisServer server, int round) {
        try (Jedis client = server.client();
                Pipeline pipeline = client.pipelined()) {
            for (int i = 0; i < MANY; i++) {
                pipeline.set("key:" + i, server.port() + " " + round);
            }
        }
    }

    private static long moved(RunningPair pair) {
        return pair.written() + pair.resolutions().size();
    }

    private static void fault(SplittableRandom random, FaultProxy proxy) {
        Direction direction = random.nextBoolean() ? Direction.TO_SERVER : Direction.TO_CLIENT;
        switch (random.nextInt(5)) {
            case 0 -> proxy.breakConnections(new Fault.Reset());
            case 1 -> proxy.breakConnections(new Fault.Cut());
            case 2 -> proxy.inject(direction, new Fault.Delay(Duration.ofMillis(100)));
            case 3 -> {
                // Only the next connection: one that never carries a whole question is no network.
                proxy.injectNext(direction, new Fault.Truncate(random.nextInt(20_000)));
                proxy.breakConnections(new Fault.Reset());
            }
            default -> proxy.inject(direction, new Fault.Throttle(200_000));
        }
    }
}
