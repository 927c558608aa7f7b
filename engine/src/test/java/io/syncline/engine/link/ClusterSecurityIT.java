package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.engine.precheck.Finding;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.TlsCertificates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS, passwords and accounts with the least rights, with clusters on either side.
class ClusterSecurityIT {
    /// As docs/reference/permissions.md says.
    private static final String[] SOURCE_RIGHTS = {
        "resetkeys",
        "resetchannels",
        "-@all",
        "+psync",
        "+replconf",
        "+info",
        "+cluster|slots",
        "+cluster|nodes",
        "+setex",
        "~DTS_REDIS_TIMESTAMP_HEARTBEAT*",
        "+client|setname"
    };

    private static final String[] TARGET_RIGHTS = {
        "~*",
        "&*",
        "-@all",
        "+@write",
        "+@read",
        "+@transaction",
        "+@scripting",
        "+info",
        "+ping",
        "+select",
        "+cluster|slots",
        "+publish",
        "+client|setname",
        "+client|list",
        "+client|kill",
        "+asking"
    };

    private static ServerBinary withTls() {
        return Servers.withTls().orElseThrow();
    }

    private static Endpoint tls(RedisCluster cluster, TlsOptions options) {
        return TopologySide.endpointOf(cluster).withTls(options);
    }

    private static TlsOptions trusting(Path authority) {
        return new TlsOptions(true, authority, null, null, true);
    }

    @Test
    void aClusterWithTlsIsCopiedToAnotherThatAsksForClientCertificates() {
        TlsCertificates certificates = TlsCertificates.shared();
        TlsOptions known =
                new TlsOptions(
                        true,
                        certificates.authority(),
                        certificates.clientCertificate(),
                        certificates.clientKey(),
                        true);
        try (RedisCluster source = encrypted(certificates, "optional");
                RedisCluster target = encrypted(certificates, "yes")) {
            for (int i = 0; i < 100; i++) {
                source.command("SET", "key:" + i, i);
            }
            TopologySide side = TopologySide.cluster(source);
            try (RunningLink link =
                    Sync.between(
                                    tls(source, trusting(certificates.authority())),
                                    tls(target, known))
                            .start()
                            .awaitAllStreaming()) {
                for (int i = 0; i < 100; i++) {
                    source.command("INCR", "key:" + i);
                }
                side.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(source, target);
            }
            Sync without =
                    Sync.between(
                            tls(source, trusting(certificates.authority())),
                            tls(target, trusting(certificates.authority())));
            assertThat(codeOf(without)).isIn(ErrorCode.TLS_FAILED, ErrorCode.UNREACHABLE);
        }
    }

    private static RedisCluster encrypted(TlsCertificates certificates, String clients) {
        return RedisCluster.start(
                () ->
                        RedisServer.builder()
                                .binary(withTls())
                                .tls(certificates)
                                .config("tls-auth-clients " + clients),
                2,
                0);
    }

    /// The code of the failure, or of the precheck's first error.
    private static ErrorCode codeOf(Sync sync) {
        try (RunningLink link = sync.retry(java.time.Duration.ZERO).start()) {
            Link.Outcome outcome = link.awaitEnd();
            assertThat(outcome).isIn(Link.Outcome.FAILED, Link.Outcome.PRECHECK_FAILED);
            return outcome == Link.Outcome.FAILED
                    ? link.events(LinkEvent.Failed.class).getFirst().failure().code()
                    : link.events(LinkEvent.Checked.class).stream()
                            .map(LinkEvent.Checked::finding)
                            .filter(found -> found.severity() == Finding.Severity.ERROR)
                            .findFirst()
                            .orElseThrow()
                            .code();
        }
    }

    @Test
    void certificatesThatDoNotFitAreTold(@TempDir Path folder) {
        TlsCertificates certificates = TlsCertificates.shared();
        TlsCertificates stranger = TlsCertificates.create(folder);
        // The certificate names 127.0.0.1 only.
        try (RedisServer source =
                        RedisServer.builder()
                                .binary(withTls())
                                .tls(certificates)
                                .config("bind 127.0.0.1 127.0.0.2")
                                .start();
                RedisServer target = RedisServer.start()) {
            Endpoint plain = Sync.at(source.port());
            Endpoint wrongAuthority = plain.withTls(trusting(stranger.authority()));
            Endpoint otherName =
                    new Endpoint(
                            Endpoint.Topology.STANDALONE,
                            List.of(new HostPort("127.0.0.2", source.port())),
                            Credentials.NONE,
                            trusting(certificates.authority()),
                            "");
            for (Endpoint endpoint : List.of(wrongAuthority, otherName)) {
                assertThat(codeOf(Sync.between(endpoint, Sync.at(target.port()))))
                        .isEqualTo(ErrorCode.TLS_FAILED);
            }
        }
    }

    @Test
    void accountsWithTheLeastRightsAreEnough() {
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 2, 0);
                RedisCluster target = RedisCluster.start(Servers.embedded(), 2, 0)) {
            source.nodes().forEach(node -> account(node, "reader", SOURCE_RIGHTS));
            target.nodes().forEach(node -> account(node, "writer", TARGET_RIGHTS));
            for (int i = 0; i < 200; i++) {
                source.command("SET", "key:" + i, i);
                source.command("RPUSH", "list:" + i, i);
            }
            TopologySide side = TopologySide.cluster(source);
            Sync sync =
                    Sync.between(
                            side.endpoint().withCredentials(new Credentials("reader", "secret")),
                            TopologySide.endpointOf(target)
                                    .withCredentials(new Credentials("writer", "secret")));
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                for (int i = 0; i < 200; i++) {
                    source.command("INCR", "key:" + i);
                }
                side.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(source, target);
                link.await(
                        "a heartbeat",
                        () -> link.shards().stream().allMatch(shard -> shard.lagMillis() >= 0));
            }
        }
    }

    private static void account(RedisServer node, String name, String[] rights) {
        List<Object> words = new ArrayList<>(List.of("ACL", "SETUSER", name, "on", ">secret"));
        words.addAll(List.of(rights));
        node.command(words.toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-2.8", "redis-6.0", "valkey-9"})
    void aPasswordAloneIsEnough(String version) {
        ServerBinary binary = Servers.find(version).orElseThrow();
        try (RedisServer source = RedisServer.builder().binary(binary).password("one").start();
                RedisCluster target =
                        RedisCluster.start(() -> RedisServer.builder().password("two"), 2, 0)) {
            source.command("SET", "key", 1);
            Sync sync =
                    Sync.between(
                            Sync.at(source.port()).withCredentials(new Credentials("", "one")),
                            TopologySide.endpointOf(target)
                                    .withCredentials(new Credentials("", "two")));
            try (RunningLink link = sync.start().awaitAllStreaming()) {
                source.command("INCR", "key");
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
            }
        }
    }
}
