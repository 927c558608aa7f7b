package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.testkit.FaultProxy.Direction;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

class FaultProxyIT {
    private static final int IMPATIENCE_MILLIS = 200;

    private final RedisServer server = RedisServer.start();
    private final FaultProxy proxy = FaultProxy.before(server);
    private final Jedis client = connect();

    @AfterEach
    void stop() throws IOException {
        // Not close(): that flushes, and a connection that a fault ended takes no more.
        client.getConnection().forceDisconnect();
        proxy.close();
        server.close();
    }

    @Test
    void passesAndCountsWhatIsWell() {
        client.set("key", "x".repeat(500_000));

        assertThat(client.get("key")).hasSize(500_000);
        assertThat(proxy.connections()).isEqualTo(1);
        assertThat(proxy.bytes(Direction.TO_SERVER)).isGreaterThan(500_000);
        assertThat(proxy.bytes(Direction.TO_CLIENT)).isGreaterThan(500_000);
    }

    @Test
    void aCutEndsTheConnectionAndTheNextOneIsWell() {
        client.ping();

        proxy.breakConnections(new Fault.Cut());

        assertThatThrownBy(client::ping).isInstanceOf(JedisConnectionException.class);
        try (Jedis next = new Jedis("127.0.0.1", proxy.port())) {
            assertThat(next.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void aResetIsSeenAsOne() {
        client.ping();

        proxy.breakConnections(new Fault.Reset());

        assertThatThrownBy(client::ping).rootCause().hasMessageContaining("reset");
    }

    @Test
    void aStallHoldsBackAndHealingLetsPass() {
        try (Jedis patient = new Jedis("127.0.0.1", proxy.port(), 10_000)) {
            patient.ping();
            client.ping();
            proxy.inject(Direction.TO_CLIENT, new Fault.Stall());
            assertThatThrownBy(client::ping).hasMessageContaining("timed out");
            Thread.ofVirtual().start(proxy::heal);

            assertThat(patient.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void aStalledDirectionLeavesTheOtherAlone() {
        client.ping();
        proxy.inject(Direction.TO_CLIENT, new Fault.Stall());

        assertThatThrownBy(() -> client.set("key", "value")).hasMessageContaining("timed out");

        assertThat(server.text("GET", "key")).isEqualTo("value");
    }

    @Test
    void aDelayIsAtLeastWhatWasAsked() {
        client.ping();
        proxy.inject(Direction.TO_CLIENT, new Fault.Delay(Duration.ofMillis(60)));

        long begin = System.nanoTime();
        client.ping();

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofMillis(59));
    }

    @Test
    void aTruncationLetsExactlySoManyBytesPass() {
        client.ping();
        long before = proxy.bytes(Direction.TO_SERVER);
        proxy.injectNext(Direction.TO_SERVER, new Fault.Truncate(7));

        assertThatThrownBy(() -> connect().ping()).isInstanceOf(JedisConnectionException.class);

        assertThat(proxy.bytes(Direction.TO_SERVER)).isEqualTo(before + 7);
        try (Jedis next = new Jedis("127.0.0.1", proxy.port())) {
            assertThat(next.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void aThrottleSlowsDown() {
        client.set("key", "x".repeat(20_000));
        proxy.inject(Direction.TO_CLIENT, new Fault.Throttle(100_000));

        long begin = System.nanoTime();
        assertThat(client.get("key")).hasSize(20_000);

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(190), Duration.ofSeconds(2));
    }

    @Test
    void aRefusingProxyResetsNewConnections() {
        proxy.refuse(true);

        assertThatThrownBy(() -> connect().ping()).isInstanceOf(JedisConnectionException.class);

        Await.until(
                "the refusal is counted",
                Duration.ofSeconds(5),
                () -> proxy.refusedConnections() == 1);
    }

    @Test
    void newConnectionsGoToANewTarget() {
        try (RedisServer other = RedisServer.start()) {
            other.command("SET", "who", "other");
            client.ping();

            proxy.retarget(other.host(), other.port());

            assertThat(client.get("who")).isNull();
            try (Jedis next = new Jedis("127.0.0.1", proxy.port())) {
                assertThat(next.get("who")).isEqualTo("other");
            }
        }
    }

    private Jedis connect() {
        return new Jedis("127.0.0.1", proxy.port(), IMPATIENCE_MILLIS);
    }
}
