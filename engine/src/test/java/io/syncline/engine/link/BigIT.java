package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The largest things that a server takes: they arrive, and memory stays within twice their size.
class BigIT {
    private static final int LARGEST = 512 << 20;

    /// The spool's memory, the windows, and the JVM itself beside a heap that may be full.
    private static final long ROOM = 300L << 20;

    private RedisServer source;
    private RedisServer target;

    @BeforeEach
    void start() {
        source = RedisServer.builder().config("repl-backlog-size 1gb").start();
        target = RedisServer.start();
    }

    @AfterEach
    void stop() {
        source.close();
        target.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStringOfTheLargestSizeArrivesInTwiceItsMemory(boolean inSnapshot) throws IOException {
        if (inSnapshot) {
            largest();
        }
        try (ChildProcess child =
                ChildLink.start(
                        source.port(),
                        target.port(),
                        true,
                        "-XX:+UseSerialGC",
                        "-XX:MaxNewSize=64m",
                        "-Xmx1180m")) {
            Await.until(
                    "streaming; " + child.log(),
                    RunningLink.LIMIT,
                    () -> child.log().contains("phase=STREAMING"));
            if (!inSnapshot) {
                largest();
            }
            Await.until(
                    "the string",
                    RunningLink.LIMIT,
                    () -> {
                        assertThat(child.alive()).as(child.log()).isTrue();
                        return target.number("STRLEN", "largest") == LARGEST;
                    });
            assertThat(target.text("GETRANGE", "largest", LARGEST - 3, -1)).isEqualTo("end");
            assertThat(target.text("GETRANGE", "largest", 0, 4)).isEqualTo("begin");
            assertThat(child.peakBytes()).isLessThan(2L * LARGEST + ROOM);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeCommandsInARowNeedTwiceTheMemoryOfOne(boolean toCluster) throws IOException {
        int size = 100 << 20;
        // Beside two of them: what the spool may hold, the young generation, and what is small.
        String heap = "-Xmx" + (2 * (size >> 20) + 64 + 32 + 24) + "m";
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 1, 0);
                ChildProcess child =
                        ChildLink.start(
                                source.port(),
                                toCluster ? cluster.nodes().getFirst().port() : target.port(),
                                true,
                                "-XX:+UseSerialGC",
                                "-XX:MaxNewSize=32m",
                                heap)) {
            Await.until(
                    "streaming; " + child.log(),
                    RunningLink.LIMIT,
                    () -> child.log().contains("phase=STREAMING"));
            byte[] large = new byte[size];
            source.command("SET", "large", large);
            source.command("SETEX", "large-and-rewritten", 100, large);
            source.command("SET", "large-{again}", large);
            source.command("SET", "behind", "them");
            RedisServer there = toCluster ? cluster.nodes().getFirst() : target;
            Await.until(
                    "what came behind them",
                    RunningLink.LIMIT,
                    () -> {
                        assertThat(child.alive()).as(child.log()).isTrue();
                        return there.number("STRLEN", "behind") == 4;
                    });
            for (String key : new String[] {"large", "large-and-rewritten", "large-{again}"}) {
                assertThat(there.number("STRLEN", key)).isEqualTo(size);
            }
        }
    }

    private void largest() {
        byte[] value = new byte[LARGEST];
        // Nothing that a snapshot could compress: what is read from it is as large as the value.
        new Random(7).nextBytes(value);
        System.arraycopy(new byte[] {'b', 'e', 'g', 'i', 'n'}, 0, value, 0, 5);
        System.arraycopy(new byte[] {'e', 'n', 'd'}, 0, value, LARGEST - 3, 3);
        source.command("SET", "largest", value);
    }

    @Test
    void manyFieldsManyArgumentsAndOddKeysArrive() {
        hash("before");
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            hash("behind");
            Random random = new Random(5);
            byte[] binary = new byte[200];
            for (int i = 0; i < 300; i++) {
                random.nextBytes(binary);
                source.command("SET", binary, binary);
                source.command("RPUSH", "", binary);
            }
            source.command("SET", new byte[] {0, '\r', '\n', -1}, new byte[0]);
            link.awaitCaughtUp(source);
            for (String key : new String[] {"before", "behind"}) {
                assertThat(target.number("HLEN", key)).isEqualTo(1_000_000);
                assertThat(digest(target, key)).isEqualTo(digest(source, key));
                // The digest below looks at each value in turn; these two took it half a minute.
                source.command("UNLINK", key);
            }
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
        }
    }

    private static String digest(RedisServer server, String key) {
        List<?> digests =
                (List<?>) Objects.requireNonNull(server.command("DEBUG", "DIGEST-VALUE", key));
        return new String(
                (byte[]) Objects.requireNonNull(digests.getFirst()), StandardCharsets.US_ASCII);
    }

    /// A million fields, by commands of ten thousand arguments.
    private void hash(String key) {
        try (Wire wire = source.endpoint().connect()) {
            for (int i = 0; i < 200; i++) {
                Object[] words = new Object[10_002];
                words[0] = "HSET";
                words[1] = key;
                for (int j = 0; j < 5_000; j++) {
                    words[2 + 2 * j] = "field:" + (i * 5_000 + j);
                    words[3 + 2 * j] = j;
                }
                wire.call(words);
            }
        }
    }
}
