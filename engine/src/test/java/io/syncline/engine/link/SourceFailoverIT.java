package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.RedisServerBuilder;
import io.syncline.testkit.Sentinel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A source's replica takes its primary's place: the stream is continued by its former id, and what
/// only the old primary had is found and said.
class SourceFailoverIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final String NAME = "primary";
    private static final String PASSWORD = "secret";

    private RedisServer primary;
    private RedisServer replica;
    private RedisServer target;

    private static RedisServerBuilder node() {
        return RedisServer.builder().config("repl-backlog-size 16mb");
    }

    @BeforeEach
    void start() {
        primary = node().start();
        replica = node().replicaOf(primary).start();
        replica.awaitReplicaOf(primary, LIMIT);
        target = RedisServer.start();
    }

    @AfterEach
    void stop() {
        primary.close();
        replica.close();
        target.close();
    }

    private Endpoint both() {
        return new Endpoint(
                Endpoint.Topology.STANDALONE,
                List.of(
                        new HostPort("127.0.0.1", primary.port()),
                        new HostPort("127.0.0.1", replica.port())),
                Credentials.NONE,
                TlsOptions.OFF,
                "");
    }

    private Sync sync() {
        return Sync.between(both(), Sync.at(target.port())).shortLimits();
    }

    private void count(RedisServer at, int steps) {
        for (int i = 0; i < steps; i++) {
            at.command("INCR", "count");
            at.command("RPUSH", "list", i);
        }
    }

    private void promote() {
        replica.command("REPLICAOF", "NO", "ONE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dead", "replica"})
    void aPromotedReplicaIsContinuedWithoutASnapshot(String oldPrimary) {
        try (RunningLink link = sync().start().awaitStreaming()) {
            count(primary, 100);
            replica.awaitReplicaOf(primary, LIMIT);
            if (oldPrimary.equals("dead")) {
                primary.kill();
                promote();
            } else {
                promote();
                primary.command("REPLICAOF", "127.0.0.1", replica.port());
            }
            count(replica, 100);
            link.awaitCaughtUp(replica);
            assertThat(target.text("GET", "count")).isEqualTo("200");
            new KeyspaceDigest().requireEqual(replica, target);
            assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
        }
    }

    /// The replica never had the primary's last writes, but the target has them.
    private void diverge(RunningLink link) {
        count(primary, 50);
        replica.awaitReplicaOf(primary, LIMIT);
        promote();
        count(primary, 20);
        primary.command("SET", "only:there", "x");
        link.awaitCaughtUp(primary);
        count(replica, 10);
        primary.kill();
    }

    /// The replica lacks nothing but heartbeats.
    private void divergeByHeartbeats(RunningLink link) {
        count(primary, 50);
        replica.awaitReplicaOf(primary, LIMIT);
        promote();
        primary.command("SETEX", "DTS_REDIS_TIMESTAMP_HEARTBEAT:other", 60, 1);
        link.awaitCaughtUp(primary);
    }

    /// The old primary lives on for a while, as behind a failover that was asked for: nobody writes
    /// any more, but heartbeats and pings go on.
    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void aPromotedReplicaThatLacksOnlyHeartbeatsIsContinued(String kind) {
        try (TopologySide side = TopologySide.start(kind, primary.binary());
                RunningLink link =
                        Sync.between(both(), side.endpoint())
                                .shortLimits()
                                .start()
                                .awaitStreaming()) {
            divergeByHeartbeats(link);
            primary.command("REPLICAOF", "127.0.0.1", replica.port());
            count(replica, 30);
            link.awaitCaughtUp(replica);
            assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
            new KeyspaceDigest().requireEqual(replica, side.instance());
            assertThat(link.events(LinkEvent.Warned.class))
                    .extracting(LinkEvent.Warned::text)
                    .anyMatch(text -> text.contains("nothing is lost"));
        }
    }

    /// As above, and the task is stopped meanwhile.
    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void whatATaskThatIsStoppedMissesOfHeartbeatsCostsNoCopy(String kind) {
        try (TopologySide side = TopologySide.start(kind, primary.binary())) {
            Sync task = Sync.between(both(), side.endpoint()).shortLimits();
            try (RunningLink link = task.start().awaitStreaming()) {
                divergeByHeartbeats(link);
            }
            primary.command("REPLICAOF", "127.0.0.1", replica.port());
            count(replica, 30);
            try (RunningLink link = task.start().awaitStreaming()) {
                link.awaitCaughtUp(replica);
                assertThat(link.shard().snapshots()).as("%s", link).isZero();
                new KeyspaceDigest().requireEqual(replica, side.instance());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3"})
    void whatATaskThatIsStoppedMissesOfWritesIsFoundOut(String kind) {
        try (TopologySide side = TopologySide.start(kind, primary.binary())) {
            Sync task = Sync.between(both(), side.endpoint()).shortLimits();
            try (RunningLink link = task.start().awaitStreaming()) {
                diverge(link);
            }
            try (RunningLink link = task.start().awaitStreaming()) {
                link.awaitCaughtUp(replica);
                assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
                new KeyspaceDigest().requireEqual(replica, side.instance());
            }
        }
    }

    @Test
    void whatOnlyTheOldPrimaryHadIsSaidAndUndone() {
        try (RunningLink link = sync().start().awaitStreaming()) {
            diverge(link);
            link.await("another snapshot", () -> link.shard().snapshots() == 2);
            link.awaitCaughtUp(replica);
            assertThat(target.text("GET", "count")).isEqualTo("60");
            assertThat(target.command("EXISTS", "only:there")).isEqualTo(0L);
            new KeyspaceDigest().requireEqual(replica, target);
            assertThat(link.events(LinkEvent.Warned.class))
                    .extracting(LinkEvent.Warned::text)
                    .anyMatch(text -> text.contains("the promoted primary never had the last"));
        }
    }

    @Test
    void whatOnlyTheOldPrimaryHadStopsATaskThatShallStop() {
        try (RunningLink link = sync().stopAtGap().start().awaitStreaming()) {
            diverge(link);
            var failure = link.awaitFailure();
            assertThat(failure.code()).isEqualTo(ErrorCode.POSITION_LOST);
            assertThat(failure.reason()).contains("which are lost at the source");
            assertThat(target.command("EXISTS", "only:there")).isEqualTo(1L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PASSWORD})
    void aSentinelSaysWhoThePrimaryIs(String password) {
        primary.close();
        replica.close();
        primary = withPassword(password).start();
        replica = withPassword(password).replicaOf(primary).start();
        replica.awaitReplicaOf(primary, LIMIT);
        try (Sentinel sentinel = Sentinel.start(NAME, primary, 1, password)) {
            Endpoint endpoint =
                    new Endpoint(
                            Endpoint.Topology.SENTINEL,
                            List.of(new HostPort("127.0.0.1", sentinel.endpoint().port())),
                            new Credentials("", password),
                            TlsOptions.OFF,
                            NAME);
            try (RunningLink link =
                    Sync.between(endpoint, Sync.at(target.port()))
                            .shortLimits()
                            .start()
                            .awaitStreaming()) {
                count(primary, 100);
                replica.awaitReplicaOf(primary, LIMIT);
                io.syncline.testkit.Endpoint old = sentinel.primary();
                primary.kill();
                sentinel.awaitOtherThan(old);
                // A sentinel closes the connections to a node that it promotes.
                Await.until("promoted", LIMIT, () -> replica.info("role").equals("master"));
                count(replica, 100);
                link.awaitCaughtUp(replica);
                assertThat(target.text("GET", "count")).isEqualTo("200");
                assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
            }
        }
    }

    private static RedisServerBuilder withPassword(String password) {
        return password.isEmpty() ? node() : node().password(password);
    }
}
