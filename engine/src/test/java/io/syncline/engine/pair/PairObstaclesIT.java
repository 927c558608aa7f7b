package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// What stands in a two-way task's way and must not stop it.
class PairObstaclesIT {
    @Test
    void whatACommandMadeThatTheOtherSideDoesNotKnowIsCopied() {
        try (RedisServer source = RedisServer.start();
                RedisServer target =
                        RedisServer.builder().config("rename-command COPY \"\"").start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            source.command("SET", "a", "1");
            source.command("COPY", "a", "b");
            source.command("APPEND", "b", "2");

            pair.awaitQuiet(source, target);
            assertThat(target.text("GET", "b")).isEqualTo("12");
            assertThat(pair.status().shards().getFirst().refused()).isEqualTo(1);
            assertThat(pair.resolutions()).isEmpty();
        }
    }

    /// What the other side had stays there, and the next start comes upon the same again.
    @Test
    void aValueThatTheOtherSideCannotHoldStopsTheTaskAndTakesNothingAway() {
        Optional<ServerBinary> found = Servers.find("redis-8");
        Assumptions.assumeTrue(found.isPresent(), "there is no Redis 8 here");
        try (RedisServer source = RedisServer.start(found.orElseThrow());
                RedisServer target = RedisServer.start()) {
            PairSetup setup = PairSetup.of(source.port(), target.port());
            try (RunningPair pair = setup.start().awaitStreaming()) {
                source.command("HSET", "hash", "f", "1", "g", "1");
                pair.awaitQuiet(source, target);
                source.command("HPEXPIRE", "hash", "1000000", "FIELDS", "1", "f");
                requireRefusal(pair, target);
            }
            try (RunningPair pair = setup.start()) {
                requireRefusal(pair, target);
            }
            source.command("HPERSIST", "hash", "FIELDS", "1", "f");
            source.command("HSET", "hash", "g", "2");
            try (RunningPair pair = setup.start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(target.text("HGET", "hash", "g")).isEqualTo("2");
            }
        }
    }

    private static void requireRefusal(RunningPair pair, RedisServer target) {
        Failure failure = pair.awaitFailure();
        assertThat(failure.code()).isEqualTo(ErrorCode.VALUE_REFUSED);
        assertThat(failure.reason()).contains("0:hash").contains("fields");
        assertThat(target.number("HLEN", "hash")).isEqualTo(2);
    }

    /// Redis 6.0 misses places near a pole that later versions find.
    @Test
    void whatVersionsFindDifferentlyIsCopied() {
        Optional<ServerBinary> old = Servers.find("redis-6.0");
        Assumptions.assumeTrue(old.isPresent(), "there is no Redis 6.0 here");
        try (RedisServer source = RedisServer.start(old.orElseThrow());
                RedisServer target = RedisServer.start();
                RunningPair pair =
                        PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
            target.command("GEOADD", "places", "-94", "83", "far north", "14", "55", "here");
            target.command("GEORADIUS", "places", 14, 55, 5000, "km", "STORE", "near");

            pair.awaitQuiet(source, target);
            assertThat(target.number("ZCARD", "near")).isEqualTo(2);
            assertThat(source.number("ZCARD", "near")).isEqualTo(2);
        }
    }

    /// It is put together under a name of the task's own.
    @Test
    void aLargeValueIsPartOfTheFirstCopy() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command(
                    "EVAL",
                    "for i = 1, 40000 do redis.call('HSET', KEYS[1], i, i) end",
                    1,
                    "large");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                target.command("HSET", "large", "1", "of the target");
                source.command("HSET", "large", "2", "of the source");
                pair.awaitQuiet(source, target);
                assertThat(target.number("HLEN", "large")).isEqualTo(40_000);
                assertThat(source.text("HGET", "large", "1")).isEqualTo("of the target");
                assertThat(target.text("HGET", "large", "2")).isEqualTo("of the source");
            }
        }
    }

    @Test
    void whatAnotherTaskWroteWhileItDidNotRunDoesNotBarItsWay() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                source.command("SET", "a", "1");
                pair.awaitQuiet(source, target);
            }
            source.command("SET", "__syncline:{other}:task", "written by another task");
            source.command("SET", "a", "2");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(target.text("GET", "a")).isEqualTo("2");
                assertThat(pair.events(LinkEvent.Warned.class))
                        .extracting(LinkEvent.Warned::text)
                        .anyMatch(text -> text.contains("{other}"));
            }
        }
    }

    @Test
    void aSideThatGoesAwayWhileItBeginsIsWaitedFor() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy proxy = FaultProxy.before(target)) {
            source.command("SET", "a", "1");
            LinkOptions options =
                    PairSetup.of(source.port(), proxy.port())
                            .end(LinkOptions.End.CAUGHT_UP)
                            .options();
            List<LinkEvent> events = new CopyOnWriteArrayList<>();
            PairTask task =
                    new PairTask(
                            options,
                            new PairChoices(GuardPolicy.Mode.ALWAYS, null),
                            event -> {
                                events.add(event);
                                cutBehindTheChecks(event, proxy);
                            },
                            resolution -> {});

            assertThat(task.run()).isEqualTo(Link.Outcome.DONE);
            assertThat(target.text("GET", "a")).isEqualTo("1");
            assertThat(events).anyMatch(LinkEvent.Retrying.class::isInstance);
        }
    }

    private static void cutBehindTheChecks(LinkEvent event, FaultProxy proxy) {
        if (event instanceof LinkEvent.Checked) {
            proxy.refuse(true);
            proxy.breakConnections(new Fault.Reset());
        } else if (event instanceof LinkEvent.Retrying) {
            proxy.refuse(false);
        }
    }

    /// Source and target may be of two versions, and what holds one way need not hold the other.
    @Test
    void whatAnOlderSourceDoesNotKnowIsToldOfTheReverseDirection() {
        Assumptions.assumeTrue(Servers.find("redis-6.0").isPresent(), "no Redis 6.0 here");
        try (RedisServer source = RedisServer.start(Servers.find("redis-6.0").orElseThrow());
                RedisServer target = RedisServer.start()) {
            PairTask task =
                    new PairTask(
                            PairSetup.of(source.port(), target.port()).options(),
                            new PairChoices(GuardPolicy.Mode.ALWAYS, null),
                            event -> {},
                            resolution -> {});

            assertThat(task.precheck())
                    .anySatisfy(finding -> {
                        assertThat(finding.check()).isEqualTo("reverse-versions");
                        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
                        assertThat(finding.reason()).contains("unknown to the target: FUNCTION");
                    });
        }
    }
}
