package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.FaultProxy.Direction;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process that is killed at any instant: no command is lost, none is done twice, and the next
/// process goes on where the target stands.
class ExactlyOnceIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final int KILLS = 15;

    private RedisServer source;
    private RedisServer target;
    private Workload workload;
    private Random random;

    @BeforeEach
    void start() {
        long seed = Seeds.one(ExactlyOnceIT.class);
        random = new Random(seed);
        source = RedisServer.builder().config("repl-backlog-size 256mb").start();
        target = RedisServer.start();
        workload =
                Workload.on(source)
                        .connections(2)
                        .keys(20)
                        .stepsPerSecond(20_000)
                        .seed(seed)
                        .start();
    }

    @AfterEach
    void stop() {
        workload.close();
        source.close();
        target.close();
    }

    private long count(String field) {
        return Long.parseLong(source.info(field));
    }

    private void requireExact() {
        workload.stop();
        try (RunningLink last = Sync.of(source, target).start().awaitStreaming()) {
            last.awaitCaughtUp(source);
            assertThat(last.shard().snapshots()).isZero();
            assertThat(workload.miscounts(target)).as("%s", last).isEmpty();
            new KeyspaceDigest().requireEqual(source, target);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedWhileStreamingItGoesOnExactlyWhereTheTargetStands(boolean merge) {
        try (RunningLink first = Sync.of(source, target).merge(merge).start()) {
            first.awaitStreaming();
        }
        long full = count("sync_full");
        for (int i = 0; i < KILLS; i++) {
            long resumed = count("sync_partial_ok");
            long applied = applied();
            try (ChildProcess child = ChildLink.start(source.port(), target.port(), merge)) {
                Await.until(
                        "a resume; " + i,
                        LIMIT,
                        () -> count("sync_partial_ok") == resumed + 1 && applied() > applied);
                workload.awaitMore(random.nextInt(5_000), LIMIT);
                assertThat(child.alive()).as(child.log()).isTrue();
                child.kill();
            }
        }
        assertThat(count("sync_full")).isEqualTo(full);
        requireExact();
        assertThat(count("sync_full")).isEqualTo(full);
    }

    /// The position in the checkpoint, which only a link that applies moves on.
    private long applied() {
        Object value = target.command("GET", "__syncline:{it}:checkpoint:0");
        String text = new String((byte[]) value, java.nio.charset.StandardCharsets.US_ASCII);
        return Long.parseLong(text.substring(21, 40));
    }

    @Test
    void killedInTheMiddleOfASnapshotItBeginsAgainAndLeavesNoStaleKey() {
        for (int i = 0; i < 40_000; i++) {
            source.command("SET", "bulk:" + i, "value " + i);
        }
        try (FaultProxy slow = FaultProxy.before(target)) {
            slow.inject(Direction.TO_SERVER, new Fault.Throttle(400_000));
            for (int i = 0; i < 4; i++) {
                killDuringSnapshot(slow);
                for (int j = 0; j < 500; j++) {
                    source.command("DEL", "bulk:" + random.nextInt(40_000));
                }
            }
        }
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            workload.stop();
            link.awaitCaughtUp(source);
            assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
            new KeyspaceDigest().requireEqual(source, target);
        }
    }

    private void killDuringSnapshot(FaultProxy slow) {
        long passed = slow.bytes(Direction.TO_SERVER);
        long goal = passed + 20_000 + random.nextInt(400_000);
        try (ChildProcess child = ChildLink.start(source.port(), slow.port(), true)) {
            Await.until("bytes", LIMIT, () -> slow.bytes(Direction.TO_SERVER) > goal);
            assertThat(child.log()).contains("phase=SNAPSHOT").doesNotContain("phase=STREAMING");
            child.kill();
        }
    }
}
