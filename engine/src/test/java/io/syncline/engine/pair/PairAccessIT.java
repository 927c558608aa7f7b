package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.Phase;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A side that does not let a two-way task in any more, or lets it do less, for a while.
class PairAccessIT {
    private static final String USER = "syncline";

    @ParameterizedTest
    @CsvSource({
        "source, <secret, >secret, WRONGPASS",
        "target, <secret, >secret, WRONGPASS",
        "source, -psync, +psync, NOPERM",
        "source, -incr, +incr, NOPERM",
        "target, -incr, +incr, NOPERM",
        "target, -@write, +@write, NOPERM",
        "target, resetkeys, ~*, NOPERM"
    })
    void aSideThatRefusesTheAccountForAWhileIsWaitedFor(
            String side, String taken, String given, String words) {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            List<RedisServer> both = List.of(source, target);
            allow(both);
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port())
                            .as(USER, "secret")
                            .start()
                            .awaitStreaming()) {
                count(both, 100);
                pair.awaitQuiet(source, target);
                RedisServer changed = side.equals("source") ? source : target;
                change(changed, taken);
                if (!taken.equals("-incr")) {
                    changed.command("CLIENT", "KILL", "USER", USER);
                }
                count(both, 100);
                awaitRetry(pair, words);
                change(changed, given);
                count(both, 100);
                pair.awaitQuiet(source, target);
                assertThat(target.number("GET", "s")).isEqualTo(300);
                assertThat(source.number("GET", "t")).isEqualTo(300);
                pair.await("the end of it", () -> pair.status().retrying().isEmpty());
                assertThat(pair.events(LinkEvent.Recovered.class)).isNotEmpty();
                assertThat(copies(pair)).isEqualTo(1);
            }
        }
    }

    @Test
    void oneNodeOfAClusterThatRefusesACommandIsWaitedFor() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0)) {
            allow(List.of(source));
            allow(target.primaryNodes());
            try (RunningPair pair =
                    PairSetup.between(source, target).as(USER, "secret").start().awaitStreaming()) {
                RedisServer changed = target.nodeFor("s");
                change(changed, "-incr");
                count(List.of(source), 100);
                awaitRetry(pair, "NOPERM");
                target.command("INCR", "t");
                change(changed, "+incr");
                pair.awaitQuiet(source, target);
                assertThat(changed.number("GET", "s")).isEqualTo(100);
                assertThat(source.number("GET", "t")).isEqualTo(1);
                pair.await("the end of it", () -> pair.status().retrying().isEmpty());
            }
        }
    }

    /// With its own words, and without a loss.
    @Test
    void withoutRetriesARightThatIsTakenAwayStopsTheTask() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            allow(List.of(source, target));
            PairSetup setup =
                    PairSetup.of(source.port(), target.port())
                            .as(USER, "secret")
                            .retry(Duration.ZERO);
            try (RunningPair pair = setup.start().awaitStreaming()) {
                change(target, "-incr");
                count(List.of(source), 1);
                Failure failure = pair.awaitFailure();
                assertThat(failure.code()).isEqualTo(ErrorCode.NOT_PERMITTED);
                assertThat(failure.reason()).contains("NOPERM").contains("incr");
                assertThat(failure.remedy()).contains("rights");
            }
            change(target, "+incr");
            try (RunningPair pair = setup.start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(target.number("GET", "s")).isEqualTo(1);
                assertThat(copies(pair)).isZero();
            }
        }
    }

    private static long copies(RunningPair pair) {
        return pair.events(LinkEvent.PhaseEntered.class).stream()
                .filter(entered -> entered.phase() == Phase.SNAPSHOT)
                .count();
    }

    private static void awaitRetry(RunningPair pair, String words) {
        pair.await(
                words,
                () ->
                        pair.events(LinkEvent.Retrying.class).stream()
                                .anyMatch(retry -> retry.reason().contains(words)));
    }

    /// At the source `s`, at the target `t`.
    private static void count(List<RedisServer> servers, int steps) {
        for (int i = 0; i < steps; i++) {
            servers.getFirst().command("INCR", "s");
            if (servers.size() > 1) {
                servers.getLast().command("INCR", "t");
            }
        }
    }

    private static void allow(List<RedisServer> servers) {
        servers.forEach(server -> change(server, "reset", "on", ">secret", "~*", "&*", "+@all"));
    }

    private static void change(RedisServer server, String... rules) {
        server.command(
                Stream.concat(Stream.of("ACL", "SETUSER", USER), Stream.of(rules)).toArray());
    }
}
