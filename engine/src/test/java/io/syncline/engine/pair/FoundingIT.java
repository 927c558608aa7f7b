package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A first copy that does not come to its end, and what users do at both sides before a later one
/// does.
class FoundingIT {
    private static final int KEYS = 30_000;

    /// Slow enough to be met in the midst of it.
    private static final long RATE = 4_000;

    /// @param backlog of the receiver, which reaches back to the first try, or does not
    @ParameterizedTest
    @ValueSource(strings = {"64mb", "16kb"})
    void whatUsersDoAtBothSidesMeanwhileIsNotLost(String backlog) {
        try (RedisServer source = RedisServer.start();
                RedisServer target =
                        RedisServer.builder().config("repl-backlog-size " + backlog).start()) {
            requireAll(source, target);
        }
    }

    @Test
    void norIsItBetweenAClusterAndAStandaloneServer() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0)) {
            requireAll(source, target);
        }
    }

    private static void requireAll(Instance source, Instance target) {
        try (SiteClient atSource = new SiteClient(source);
                SiteClient atTarget = new SiteClient(target)) {
            fill(atSource);
            for (int round = 0; round < 3; round++) {
                try (RunningPair pair = PairSetup.between(source, target).start()) {
                    pair.task().throttle(Site.SOURCE, RATE, 0);
                    awaitCopy(pair);
                    count(atSource, atTarget, 50);
                }
                count(atSource, atTarget, 50);
                atSource.call("DEL", "key:" + round);
            }
            try (RunningPair pair = PairSetup.between(source, target).start().awaitStreaming()) {
                pair.awaitQuietBehindMoves(source, target);
            }
            for (SiteClient site : List.of(atSource, atTarget)) {
                for (int i = 0; i < 100; i++) {
                    assertThat(site.get("of target:" + i)).isEqualTo(i < 50 ? "6" : "");
                    assertThat(site.get("of source:" + i)).isEqualTo(i < 50 ? "6" : "");
                }
                assertThat(site.get("key:0") + site.get("key:1") + site.get("key:2")).isEmpty();
                assertThat(site.get("key:3")).isEqualTo("v");
            }
        }
    }

    /// The side that is replaced is written all the while, and the next start names no side.
    @Test
    void aResyncThatIsBrokenOffIsEndedByTheNextStart() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                SiteClient atSource = new SiteClient(source);
                SiteClient atTarget = new SiteClient(target)) {
            fill(atSource);
            PairSetup setup = PairSetup.of(source.port(), target.port());
            try (RunningPair pair = setup.start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
            }
            target.command("SET", "replaced", "1");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).resyncFrom(Site.SOURCE).start()) {
                pair.task().throttle(Site.SOURCE, RATE, 0);
                pair.await("the target is emptied", () -> target.number("EXISTS", "replaced") == 0);
                count(atSource, atTarget, 20);
                awaitCopy(pair);
            }
            count(atSource, atTarget, 20);
            try (RunningPair pair = setup.start().awaitStreaming()) {
                pair.awaitQuiet(source, target);
                assertThat(source.text("GET", "of target:0")).isEqualTo("2");
                assertThat(target.text("GET", "of source:0")).isEqualTo("2");
                assertThat(source.number("EXISTS", "replaced")).isZero();
                assertThat(source.number("EXISTS", "key:3")).isEqualTo(1);
            }
        }
    }

    /// What only the target had before the task began is nobody's to delete.
    @Test
    void keysThatATargetHadBeforeAreLeftAloneAlsoWhenTheCopyIsMadeAgain() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                SiteClient atSource = new SiteClient(source)) {
            fill(atSource);
            target.command("SET", "before", "1");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).overwrite().start()) {
                pair.task().throttle(Site.SOURCE, RATE, 0);
                awaitCopy(pair);
            }
            source.command("DEL", "key:0");
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port())
                            .overwrite()
                            .start()
                            .awaitStreaming()) {
                pair.await("the deletion", () -> target.number("EXISTS", "key:0") == 0);
                source.command("SET", "behind", "1");
                pair.await("the write", () -> target.number("EXISTS", "behind") == 1);
                assertThat(target.text("GET", "before")).isEqualTo("1");
                assertThat(source.number("EXISTS", "before")).isZero();
            }
        }
    }

    /// Users do not wait for the first copy.
    @Test
    void aTargetThatIsWrittenBehindTheChecksIsStillTakenForEmpty() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                SiteClient atSource = new SiteClient(source)) {
            fill(atSource);
            PairSetup setup =
                    PairSetup.of(source.port(), target.port()).end(LinkOptions.End.CAUGHT_UP);
            PairTask task =
                    new PairTask(
                            setup.options(),
                            new PairChoices(GuardPolicy.Mode.ALWAYS, null),
                            event -> {
                                if (event instanceof LinkEvent.Checked) {
                                    target.command("INCR", "new");
                                }
                            },
                            resolution -> {});
            assertThat(task.run()).isEqualTo(Link.Outcome.DONE);
            try (RunningPair pair =
                    PairSetup.of(source.port(), target.port()).start().awaitStreaming()) {
                target.command("INCR", "new");
                pair.awaitQuiet(source, target);
                assertThat(source.number("GET", "new")).isGreaterThan(2);
            }
        }
    }

    private static void fill(SiteClient site) {
        for (int i = 0; i < KEYS; i++) {
            site.call("SET", "key:" + i, "v");
        }
    }

    private static void awaitCopy(RunningPair pair) {
        pair.await(
                "some keys",
                () ->
                        pair.status().shards().stream()
                                .anyMatch(shard -> shard.snapshotKeys() > KEYS / 10));
    }

    private static void count(SiteClient source, SiteClient target, int keys) {
        for (int i = 0; i < keys; i++) {
            source.call("INCR", "of source:" + i);
            target.call("INCR", "of target:" + i);
        }
    }
}
