package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.target.Sweeper;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Transaction;

/// What becomes of commands that a cluster cannot take as they are, or that concern all its nodes.
class ClusterCommandsIT {
    private static final String LIBRARY =
            "#!lua name=%s\nredis.register_function('%s', function() return 1 end)";

    private static RedisCluster target;
    private RedisServer source;

    @BeforeAll
    static void startTarget() {
        target = RedisCluster.start(Servers.embedded(), 3, 0);
    }

    @AfterAll
    static void stopTarget() {
        target.close();
    }

    @BeforeEach
    void start() {
        source = RedisServer.start();
    }

    @AfterEach
    void stop() {
        source.close();
        target.primaryNodes().forEach(node -> node.command("FLUSHALL"));
    }

    private Sync sync() {
        return Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target));
    }

    private void requireEqual(RunningLink link) {
        link.awaitCaughtUp(source);
        new KeyspaceDigest().requireEqual(source, target);
    }

    private static List<String> refused(RunningLink link) {
        return link.events(LinkEvent.Refused.class).stream()
                .map(LinkEvent.Refused::command)
                .toList();
    }

    private static List<?> recorded() {
        return (List<?>) target.command("LRANGE", "__syncline:{it}:refused", 0, -1);
    }

    @Test
    void whatCanBeSplitOverSlotsIsSplit() {
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            source.command("MSET", "a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6);
            source.command("MSETNX", "g", 1, "h", 2, "i", 3);
            source.command("MSETNX", "g", 9, "z", 9);
            source.command("DEL", "a", "b", "nothing");
            source.command("UNLINK", "c", "d");
            requireEqual(link);
            assertThat(refused(link)).isEmpty();
        }
    }

    @Test
    void whatCannotBeSplitIsRefusedAndRecordedAndItsNeighboursAreApplied() {
        try (RunningLink link = sync().skipRefused().start().awaitAllStreaming()) {
            source.command("RPUSH", "one", 1, 2);
            source.command("RPUSH", "weight_1", 3);
            source.command("SORT", "one", "BY", "weight_*", "STORE", "sorted");
            source.command("COPY", "one", "elsewhere", "DB", 3);
            source.command("SET", "behind", 1);
            link.awaitCaughtUp(source);
            assertThat(refused(link)).containsExactly("SORT", "COPY");
            assertThat(target.command("GET", "behind")).isEqualTo(new byte[] {'1'});
            assertThat(target.command("LLEN", "one")).isEqualTo(2L);
        }
        assertThat(recorded()).hasSize(2);
    }

    @Test
    void aRefusalStopsTheTaskWhenItIsToldTo() {
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            source.command("SET", "before", 1);
            source.command("RPUSH", "from", 1, 2);
            source.command("SORT", "from", "BY", "weight_*", "STORE", "to");
            assertThat(link.awaitFailure().code()).isEqualTo(ErrorCode.COMMAND_REFUSED);
        }
        assertThat(recorded()).hasSize(1);
    }

    @Test
    void aWrongTypeIsRefusedAloneAndRecorded() {
        target.command("SET", "{x}list", "no list");
        try (RunningLink link = sync().overwrite().skipRefused().start().awaitAllStreaming()) {
            try (Jedis client = source.client()) {
                Transaction transaction = client.multi();
                transaction.set("{x}before", "1");
                transaction.rpush("{x}list", "1");
                transaction.set("{x}behind", "1");
                transaction.exec();
            }
            link.awaitCaughtUp(source);
            assertThat(refused(link)).containsExactly("RPUSH");
            assertThat(target.command("GET", "{x}before")).isEqualTo(new byte[] {'1'});
            assertThat(target.command("GET", "{x}behind")).isEqualTo(new byte[] {'1'});
        }
        assertThat(recorded()).hasSize(1);
    }

    @Test
    void aCommandWithoutRightsIsRefusedAloneAndItsNeighboursAreSentAgain() {
        target.nodes().forEach(node -> node.command("ACL", "SETUSER", "default", "-pfadd"));
        try (RunningLink link = sync().skipRefused().start().awaitAllStreaming()) {
            try (Jedis client = source.client()) {
                Transaction transaction = client.multi();
                for (int i = 0; i < 5; i++) {
                    transaction.incr("{x}counter");
                    transaction.pfadd("{x}log", "element " + i);
                }
                transaction.exec();
            }
            link.awaitCaughtUp(source);
            assertThat(refused(link)).hasSize(5).containsOnly("PFADD");
            assertThat(target.command("GET", "{x}counter")).isEqualTo(new byte[] {'5'});
        } finally {
            target.nodes().forEach(node -> node.command("ACL", "SETUSER", "default", "+pfadd"));
        }
    }

    @Test
    void functionsReachAllNodes() {
        source.command("FUNCTION", "LOAD", String.format(LIBRARY, "before", "f1"));
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            source.command("FUNCTION", "LOAD", String.format(LIBRARY, "first", "f2"));
            source.command("FUNCTION", "LOAD", String.format(LIBRARY, "second", "f3"));
            source.command("FUNCTION", "DELETE", "first");
            link.awaitCaughtUp(source);
            for (RedisServer node : target.nodes()) {
                assertThat(KeyspaceDigest.functions(node.endpoint()).keySet())
                        .containsExactly("before", "second");
            }
            source.command("FUNCTION", "FLUSH");
            link.awaitCaughtUp(source);
            for (RedisServer node : target.nodes()) {
                assertThat(KeyspaceDigest.functions(node.endpoint())).isEmpty();
            }
        }
    }

    @Test
    void aDatabaseThatAClusterHasNotIsRefusedAndTouchesNothing() {
        source.command("SET", "key", "of database 0");
        try (RunningLink link = sync().skipRefused().start().awaitAllStreaming()) {
            try (Jedis client = source.client()) {
                client.select(3);
                client.set("key", "of database 3");
                client.expire("key", 100);
                client.flushDB();
                client.swapDB(3, 4);
            }
            link.awaitCaughtUp(source);
            assertThat(refused(link)).contains("SET", "SWAPDB");
            assertThat(target.command("GET", "key")).isEqualTo("of database 0".getBytes(UTF_8));
        }
    }

    @Test
    void aDatabaseIsMappedToTheOnlyOne() {
        try (Jedis client = source.client()) {
            client.select(3);
            client.set("before", "1");
            try (RunningLink link = sync().database(3, 0).start().awaitAllStreaming()) {
                client.set("behind", "1");
                client.incr("behind");
                source.command("SET", "behind", "of database 0");
                link.awaitCaughtUp(source);
            }
            try (RunningLink link = sync().database(3, 0).start().awaitAllStreaming()) {
                client.incr("behind");
                link.awaitCaughtUp(source);
                assertThat(link.shard().snapshots()).isZero();
            }
        }
        assertThat(target.command("GET", "before")).isEqualTo(new byte[] {'1'});
        assertThat(target.command("GET", "behind")).isEqualTo(new byte[] {'3'});
    }

    @Test
    void aFlushOfOneSourceShardDeletesThatShardsKeysOnly() {
        try (RedisCluster cluster = RedisCluster.start(Servers.embedded(), 2, 0)) {
            for (int i = 0; i < 500; i++) {
                cluster.command("SET", "key:" + i, i);
            }
            TopologySide side = TopologySide.cluster(cluster);
            try (RunningLink link =
                    Sync.between(side.endpoint(), TopologySide.endpointOf(target))
                            .start()
                            .awaitAllStreaming()) {
                cluster.nodes().getFirst().command("FLUSHALL");
                for (int i = 0; i < 50; i++) {
                    cluster.command("SET", "later:" + i, i);
                }
                side.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(cluster, target);
            }
        }
    }

    @Test
    void aFlushInsideATransactionIsNotRepeatedOverWhatFollowsIt() {
        source.command("SET", "old", 1);
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            source.command("MULTI");
            source.command("INCR", "a");
            source.command("FLUSHALL");
            source.command("INCR", "a");
            source.command("INCR", "b");
            source.command("EXEC");
            requireEqual(link);
        }
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            source.command("INCR", "b");
            requireEqual(link);
        }
    }

    @Test
    void messagesAreDeliveredOnce() {
        List<String> heard = new ArrayList<>();
        redis.clients.jedis.JedisPubSub ears =
                new redis.clients.jedis.JedisPubSub() {
                    @Override
                    public void onMessage(String channel, String message) {
                        heard.add(message);
                    }
                };
        try (RunningLink link = sync().start().awaitAllStreaming();
                Jedis client = target.nodes().getLast().client()) {
            Thread listener = Thread.ofVirtual().start(() -> client.subscribe(ears, "news"));
            Await.until("a subscription", RunningLink.LIMIT, ears::isSubscribed);
            for (int i = 0; i < 20; i++) {
                source.command("PUBLISH", "news", "message " + i);
            }
            link.awaitCaughtUp(source);
            Await.until("the last message", RunningLink.LIMIT, () -> heard.contains("message 19"));
            ears.unsubscribe();
            Await.until("the listener's end", RunningLink.LIMIT, () -> !listener.isAlive());
            assertThat(heard).hasSize(20);
        }
    }

    @Test
    void aListTooLargeForOneCommandIsCopiedOnceThoughTheLaneBreaks() {
        byte[] element = new byte[256 << 10];
        for (int i = 0; i < 100; i++) {
            source.command("RPUSH", "large", "number " + i, element);
        }
        try (RunningLink link = sync().start()) {
            for (int i = 0; i < 6; i++) {
                int length = i * 20;
                link.await(
                        "elements",
                        () -> link.streaming() || (Long) target.command("LLEN", "large") > length);
                target.nodes().forEach(node -> node.command("CLIENT", "KILL", "TYPE", "normal"));
            }
            link.awaitAllStreaming();
            requireEqual(link);
            assertThat(link.events(LinkEvent.Retrying.class)).isNotEmpty();
        }
    }

    @Test
    void aCleanStopLetsMarksExpireAndTheNextStartKeepsThem() throws IOException {
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            for (int i = 0; i < 100; i++) {
                source.command("INCR", "key:" + i);
            }
            link.awaitCaughtUp(source);
            assertThat(marks()).hasSizeGreaterThanOrEqualTo(100).allMatch(mark -> ttl(mark) < 0);
        }
        assertThat(marks()).isNotEmpty().allMatch(mark -> ttl(mark) > 0 && ttl(mark) <= 60_000);
        source.command("INCR", "key:0");
        try (RunningLink link = sync().start().awaitAllStreaming()) {
            requireEqual(link);
            assertThat(link.shard().snapshots()).isZero();
            assertThat(marks()).allMatch(mark -> ttl(mark) < 0);
        }
        long before = ownKeys();
        long removed = new Sweeper(TopologySide.instanceAt(target), "it").sweep();
        assertThat(removed).isEqualTo(before);
        assertThat(ownKeys()).isZero();
        new KeyspaceDigest().requireEqual(source, target);
    }

    private static Set<String> keys(String pattern) {
        Set<String> found = new java.util.TreeSet<>();
        for (RedisServer node : target.nodes()) {
            try (Jedis client = node.client()) {
                found.addAll(client.keys(pattern));
            }
        }
        return found;
    }

    private static Set<String> marks() {
        return keys("__syncline:it:mark:*");
    }

    private static long ownKeys() {
        return keys("__syncline:*").size();
    }

    private static long ttl(String key) {
        return (Long) target.command("PTTL", key);
    }

    /// A mean that is held by bursts of a minute's worth is none; merged commands count, too.
    @Test
    void aCeilingOnCommandsIsHeldWithinEachSecond() {
        try (RunningLink link = sync().end(LinkOptions.End.CAUGHT_UP).start()) {
            assertThat(link.awaitEnd()).isEqualTo(Link.Outcome.DONE);
        }
        try (Jedis client = source.client()) {
            Pipeline pipeline = client.pipelined();
            IntStream.range(0, 2_000).forEach(i -> pipeline.set("key" + i, "value"));
            pipeline.sync();
        }
        try (RunningLink link = sync().ceiling(50).start()) {
            Await.until("some are there; " + link, RunningLink.LIMIT, () -> keys() > 50);
            assertThat(keys()).isLessThan(400);
        }
    }

    private static long keys() {
        return target.primaryNodes().stream().mapToLong(node -> node.number("DBSIZE")).sum();
    }
}
