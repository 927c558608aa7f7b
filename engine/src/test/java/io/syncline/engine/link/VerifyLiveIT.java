package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.verify.Verification;
import io.syncline.engine.verify.Verifying;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/// A verification of both sides of a task that runs: lag is no difference, and a difference is no
/// lag.
class VerifyLiveIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void underTrafficOnlyWhatReallyDiffersIsTold() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            new SampleData(9).databases(0).fill(source);
            source.command("SET", "untouched", "1");
            Workload workload =
                    Workload.on(source)
                            .profile(WorkloadProfile.MIXED)
                            .connections(2)
                            .keys(500)
                            .stepsPerSecond(3_000)
                            .start();
            try (RunningLink link = Sync.of(source, target).start()) {
                link.awaitStreaming();
                workload.awaitMore(2_000, LIMIT);
                Verifying equal =
                        Verifying.between(source, target).recheck(Duration.ofMillis(300), 3);
                assertThat(equal.run()).as("%s", equal).isEqualTo(Verification.Outcome.EQUAL);

                target.command("SET", "untouched", "2");
                target.command("SET", "extra", "2");
                Verifying different =
                        Verifying.between(source, target).recheck(Duration.ofMillis(300), 3);
                different.run();
                assertThat(different.told())
                        .containsExactly("missing-at-source extra", "value untouched");
            } finally {
                workload.close();
            }
        }
    }

    /// A counter and a queue that never stand still: no two looks ever see the same moment.
    @Test
    void keysThatAreWrittenAllTheTimeAreEqualAsLongAsTheTargetFollows() {
        AtomicBoolean ended = new AtomicBoolean();
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningLink link = Sync.of(source, target).start()) {
            link.awaitStreaming();
            Thread writer = Thread.ofPlatform().start(() -> writeHotKeys(source, ended));
            try {
                Await.until("traffic", LIMIT, () -> target.number("LLEN", "queue") > 50);
                Verifying equal =
                        Verifying.between(source, target).recheck(Duration.ofMillis(100), 2);
                assertThat(equal.run()).as("%s", equal).isEqualTo(Verification.Outcome.EQUAL);
            } finally {
                ended.set(true);
                Await.until("the end of writing", LIMIT, () -> !writer.isAlive());
            }
        }
    }

    private static void writeHotKeys(RedisServer source, AtomicBoolean ended) {
        try (Jedis client = source.client()) {
            while (!ended.get()) {
                client.incr("counter");
                client.lpush("queue", Long.toString(System.nanoTime()));
                client.ltrim("queue", 0, 99);
                client.hset("hash", "field", Long.toString(System.nanoTime()));
                client.setex("session", 60, Long.toString(System.nanoTime()));
            }
        }
    }
}
