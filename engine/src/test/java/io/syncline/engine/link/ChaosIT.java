package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random faults on both sides, drawn from a seed, under counting traffic: zero lost, zero doubled.
///
/// Short in the normal run; `-Pchaos` takes half an hour, `-Dchaos.seconds` any other time, and
/// `-Dseed` draws the same faults again.
class ChaosIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /// Of each of the two runs, in the normal build.
    private static final int SHORT_SECONDS = 8;

    /// One way, at each of two sides.
    private static final Duration LATE = Duration.ofMillis(100);

    /// Bytes a second: less than the workload makes.
    private static final int NARROW = 40_000;

    private enum Strike {
        MOVE_SLOT,
        FAIL_OVER,
        CUT_SOURCE,
        STOP_SOURCE,
        SLOW_SOURCE,
        KILL_TARGET,
        STOP_TARGET,
        CUT_TARGET,
        SLOW_TARGET,
        FILL_TARGET,
        RESTART_LINK,
        RESET_SOURCE,
        DELAY_SOURCE,
        CHOKE_SOURCE,
        SILENCE_SOURCE,
        RESET_TARGET,
        DELAY_TARGET,
        CHOKE_TARGET,
        SILENCE_TARGET
    }

    private final Map<Strike, Integer> done = new EnumMap<>(Strike.class);
    private @Nullable RedisCluster cluster;
    private @Nullable TopologySide target;
    private @Nullable RunningLink link;
    private Random random = new Random();

    @AfterEach
    void stop() {
        if (link != null) {
            link.close();
        }
        if (cluster != null) {
            cluster.close();
        }
        if (target != null) {
            target.close();
        }
    }

    private RedisCluster source() {
        return Objects.requireNonNull(cluster);
    }

    private TopologySide target() {
        return Objects.requireNonNull(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void nothingIsLostAndNothingIsDoubled(String kind) {
        long seed = Seeds.one(ChaosIT.class);
        random = new Random(seed);
        ServerBinary binary = Servers.embedded();
        cluster =
                RedisCluster.startBehindProxies(
                        () -> RedisServer.builder().binary(binary).config("repl-backlog-size 64mb"),
                        2,
                        1);
        target =
                kind.equals("1")
                        ? TopologySide.behindProxy(
                                RedisServer.builder()
                                        .binary(binary)
                                        .config("appendonly yes")
                                        .start())
                        : TopologySide.cluster(
                                RedisCluster.startBehindProxies(
                                        () ->
                                                RedisServer.builder()
                                                        .binary(binary)
                                                        .config("appendonly yes"),
                                        3,
                                        0));
        try (Workload workload =
                Workload.on(source())
                        .connections(2)
                        .keys(40)
                        .stepsPerSecond(1_500)
                        .seed(seed)
                        .start()) {
            startLink();
            long end =
                    System.nanoTime()
                            + Duration.ofSeconds(Integer.getInteger("chaos.seconds", SHORT_SECONDS))
                                    .toNanos();
            while (System.nanoTime() < end) {
                Strike strike = any(List.of(Strike.values()));
                strike(strike);
                done.merge(strike, 1, Integer::sum);
                workload.awaitMore(random.nextInt(400), LIMIT);
            }
            workload.awaitMore(500, LIMIT);
            workload.stop();
            check(workload);
        }
    }

    /// A precheck of a cluster that has just changed may refuse the start; an operator tries again.
    private void startLink() {
        Await.until(
                "all pipelines streaming",
                LIMIT,
                () -> {
                    RunningLink started =
                            Sync.between(TopologySide.endpointOf(source()), target().endpoint())
                                    .shortLimits()
                                    .start();
                    link = started;
                    awaitStart(started);
                    if (started.ended()) {
                        System.err.println("ChaosIT: not started: " + started.errors());
                    }
                    return !started.ended();
                });
    }

    private static void awaitStart(RunningLink started) {
        try {
            Await.until("started", LIMIT, () -> started.ended() || started.allStreaming());
        } catch (AssertionError e) {
            throw new AssertionError("neither streaming nor ended: " + started, e);
        }
    }

    private void check(Workload workload) {
        RunningLink last = Objects.requireNonNull(link);
        Reshards.awaitCopied(source(), last);
        assertThat(workload.miscounts(target().instance())).as("%s; %s", done, last).isEmpty();
        assertThat(workload.miscounts(source())).isEmpty();
        new KeyspaceDigest().requireEqual(source(), target().instance());
        System.err.printf("ChaosIT: %s; faults %s%n", workload, done);
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void strike(Strike strike) {
        switch (strike) {
            case MOVE_SLOT -> moveSlot();
            case FAIL_OVER -> source().failover(random.nextInt(2));
            case CUT_SOURCE -> cut(any(source().primaryNodes()), "slave");
            case STOP_SOURCE -> stopFor(any(source().primaryNodes()), 1_000);
            case SLOW_SOURCE -> slow(any(source().primaryNodes()));
            case KILL_TARGET -> {
                RedisServer node = any(target().primaries());
                node.kill();
                Await.until("a moment", LIMIT, new Moment(300)::isOver);
                node.restart();
            }
            case STOP_TARGET -> stopFor(any(target().primaries()), 2_200);
            case CUT_TARGET -> cut(any(target().primaries()), "normal");
            case SLOW_TARGET -> slow(any(target().primaries()));
            case FILL_TARGET -> {
                RedisServer node = any(target().primaries());
                node.command("CONFIG", "SET", "maxmemory", 1);
                Await.until("a moment", LIMIT, new Moment(500)::isOver);
                node.command("CONFIG", "SET", "maxmemory", 0);
            }
            case RESTART_LINK -> {
                Objects.requireNonNull(link).stop();
                startLink();
            }
            case RESET_SOURCE -> anyAtSource().breakConnections(new Fault.Reset());
            case RESET_TARGET -> anyAtTarget().breakConnections(new Fault.Reset());
            case DELAY_SOURCE -> trouble(anyAtSource(), new Fault.Delay(LATE), 1_500);
            case DELAY_TARGET -> trouble(anyAtTarget(), new Fault.Delay(LATE), 1_500);
            case CHOKE_SOURCE -> trouble(anyAtSource(), new Fault.Throttle(NARROW), 1_000);
            case CHOKE_TARGET -> trouble(anyAtTarget(), new Fault.Throttle(NARROW), 1_000);
            case SILENCE_SOURCE -> silence(anyAtSource());
            case SILENCE_TARGET -> silence(anyAtTarget());
        }
    }

    private FaultProxy anyAtSource() {
        return source().proxyOf(any(source().primaryNodes()));
    }

    private FaultProxy anyAtTarget() {
        return target().proxyOf(any(target().primaries()));
    }

    private static void trouble(FaultProxy proxy, Fault fault, int millis) {
        proxy.inject(FaultProxy.Direction.TO_SERVER, fault);
        proxy.inject(FaultProxy.Direction.TO_CLIENT, fault);
        Await.until("a moment", LIMIT, new Moment(millis)::isOver);
        proxy.heal();
    }

    /// Half-open connections: one direction says nothing any more, for longer than is waited for,
    /// or for less.
    private void silence(FaultProxy proxy) {
        FaultProxy.Direction direction = any(List.of(FaultProxy.Direction.values()));
        proxy.inject(direction, new Fault.Stall());
        Await.until("a moment", LIMIT, new Moment(random.nextBoolean() ? 2_800 : 900)::isOver);
        proxy.heal();
    }

    private void moveSlot() {
        int slot = RedisCluster.slot("count:" + random.nextInt(40) + ":list");
        List<RedisServer> others = new ArrayList<>(source().primaryNodes());
        others.remove(source().ownerOf(slot));
        source().moveSlot(slot, any(others));
    }

    private static void cut(RedisServer node, String type) {
        node.command("CLIENT", "KILL", "TYPE", type);
    }

    /// Less than a cluster waits before it replaces a node, or it would lose writes by itself.
    private static void stopFor(RedisServer node, int millis) {
        node.pause();
        Await.until("a moment", LIMIT, new Moment(millis)::isOver);
        node.resume();
    }

    private static void slow(RedisServer node) {
        for (int i = 0; i < 3; i++) {
            node.command("DEBUG", "SLEEP", "0.2");
        }
    }

    /// A bounded wait for nothing but time: how long a fault lasts.
    private static final class Moment {
        private final long end;

        Moment(int millis) {
            end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        }

        boolean isOver() {
            return System.nanoTime() >= end;
        }
    }
}
