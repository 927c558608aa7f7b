package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

class RedisServerIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#all")
    void everyVersionRunsAndIsWhatItSays(ServerBinary binary) {
        try (RedisServer server = RedisServer.start(binary);
                Jedis client = server.client()) {
            client.set("key", "value");

            assertThat(server.text("GET", "key")).isEqualTo("value");
            try (Wire wire = server.endpoint().connect()) {
                assertThat(Router.versionOf(wire)).isEqualTo(binary.version());
            }
            assertThat(server.text("DEBUG", "DIGEST")).hasSize(40);
            assertThat(server.residentBytes()).isGreaterThan(1_000_000);
            assertThat(server.cpuMillis()).isNotNegative();
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void everyVersionReplicates(ServerBinary binary) {
        try (RedisServer primary = RedisServer.start(binary);
                RedisServer replica =
                        RedisServer.builder().binary(binary).replicaOf(primary).start()) {
            primary.command("SET", "key", "value");

            replica.awaitReplicaOf(primary, SOON);

            assertThat(replica.text("GET", "key")).isEqualTo("value");
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void everyVersionKeepsItsDataOverARestart(ServerBinary binary) {
        try (RedisServer server = RedisServer.start(binary)) {
            int port = server.port();
            server.command("SET", "key", "value");

            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.text("GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void aKilledServerRefusesConnectionsUntilItIsRestarted() {
        try (RedisServer server = RedisServer.start()) {
            server.command("SET", "key", "value");

            server.kill();

            assertThat(server.alive()).isFalse();
            assertThatThrownBy(() -> server.text("PING")).isInstanceOf(JedisException.class);
            server.restart();
            assertThat(server.command("GET", "key")).isNull();
        }
    }

    @Test
    void aPausedServerIsSilentUntilItIsResumed() {
        try (RedisServer server = RedisServer.start()) {
            try (Jedis impatient = new Jedis(server.host(), server.port(), 100)) {
                server.pause();
                assertThatThrownBy(impatient::ping).isInstanceOf(JedisException.class);
            }

            server.resume();

            assertThat(server.text("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void passwordUnixSocketAndConfigLinesReachTheServer() {
        try (RedisServer server =
                RedisServer.builder()
                        .password("secret")
                        .unixSocket()
                        .config("maxmemory 7mb")
                        .start()) {
            assertThat(server.text("PING")).isEqualTo("PONG");
            assertThat(server.info("maxmemory")).isEqualTo("7340032");
            assertThat(server.unixSocket()).exists();
            try (Wire stranger = Endpoint.of(server.host(), server.port()).connect()) {
                assertThatThrownBy(() -> stranger.call("PING")).hasMessageContaining("NOAUTH");
            }
        }
    }

    @Test
    void aLineThatTheServerRefusesFailsTheStartAndShowsTheLog() {
        RedisServerBuilder builder = RedisServer.builder().config("no-such-directive yes");

        assertThatThrownBy(builder::start)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no-such-directive");
    }

    @Test
    void closingRemovesTheProcessAndItsFolder() {
        RedisServer server = RedisServer.start();
        Path folder = server.folder();
        assertThat(Files.exists(folder)).isTrue();

        server.close();

        assertThat(server.alive()).isFalse();
        assertThat(Files.exists(folder)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("tls")
    void everyBuildWithTlsSpeaksIt(ServerBinary binary) {
        try (RedisServer server =
                RedisServer.builder().binary(binary).tls(TlsCertificates.shared()).start()) {
            assertThat(server.text("PING")).isEqualTo("PONG");
            try (Wire plain = Endpoint.of(server.host(), server.port()).connect()) {
                assertThatThrownBy(() -> plain.call("PING")).isInstanceOf(JedisException.class);
            }
        }
    }

    static java.util.List<ServerBinary> tls() {
        return Servers.those(ServerBinary::tls);
    }
}
