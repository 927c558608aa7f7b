package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.FaultProxy.Direction;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/// Faults on the wire, on both sides, under counting traffic: nothing is lost, nothing is doubled.
class FaultsIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    private RedisServer source;
    private RedisServer target;
    private FaultProxy toSource;
    private FaultProxy toTarget;
    private Workload workload;

    @BeforeEach
    void start() {
        source = RedisServer.builder().config("repl-backlog-size 64mb").start();
        target = RedisServer.start();
        toSource = FaultProxy.before(source);
        toTarget = FaultProxy.before(target);
        Workload.Settings load = Workload.on(source).connections(2).stepsPerSecond(20_000);
        workload = load.seed(new Random().nextInt()).start();
    }

    @AfterEach
    void stop() {
        workload.close();
        toSource.close();
        toTarget.close();
        source.close();
        target.close();
    }

    private Sync sync() {
        return Sync.of(toSource.port(), toTarget.port()).shortLimits();
    }

    private void requireExact(RunningLink link) {
        workload.awaitMore(2_000, LIMIT);
        workload.stop();
        link.awaitCaughtUp(source);
        assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
        new KeyspaceDigest().requireEqual(source, target);
    }

    private FaultProxy proxy(String side) {
        return side.equals("source") ? toSource : toTarget;
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void cutAndResetConnectionsAreMended(String side) {
        try (RunningLink link = sync().start().awaitStreaming()) {
            for (int i = 0; i < 6; i++) {
                workload.awaitMore(1_000, LIMIT);
                proxy(side).breakConnections(i % 2 == 0 ? new Fault.Cut() : new Fault.Reset());
            }
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
            assertThat(link.events(LinkEvent.Retrying.class)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void aPeerThatFallsSilentIsGivenUpAndFoundAgain(String side) {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            proxy(side).inject(Direction.TO_CLIENT, new Fault.Stall());
            link.await("a retry", () -> !link.events(LinkEvent.Retrying.class).isEmpty());
            proxy(side).heal();
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void aSlowWireIsOnlySlow(String side) {
        try (RunningLink link = sync().start().awaitStreaming()) {
            proxy(side).inject(Direction.TO_CLIENT, new Fault.Delay(Duration.ofMillis(150)));
            proxy(side).inject(Direction.TO_SERVER, new Fault.Delay(Duration.ofMillis(150)));
            workload.awaitMore(5_000, LIMIT);
            requireExact(link);
            assertThat(link.events(LinkEvent.Retrying.class)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void connectionsThatEndInTheMiddleOfACommandAreMended(String side) {
        Random random = new Random(workload.acknowledged());
        try (RunningLink link = sync().start().awaitStreaming()) {
            for (int i = 0; i < 8; i++) {
                Direction direction =
                        side.equals("source") ? Direction.TO_CLIENT : Direction.TO_SERVER;
                proxy(side).inject(direction, new Fault.Truncate(1 + random.nextInt(20_000)));
                workload.awaitMore(500, LIMIT);
                proxy(side).heal();
                workload.awaitMore(500, LIMIT);
            }
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void aSnapshotThatIsCutOffIsBegunAgain(String diskless) {
        source.command("CONFIG", "SET", "repl-diskless-sync", diskless);
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] incompressible = new byte[1_000];
            random.nextBytes(incompressible);
            source.command("SET", "big:" + i, incompressible);
        }
        toSource.inject(Direction.TO_CLIENT, new Fault.Truncate(100_000));
        try (RunningLink link = sync().start()) {
            link.await("a second try", () -> link.shard().snapshots() > 1);
            source.command("DEL", "big:0", "big:1", "big:1999");
            toSource.heal();
            link.awaitStreaming();
            requireExact(link);
        }
    }

    @Test
    void aTargetThatIsStoppedForSecondsIsWaitedFor() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            for (int i = 0; i < 2; i++) {
                target.pause();
                workload.awaitMore(30_000, LIMIT);
                target.resume();
                workload.awaitMore(1_000, LIMIT);
            }
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    @Test
    void aTargetThatIsKilledAndComesBackWithItsDataGoesOn() {
        target.command("CONFIG", "SET", "appendonly", "yes");
        Await.until("AOF", LIMIT, () -> target.info("aof_rewrite_in_progress").equals("0"));
        target.command("CONFIG", "REWRITE");
        try (RunningLink link = sync().start().awaitStreaming()) {
            for (int i = 0; i < 3; i++) {
                workload.awaitMore(3_000, LIMIT);
                target.kill();
                workload.awaitMore(1_000, LIMIT);
                target.restart();
            }
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    @Test
    void aTargetThatComesBackEmptyIsFilledAgain() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            target.kill();
            target.restart();
            link.await("a second snapshot", () -> link.shard().snapshots() == 2);
            requireExact(link);
        }
    }

    @Test
    void aTargetThatSomeoneFlushesIsFilledAgainAndTheTaskStaysTheSame() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            target.command("FLUSHALL");
            link.await("a second snapshot", () -> link.shard().snapshots() == 2);
            requireExact(link);
            assertThat(target.text("HGET", "__syncline:{it}:task", "starts")).isEqualTo("1");
            assertThat(target.text("HGET", "__syncline:{it}:task", "owned")).isEqualTo("1");
        }
    }

    @Test
    void aSourceThatSavedItsDataAndComesBackIsContinued() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            workload.stop();
            source.restart();
            workload = Workload.on(source).connections(2).seed(99).keys(7).start();
            workload.awaitMore(2_000, LIMIT);
            workload.stop();
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    @Test
    void aSourceThatComesBackEmptyIsCopiedAgainAndItsLostKeysAreRemoved() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            workload.stop();
            source.kill();
            source.restart();
            source.command("SET", "only", "this");
            link.await("a second snapshot", () -> link.shard().snapshots() == 2);
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
            assertThat(link.events(LinkEvent.PhaseEntered.class))
                    .filteredOn(entered -> entered.phase() == Phase.SNAPSHOT)
                    .last()
                    .satisfies(again ->
                            assertThat(again.reason()).contains("it has another history now"));
        }
    }

    /// Nor is a stop meanwhile the end of the snapshot.
    @Test
    void aTargetThatIsAwayWhileStaleKeysAreLookedForIsWaitedFor() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(500, LIMIT);
            workload.stop();
            target.command("ACL", "SETUSER", "default", "-scan");
            source.kill();
            source.restart();
            source.command("SET", "only", "this");
            link.await("a retry", () -> !retriesOfTarget(link).isEmpty());
            assertThat(retriesOfTarget(link).getFirst().reason()).startsWith("NOPERM");
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
            target.command("ACL", "SETUSER", "default", "+scan");
        }
        try (RunningLink link = sync().start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
        }
    }

    private static List<LinkEvent.Retrying> retriesOfTarget(RunningLink link) {
        return link.events(LinkEvent.Retrying.class).stream()
                .filter(retry -> retry.side() == LinkEvent.Side.TARGET)
                .toList();
    }

    @Test
    void aGapStopsTheTaskWhenToldTo() {
        try (RunningLink link = sync().stopAtGap().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            workload.stop();
            source.kill();
            source.restart();
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.POSITION_LOST);
        }
    }

    @Test
    void aTargetThatIsReadOnlyForAWhileIsWaitedFor() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            target.command("REPLICAOF", "127.0.0.1", "1");
            link.await("a retry", () -> !link.events(LinkEvent.Retrying.class).isEmpty());
            workload.awaitMore(1_000, LIMIT);
            target.command("REPLICAOF", "NO", "ONE");
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "@write", "@all"})
    void rightsThatAreTakenAwayAreWaitedFor(String rights) {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            try (Jedis operator = target.client()) {
                operator.sendCommand(Protocol.Command.ACL, "SETUSER", "operator", "on");
                operator.sendCommand(
                        Protocol.Command.ACL, "SETUSER", "operator", "nopass", "+@all", "~*", "&*");
                operator.auth("operator", "");
                operator.sendCommand(Protocol.Command.ACL, "SETUSER", "default", "-" + rights);
                link.await(
                        "a retry for want of rights",
                        () ->
                                link.events(LinkEvent.Retrying.class).stream()
                                        .anyMatch(retry -> retry.reason().contains("NOPERM")));
                workload.awaitMore(1_000, LIMIT);
                operator.sendCommand(Protocol.Command.ACL, "SETUSER", "default", "+@all");
            }
            requireExact(link);
            assertThat(link.shard().snapshots()).isEqualTo(1);
            assertThat(link.shard().refused()).isZero();
        }
    }

    @Test
    void rightsThatAreTakenAwayStopTheTaskAndNothingIsLost() {
        try (RunningLink link = sync().retry(Duration.ZERO).start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            target.command("ACL", "SETUSER", "default", "-append");
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
        }
        target.command("ACL", "SETUSER", "default", "+append");
        try (RunningLink link = sync().start().awaitStreaming()) {
            requireExact(link);
            assertThat(link.shard().snapshots()).isZero();
        }
    }

    @Test
    void flushedScriptsDoNotMatter() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            for (int i = 0; i < 20; i++) {
                workload.awaitMore(200, LIMIT);
                target.command("SCRIPT", "FLUSH");
            }
            requireExact(link);
            assertThat(link.events(LinkEvent.Retrying.class)).isEmpty();
        }
    }

    @Test
    void withoutRetriesATargetThatGoesAwayFailsTheTaskAtOnce() {
        try (RunningLink link = sync().retry(Duration.ZERO).start().awaitStreaming()) {
            workload.awaitMore(500, LIMIT);
            target.kill();
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.UNREACHABLE);
        }
    }

    @Test
    void withoutRetriesASourceThatGoesAwayFailsTheTaskAtOnce() {
        try (RunningLink link = sync().retry(Duration.ZERO).start().awaitStreaming()) {
            workload.awaitMore(500, LIMIT);
            workload.stop();
            source.kill();
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.UNREACHABLE);
        }
    }

    @Test
    void withoutRetriesATargetOutOfMemoryFailsTheTaskAtOnce() {
        try (RunningLink link = sync().retry(Duration.ZERO).start().awaitStreaming()) {
            workload.awaitMore(500, LIMIT);
            target.command("CONFIG", "SET", "maxmemory", "1");
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.TARGET_OUT_OF_MEMORY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void theRetryTimeIsKept(String side) {
        Duration retry = Duration.ofSeconds(3);
        try (RunningLink link = sync().retry(retry).start().awaitStreaming()) {
            workload.awaitMore(500, LIMIT);
            proxy(side).refuse(true);
            proxy(side).breakConnections(new Fault.Reset());
            long begun = System.nanoTime();
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.RETRY_EXHAUSTED);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(retry.minusMillis(200), retry.plusSeconds(3));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "target"})
    void aLinkThatWaitsForAPeerStopsAtOnceWhenTold(String side) {
        try (RunningLink link = sync().start().awaitStreaming()) {
            workload.awaitMore(500, LIMIT);
            proxy(side).refuse(true);
            proxy(side).breakConnections(new Fault.Reset());
            link.await("retries", () -> link.events(LinkEvent.Retrying.class).size() >= 3);
            long begun = System.nanoTime();
            assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }
}
