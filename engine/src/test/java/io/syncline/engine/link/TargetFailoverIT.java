package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Sentinel;
import io.syncline.testkit.Workload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A standalone target whose primary dies and is replaced by a sentinel: the replica is written to,
/// from where it really stands.
class TargetFailoverIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final String NAME = "primary";

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReplicaThatASentinelPromotesIsSentWhatItLacks(boolean cutOff) {
        long seed = Seeds.one(TargetFailoverIT.class);
        try (RedisServer source = RedisServer.builder().config("repl-backlog-size 64mb").start();
                RedisServer primary = RedisServer.start();
                RedisServer replica = RedisServer.builder().replicaOf(primary).start();
                Workload workload =
                        Workload.on(source)
                                .connections(2)
                                .stepsPerSecond(4_000)
                                .seed(seed)
                                .start()) {
            replica.awaitReplicaOf(primary, LIMIT);
            try (Sentinel sentinel = Sentinel.start(NAME, primary, 1);
                    RunningLink link =
                            Sync.between(Sync.at(source.port()), at(sentinel))
                                    .shortLimits()
                                    .start()
                                    .awaitAllStreaming()) {
                workload.awaitMore(1_000, LIMIT);
                // Else it may know of the snapshot only, and then everything is copied again.
                replica.awaitReplicaOf(primary, LIMIT);
                if (cutOff) {
                    primary.command("ACL", "SETUSER", "default", "-psync", "-sync");
                    primary.command("CLIENT", "KILL", "TYPE", "replica");
                    Await.until(
                            "the replica is cut off",
                            LIMIT,
                            () -> replica.info("master_link_status").equals("down"));
                }
                source.command("SET", "last", "x".repeat(50_000));
                link.awaitCaughtUp(source);
                io.syncline.testkit.Endpoint old = sentinel.primary();
                primary.kill();
                sentinel.awaitOtherThan(old);
                Await.until("promoted", LIMIT, () -> replica.info("role").equals("master"));
                workload.awaitMore(1_000, LIMIT);
                workload.stop();
                link.awaitCaughtUp(source);
                assertThat(workload.miscounts(replica)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, replica);
                assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
                if (cutOff) {
                    assertThat(link.events(LinkEvent.Warned.class))
                            .extracting(LinkEvent.Warned::text)
                            .anyMatch(text -> text.contains("lost writes it had acknowledged"));
                }
            }
        }
    }

    private static Endpoint at(Sentinel sentinel) {
        return new Endpoint(
                Endpoint.Topology.SENTINEL,
                List.of(new HostPort("127.0.0.1", sentinel.endpoint().port())),
                Credentials.NONE,
                TlsOptions.OFF,
                NAME);
    }
}
