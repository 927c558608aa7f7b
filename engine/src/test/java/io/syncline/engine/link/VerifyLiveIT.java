package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.verify.KeySample;
import io.syncline.engine.verify.Verification;
import io.syncline.engine.verify.Verifying;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import io.syncline.testkit.Workload;
import io.syncline.testkit.WorkloadProfile;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

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
                client.set(
                        "session", Long.toString(System.nanoTime()), SetParams.setParams().ex(60));
            }
        }
    }

    /// What the service does between whole verifications.
    @Test
    void aSampleOfWhatWasJustWrittenIsVerifiedWhileTheTaskGoesOn() {
        KeySample sample = new KeySample(5, 1_000);
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            Link link =
                    new Link(
                            Sync.of(source, target).options(),
                            event -> {},
                            new LinkHooks(sample, refused -> false));
            Thread running = Thread.ofPlatform().daemon().start(link::run);
            try {
                for (int i = 0; i < 500; i++) {
                    source.command("SET", "key:" + i, "value");
                }
                Await.until("the last key", LIMIT, () -> target.number("DBSIZE") >= 500);
                for (int i = 500; i < 1_000; i++) {
                    source.command("SET", "key:" + i, "value");
                }
                Await.until("the last key", LIMIT, () -> target.number("DBSIZE") >= 1_000);
                List<KeySample.Written> written = sample.drain();
                assertThat(written).hasSizeBetween(90, 210);
                target.command("DEL", written.getFirst().key().text());
                Verifying verifying = Verifying.between(source, target);

                verifying.make().check(written);

                assertThat(verifying.told())
                        .containsExactly("missing-at-target " + written.getFirst().key().text());
            } finally {
                link.stop();
                Await.until("its end", LIMIT, () -> !running.isAlive());
            }
        }
    }
}
