package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Sentinel;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.TlsCertificates;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Getting in, or not, on real servers.
class ConnectingIT {
    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void anEmptyPairOfEveryVersionHasNoErrorAndLeavesNoTrace(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary)) {
            List<Finding> findings = Trial.of(source, target).run();

            assertThat(Trial.errors(findings)).isEmpty();
            assertThat(findings)
                    .extracting(Finding::check)
                    .startsWith("source-connection", "source-authentication")
                    .contains("source-replication", "target-rights", "versions", "other-tasks")
                    .doesNotContain(Precheck.SKIPPED);
            assertThat(findings).allMatch(finding -> Checks.names().contains(finding.check()));
            assertThat(Trial.sentences(findings, "source-replication"))
                    .containsExactly("OK PSYNC is allowed");
            assertThat(source.info("sync_full")).isEqualTo("0");
            assertThat(source.number("DBSIZE") + target.number("DBSIZE")).isZero();
            assertThat(target.info("rdb_changes_since_last_save")).isEqualTo("0");
        }
    }

    @Test
    void takesUnderATenthOfASecondOnLoopback() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            long bestNanos = Long.MAX_VALUE;
            // The best of a few: the first loads classes, and the machine may be busy.
            for (int i = 0; i < 5; i++) {
                long begin = System.nanoTime();
                Trial.of(source, target).run();
                bestNanos = Math.min(bestNanos, System.nanoTime() - begin);
            }

            assertThat(Duration.ofNanos(bestNanos)).isLessThan(Duration.ofMillis(100));
        }
    }

    @Test
    void aSourceThatIsAwayIsOneErrorAndTheRestOfItsChecksAreSkipped() {
        try (RedisServer target = RedisServer.start()) {
            List<Finding> findings = new Trial(Trial.NOWHERE, Trial.uri(target)).run();

            assertThat(Trial.errors(findings))
                    .containsExactly(
                            "source-connection ERROR the source cannot be reached: Connection refused"
                                    + " | Check host and port, that the server runs and listens on"
                                    + " that address, and that firewalls and allow lists let this"
                                    + " machine through");
            assertThat(Trial.sentences(findings, Precheck.SKIPPED))
                    .containsExactly(
                            "WARNING 21 further checks could not be made, since the source cannot be"
                                    + " asked | Mend the errors above and check again");
            assertThat(findings).extracting(Finding::check).contains("target-empty");
        }
    }

    @Test
    void aSourceThatGoesAwayWhileItIsAskedIsAnErrorNotAnException() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy proxy = FaultProxy.before(source)) {
            // INFO is shorter, all answers together are longer.
            proxy.inject(FaultProxy.Direction.TO_CLIENT, new Fault.Truncate(6_000));

            List<Finding> findings =
                    new Trial("redis://127.0.0.1:" + proxy.port(), Trial.uri(target)).run();

            assertThat(Trial.errors(findings))
                    .singleElement()
                    .asString()
                    .startsWith("source-connection ERROR the source stopped answering: ")
                    .endsWith(" | Check that it still runs, and start again");
            assertThat(findings).extracting(Finding::check).contains(Precheck.SKIPPED);
        }
    }

    @Test
    void aStandaloneServerThatIsNamedAsAClusterOrASentinelIsTold() {
        try (RedisServer server = RedisServer.start()) {
            String address = "127.0.0.1:" + server.port();

            assertThat(
                            new Trial("redis-cluster://" + address, Trial.NOWHERE)
                                    .find("source-connection"))
                    .containsExactly(
                            "ERROR the source is no cluster: CLUSTER SLOTS is answered with 'ERR This"
                                    + " instance has cluster support disabled' | Write redis:// instead"
                                    + " of redis-cluster://, or name a node of the cluster");
            assertThat(
                            new Trial("redis-sentinel://" + address + "?master=m", Trial.NOWHERE)
                                    .find("source-connection"))
                    .containsExactly(
                            "ERROR this is no sentinel: it knows no SENTINEL command | Name a sentinel,"
                                    + " usually at port 26379, or write redis:// for the server itself");
        }
    }

    @Test
    void aSentinelThatIsNamedAsAServerIsTold() {
        try (RedisServer primary = RedisServer.start();
                Sentinel sentinel = Sentinel.start("m", primary, 0)) {
            List<Finding> findings =
                    new Trial("redis://127.0.0.1:" + sentinel.endpoint().port(), Trial.uri(primary))
                            .run();

            assertThat(Trial.errors(findings))
                    .containsExactly(
                            "source-connection ERROR this is a sentinel, which holds no data | Write"
                                    + " redis-sentinel://host:port?master=NAME, or name the server"
                                    + " itself");
        }
    }

    @Test
    void bothSidesAwayAreTwoErrors() {
        List<Finding> findings = new Trial(Trial.NOWHERE, Trial.NOWHERE).run();

        assertThat(findings)
                .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
                .extracting(Finding::check)
                .containsExactly("source-connection", "target-connection");
    }

    @Test
    void aWrongPasswordIsAnErrorThatDoesNotShowIt() {
        try (RedisServer source = RedisServer.builder().password("right").start();
                RedisServer target = RedisServer.start()) {
            List<Finding> findings =
                    new Trial("redis://:wr0ng@127.0.0.1:" + source.port(), Trial.uri(target)).run();

            assertThat(Trial.sentences(findings, "source-authentication"))
                    .containsExactly(
                            "ERROR the server refused the user or password: WRONGPASS invalid"
                                    + " username-password pair or user is disabled. | Give the right"
                                    + " user:password (in the URI, by environment variable or by"
                                    + " file)");
            assertThat(findings).noneMatch(finding -> finding.toString().contains("wr0ng"));
        }
    }

    @Test
    void aMissingPasswordIsAnError() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.builder().password("right").start()) {
            assertThat(Trial.of(source, target).find("target-authentication"))
                    .containsExactly(
                            "ERROR the server asks for a password and none was given | Give"
                                    + " user:password (in the URI, by environment variable or by"
                                    + " file)");
        }
    }

    @Test
    void plainTextToAPortThatSpeaksTlsIsNamedAsThat() {
        try (RedisServer source = secured();
                RedisServer target = RedisServer.start()) {
            List<Finding> findings = Trial.of(source, target).run();

            assertThat(Trial.errors(findings))
                    .containsExactly(
                            "source-tls ERROR this port speaks TLS only | Write rediss:// instead of"
                                    + " redis://, or name the port that speaks plain text");
        }
    }

    @Test
    void tlsToAPlainPortIsNamedAsThat() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            List<Finding> findings =
                    new Trial("rediss://127.0.0.1:" + source.port(), Trial.uri(target)).run();

            assertThat(findings)
                    .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
                    .extracting(Finding::check, Finding::code)
                    .containsExactly(tuple("source-tls", ErrorCode.TLS_FAILED));
        }
    }

    @Test
    void aCertificateThatIsTrustedIsFineAndAnotherIsNot() {
        try (RedisServer source = secured();
                RedisServer target = RedisServer.start()) {
            String uri = "rediss://127.0.0.1:" + source.port();
            String trusted = uri + "?ca=" + TlsCertificates.shared().authority();

            assertThat(new Trial(trusted, Trial.uri(target)).find("source-tls"))
                    .containsExactly("OK TLS, with a certificate that is trusted");
            assertThat(new Trial(uri, Trial.uri(target)).find("source-tls"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "ERROR the TLS handshake failed: the server's certificate is not signed by"
                                    + " an authority that is trusted here | ");
        }
    }

    /// Since TLS 1.3 it says so after the handshake, or only closes.
    @Test
    void aServerThatAsksForAClientCertificateIsNamedAsThat() {
        try (RedisServer source = secured();
                RedisServer target = RedisServer.start()) {
            TlsCertificates ours = TlsCertificates.shared();
            source.text("CONFIG", "SET", "tls-auth-clients", "yes");
            String uri = "rediss://127.0.0.1:" + source.port() + "?ca=" + ours.authority();
            String known = uri + "&cert=" + ours.clientCertificate() + "&key=" + ours.clientKey();

            assertThat(Trial.errors(new Trial(uri, Trial.uri(target)).run()))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "source-tls ERROR the server broke the connection off behind the TLS")
                    .contains("; it may ask for a client certificate | Name one that it trusts");
            assertThat(new Trial(known, Trial.uri(target)).find("source-tls"))
                    .containsExactly("OK TLS, with a certificate that is trusted");
        }
    }

    /// Checks open several connections: together they take no longer than one.
    @Test
    void whoNeverAnswersIsWaitedForOnce() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            HostPort place = new HostPort("127.0.0.1", silent.getLocalPort());
            Connector connector = new Connector(Credentials.NONE, TlsOptions.OFF, "test");

            assertThatThrownBy(() -> connector.open(place, Duration.ofSeconds(1)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("no answer within 1 s");
            assertThatThrownBy(() -> connector.open(place))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("no answer within 1 s");
        }
    }

    private static RedisServer secured() {
        Optional<ServerBinary> binary = Servers.withTls();
        assumeTrue(binary.isPresent(), "no server with TLS; run testkit/servers.sh");
        return RedisServer.builder().binary(binary.get()).tls(TlsCertificates.shared()).start();
    }
}
