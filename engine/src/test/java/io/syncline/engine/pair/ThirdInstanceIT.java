package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.Phase;
import io.syncline.engine.link.Underway;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.testkit.Await;
import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What else is done with the sides of a pair: others may read there, and none may write.
class ThirdInstanceIT {
    private static final String WRITES = "another Syncline task writes into it";

    @Test
    void aPairBesideAPairIsRefused() {
        try (RedisServer one = RedisServer.start();
                RedisServer two = RedisServer.start();
                RedisServer three = RedisServer.start();
                RunningPair pair = PairSetup.of(one.port(), two.port()).task("first").start()) {
            pair.awaitStreaming();

            assertThat(found(PairSetup.of(two.port(), three.port()).task("second"), Severity.ERROR))
                    .containsExactly(
                            "two-way-third-instance "
                                    + WRITES
                                    + " or has made a pair of"
                                    + " it: first");
        }
    }

    @Test
    void aSideThatAOneWayTaskWritesIntoIsRefused() {
        try (RedisServer other = RedisServer.start();
                RedisServer side = RedisServer.start();
                RedisServer empty = RedisServer.start()) {
            other.command("SET", "key", "1");
            try (OneWay into = new OneWay(PairSetup.between(other, side).task("into"))) {
                into.awaitWriting(other);
                assertRefused(PairSetup.between(side, empty), "into");
                assertRefused(PairSetup.between(empty, side).overwrite(), "into");
                // The name of the task does not make it this one.
                assertRefused(PairSetup.between(side, empty).task("into"), "into");
                assertThat(refusals(PairSetup.between(other, empty))).isEmpty();
            }
        }
    }

    @Test
    void aOneWayTaskIntoOtherDatabasesIsNone() {
        try (RedisServer other = RedisServer.start();
                RedisServer side = RedisServer.start();
                RedisServer empty = RedisServer.start();
                OneWay into =
                        new OneWay(
                                PairSetup.between(other, side)
                                        .task("into")
                                        .database(0, 1)
                                        .database(1, 2))) {
            into.awaitWriting(other);

            assertThat(refusals(PairSetup.between(side, empty).database(0, 3))).isEmpty();
            assertRefused(PairSetup.between(side, empty).database(2, 0), "into");
        }
    }

    @Test
    void aOneWayTaskThatStillCopiesIsSeen() {
        try (RedisServer other = RedisServer.start();
                RedisServer side = RedisServer.start();
                RedisServer empty = RedisServer.start()) {
            other.command("DEBUG", "POPULATE", "10000");
            try (OneWay into =
                    new OneWay(PairSetup.between(other, side).task("into").copyAt(100))) {
                into.await(Phase.SNAPSHOT);

                assertRefused(PairSetup.between(side, empty), "into");
            }
        }
    }

    @Test
    void aClusterThatAOneWayTaskWritesIntoIsRefused() {
        try (RedisServer other = RedisServer.start();
                RedisCluster side = RedisCluster.start(Servers.embedded(), 3, 0);
                RedisServer empty = RedisServer.start();
                OneWay into = new OneWay(PairSetup.between(other, side).task("into"))) {
            into.awaitWriting(other);

            assertRefused(PairSetup.between(side, empty), "into");
            assertRefused(PairSetup.between(empty, side).overwrite().task("into"), "into");
            assertThat(refusals(PairSetup.between(other, empty))).isEmpty();
        }
    }

    @Test
    void whoeverMayWriteAgainIsToldOfAtEitherSide() {
        try (RedisServer other = RedisServer.start();
                RedisServer side = RedisServer.start();
                RedisServer empty = RedisServer.start()) {
            try (OneWay into = new OneWay(PairSetup.between(other, side).task("into"))) {
                into.await(Phase.STREAMING);
            }

            String told = "task into has written to this target, and may again";
            assertThat(found(PairSetup.between(empty, side), Severity.WARNING))
                    .contains("other-tasks " + told);
            assertThat(found(PairSetup.between(side, empty), Severity.WARNING))
                    .contains("reverse-other-tasks in the reverse direction: " + told);
            assertThat(refusals(PairSetup.between(side, empty))).isEmpty();
        }
    }

    @Test
    void aOneWayTaskIntoASideOfAPairThatRunsIsRefused() {
        try (RedisServer one = RedisServer.start();
                RedisServer two = RedisServer.start();
                RedisServer other = RedisServer.start();
                RunningPair pair = PairSetup.of(one.port(), two.port()).start().awaitStreaming()) {
            Await.until(
                    "the pair's connections are older than a precheck",
                    Duration.ofSeconds(10),
                    () -> refuses(other, one) && refuses(other, two));
            assertThat(oneWay(one, other)).noneMatch(each -> each.severity() == Severity.ERROR);
            assertThat(pair.status().shards()).hasSize(2);
        }
    }

    private static boolean refuses(Instance from, Instance to) {
        return oneWay(from, to).stream()
                .anyMatch(each ->
                        each.severity() == Severity.ERROR && each.check().equals("other-tasks"));
    }

    private static List<Finding> oneWay(Instance from, Instance to) {
        return new Link(PairSetup.between(from, to).task("into").options(), event -> {}).precheck();
    }

    private static void assertRefused(PairSetup setup, String by) {
        assertThat(refusals(setup))
                .containsExactly(
                        "two-way-third-instance " + WRITES + " or has made a pair of it: " + by);
    }

    private static List<String> refusals(PairSetup setup) {
        return found(setup, Severity.ERROR);
    }

    private static List<String> found(PairSetup setup, Severity severity) {
        LinkOptions options = setup.options();
        PairChoices choices = new PairChoices(GuardPolicy.Mode.ALWAYS, null);
        return new PairTask(options, choices, event -> {}, resolution -> {})
                .precheck().stream()
                        .filter(each -> each.severity() == severity)
                        .map(each -> each.check() + " " + each.reason())
                        .toList();
    }

    /// A one-way task in this process.
    private static final class OneWay implements AutoCloseable {
        private final Underway underway = new Underway(this::toString);
        private final Link link;

        OneWay(PairSetup setup) {
            link = new Link(setup.options(), underway::told);
            underway.start(link::run);
        }

        void await(Phase phase) {
            underway.await(
                    phase.toString(),
                    () -> link.status().shards().stream().anyMatch(each -> each.phase() == phase));
        }

        /// The connection that writes what streams is opened for the first of it.
        void awaitWriting(RedisServer from) {
            await(Phase.STREAMING);
            from.command("SET", "new", "1");
            long goal = Long.parseLong(from.info("master_repl_offset"));
            underway.await(
                    "a write",
                    () ->
                            link.status().shards().stream()
                                    .allMatch(each -> each.appliedOffset() >= goal));
        }

        @Override
        public void close() {
            link.stop();
            underway.awaitEnd();
        }

        @Override
        public String toString() {
            return link.status()
                    + underway.lastEvents(event -> !(event instanceof LinkEvent.Checked));
        }
    }
}
