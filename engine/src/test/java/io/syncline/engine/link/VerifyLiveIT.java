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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.params.XAddParams;

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

    /// Keys of every kind that never stand still: no two looks ever see the same moment. Some of
    /// them are there only half of the time, or go back to what they were before.
    @Test
    void keysThatAreWrittenAllTheTimeAreEqualAsLongAsTheTargetFollows() {
        AtomicBoolean ended = new AtomicBoolean();
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningLink link = Sync.of(source, target).start()) {
            link.awaitStreaming();
            fillLarge(source);
            Thread writer = Thread.ofPlatform().start(() -> writeHotKeys(source, ended));
            try {
                Await.until("traffic", LIMIT, () -> target.number("LLEN", "queue") > 50);
                Verifying equal =
                        Verifying.between(source, target).recheck(Duration.ofMillis(100), 2);
                assertThat(equal.run()).as("%s", equal).isEqualTo(Verification.Outcome.EQUAL);

                // None of these is ever written by anybody else.
                target.command("HSET", "large:hash", "untouched", "other");
                target.command("LSET", "large:list", 20_000, "other");
                target.command("XGROUP", "CREATE", "stream", "only here", "$");
                target.command("HSET", "hash", "extra", "1");
                Verifying different =
                        Verifying.between(source, target).recheck(Duration.ofMillis(100), 2);
                different.run();
                assertThat(different.told())
                        .containsExactly(
                                "groups stream",
                                "value hash",
                                "value large:hash",
                                "value large:list");
            } finally {
                ended.set(true);
                Await.until("the end of writing", LIMIT, () -> !writer.isAlive());
            }
        }
    }

    private static void fillLarge(RedisServer server) {
        for (int i = 0; i < 40; i++) {
            List<Object> hash = new ArrayList<>(List.of("HSET", "large:hash", "untouched", "1"));
            List<Object> list = new ArrayList<>(List.of("RPUSH", "large:list"));
            for (int j = 0; j < 1_000; j++) {
                hash.addAll(List.of("field:" + (i * 1_000 + j), "value"));
                list.add("element:" + (i * 1_000 + j) + "x".repeat(30));
            }
            server.command(hash.toArray());
            server.command(list.toArray());
        }
    }

    private static void writeHotKeys(RedisServer source, AtomicBoolean ended) {
        try (Jedis client = source.client()) {
            for (int i = 0; !ended.get(); i++) {
                String now = Long.toString(System.nanoTime());
                Pipeline pipeline = client.pipelined();
                pipeline.incr("counter");
                pipeline.lpush("queue", now);
                pipeline.ltrim("queue", 0, 99);
                pipeline.hset("hash", "field", now);
                pipeline.set("session", now, SetParams.setParams().ex(60));
                pipeline.xadd("stream", XAddParams.xAddParams().maxLen(1_000), Map.of("f", now));
                pipeline.hset("large:hash", "field:" + i * 7919 % 40_000, now);
                pipeline.lpush("large:list", now);
                pipeline.rpop("large:list");
                if (i % 2 == 0) {
                    pipeline.set("lock", "1");
                    pipeline.sadd("members", "one");
                } else {
                    pipeline.del("lock");
                    pipeline.srem("members", "one");
                }
                pipeline.sync();
                LockSupport.parkNanos(500_000);
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
