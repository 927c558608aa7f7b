package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.ChildProcess;
import io.syncline.testkit.Await;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/// Commands of a standalone source whose keys are in different slots of a cluster: what they make
/// there is what they made at the source, once, whenever the process is killed.
class CrossSlotIT {
    /// One scenario a line, its commands parted by `;`. Words with `@` are keys.
    private static final String SCENARIOS =
            """
            MSET @a 1 @b 2 @c 3 ; MSETNX @d 4 @e 5 ; DEL @a @nothing @d ; UNLINK @b @none
            MSETEX 3 @a 1 @b 2 @c 3 NX EX 5000 ; MSETEX 2 @a 4 @b 5 KEEPTTL
            SET @a text PX 5000000 ; RENAME @a @b ; SET @a again
            SET @a 1 ; SET @b 2 EX 4000 ; RENAME @a @b
            HSET @a f 1 g 2 ; RENAMENX @a @b ; SET @c 1 ; RENAMENX @c @b
            RPUSH @a 1 2 3 ; EXPIRE @a 6000 ; COPY @a @b ; RPUSH @a 4 ; COPY @b @c ; COPY @a @c REPLACE
            SET @a 1 ; COPY @a @b DB 0
            XADD @a 1-1 f v ; XGROUP CREATE @a g 0 ; RENAME @a @b ; XADD @b 2-1 f w
            SADD @a 1 2 3 ; SADD @b 9 ; SMOVE @a @b 2 ; SMOVE @a @c 3 ; SMOVE @a @c 1
            RPUSH @a 1 2 3 4 ; RPUSH @b 9 ; EXPIRE @b 7000 ; LMOVE @a @b LEFT RIGHT ; LMOVE @a @b RIGHT LEFT
            RPUSH @a 1 2 3 4 ; LMOVE @a @b LEFT LEFT ; LMOVE @a @c RIGHT RIGHT
            RPUSH @a 1 2 3 ; RPOPLPUSH @a @b ; RPOPLPUSH @a @b ; RPOPLPUSH @a @b ; RPOPLPUSH @b @a
            RPUSH @a 1 2 ; BRPOPLPUSH @a @b 1 ; BLMOVE @a @b LEFT RIGHT 1
            SADD @a 1 2 3 ; SADD @b 2 3 4 ; SINTERSTORE @c @a @b ; SUNIONSTORE @d @a @b ; SDIFFSTORE @e @a @b
            SADD @a 1 ; SADD @b 2 ; SET @c old EX 5000 ; SINTERSTORE @c @a @b
            SADD @a 1 2 ; SADD @b 2 5 ; SUNIONSTORE @a @a @b ; SADD @b 7 ; SINTERSTORE @b @a @b @b
            ZADD @a 1 x 2.5 y ; ZADD @b 3 y 4 z ; ZUNIONSTORE @c 2 @a @b WEIGHTS 2 3 ; ZINTERSTORE @d 2 @a @b AGGREGATE MAX
            ZADD @a 1 x 2 y ; ZADD @b 3 y ; ZDIFFSTORE @c 2 @a @b ; ZRANGESTORE @d @a 0 0 ; ZRANGESTORE @e @a 5 9
            SADD @a x y ; ZADD @b 1 y ; ZUNIONSTORE @b 3 @a @b @missing
            SET @a abc ; SET @b bcd ; BITOP AND @c @a @b ; BITOP OR @d @a @b ; BITOP XOR @e @a @b ; BITOP NOT @f @a
            SETBIT @a 1000 1 ; EXPIRE @a 3000 ; BITOP OR @a @a @missing @other
            PFADD @a 1 2 3 ; PFADD @b 3 4 5 ; EXPIRE @b 8000 ; PFMERGE @b @a ; PFMERGE @c @a @b
            PFADD @a 1 ; PFADD @b 2 ; PFMERGE @a @a @b @missing
            RPUSH @a 3 1 2 ; SORT @a STORE @b ; SORT @a DESC LIMIT 0 2 STORE @c ; SORT @missing STORE @b
            RPUSH @a z y ; SORT @a BY nosort STORE @b
            GEOADD @a 13.36 38.11 p 15.08 37.5 c ; GEORADIUS @a 15 37 200 km STORE @b ; GEORADIUSBYMEMBER @a p 300 km STOREDIST @c
            GEOADD @a 13.36 38.11 p 15.08 37.5 c ; GEOSEARCHSTORE @b @a FROMLONLAT 15 37 BYRADIUS 200 km ASC
            SET @n 1 ; MULTI ; INCR @n ; RPUSH @a 1 2 ; LMOVE @a @b LEFT RIGHT ; INCR @n ; RENAME @b @c ; INCR @n ; EXEC
            MULTI ; SADD @a 1 ; SUNIONSTORE @b @a ; SADD @a 2 ; SUNIONSTORE @c @a @b ; DEL @a ; EXEC
            EVAL "redis.call('SET',KEYS[1],1) redis.call('RENAME',KEYS[1],KEYS[2]) return redis.call('BITOP','NOT',KEYS[3],KEYS[2])" 3 @a @b @c
            """;

    private static final int KILLS = 6;
    private static final int LONGEST_LIFE_MILLIS = 900;

    static Stream<ServerBinary> servers() {
        return Stream.of("redis-7.0", "redis-6.0", "redis-8", "valkey-9")
                .map(Servers::find)
                .flatMap(Optional::stream);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theResultIsThatOfTheSource(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisCluster target = RedisCluster.start(binary, 3, 0);
                RunningLink link = sync(source, target).start().awaitAllStreaming()) {
            List<String> lines = SCENARIOS.lines().toList();
            int run = 0;
            try (Wire wire = source.endpoint().connect()) {
                for (int i = 0; i < lines.size(); i++) {
                    run += runs(source, wire, lines.get(i), i) ? 1 : 0;
                }
            }
            assertThat(run).as("scenarios of %s", binary).isGreaterThan(lines.size() / 2);
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
            assertThat(link.events(LinkEvent.Refused.class)).isEmpty();
            assertThat(scratchKeys(target)).isEmpty();
        }
    }

    private static Sync sync(RedisServer source, RedisCluster target) {
        return Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target));
    }

    /// @return whether the server knows all commands of the line
    private static boolean runs(RedisServer server, Wire wire, String line, int number) {
        List<Object[]> commands = new ArrayList<>();
        for (String command : line.split(" ; ", -1)) {
            Object[] words = words(command, number);
            if (!server.knows((String) words[0])) {
                return false;
            }
            commands.add(words);
        }
        commands.forEach(wire::call);
        return true;
    }

    /// Keys of a line are its own: `@a` is `a:7` in line 7.
    private static Object[] words(String command, int number) {
        List<Object> words = new ArrayList<>();
        int quote = command.indexOf('"');
        String rest = command.trim();
        if (quote >= 0) {
            int end = command.lastIndexOf('"');
            words.add(command.substring(0, quote).trim());
            words.add(command.substring(quote + 1, end));
            rest = command.substring(end + 1).trim();
        }
        for (String word : rest.split(" ", -1)) {
            words.add(word.startsWith("@") ? word.substring(1) + ":" + number : word);
        }
        return words.toArray();
    }

    private static Set<String> scratchKeys(RedisCluster target) {
        Set<String> found = new java.util.TreeSet<>();
        for (RedisServer node : target.nodes()) {
            try (Jedis client = node.client()) {
                found.addAll(client.keys("__syncline:*scratch*"));
            }
        }
        return found;
    }

    @Test
    void killedAtAnyMomentEachCommandIsDoneOnce() {
        long seed = Seeds.one(CrossSlotIT.class);
        Random random = new Random(seed);
        try (RedisServer source = RedisServer.builder().config("repl-backlog-size 256mb").start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0);
                CrossSlotTraffic traffic = new CrossSlotTraffic(source, seed)) {
            for (int i = 0; i < KILLS; i++) {
                killOnce(source, target, random);
            }
            traffic.stop();
            assertThat(traffic.count()).isGreaterThan(1_000).isGreaterThan(traffic.refused());
            long snapshots = Long.parseLong(source.info("sync_full"));
            try (RunningLink link = sync(source, target).start().awaitAllStreaming()) {
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.events(LinkEvent.Refused.class)).isEmpty();
            }
            assertThat(Long.parseLong(source.info("sync_full"))).isEqualTo(snapshots).isEqualTo(1);
        }
    }

    private static void killOnce(RedisServer source, RedisCluster target, Random random) {
        try (ChildProcess child =
                ChildLink.start(source.port(), target.nodes().getFirst().port(), true)) {
            Await.until(
                    "streaming; " + child.log(),
                    RunningLink.LIMIT,
                    () -> child.log().contains("phase=STREAMING"));
            long end = System.nanoTime() + random.nextInt(LONGEST_LIFE_MILLIS) * 1_000_000L;
            Await.until("the end of a life", RunningLink.LIMIT, () -> System.nanoTime() > end);
            assertThat(child.alive()).as(child.log()).isTrue();
            child.kill();
        }
    }

    /// The node that the copy goes to takes nothing, and then loses what stood in its socket.
    @Test
    void nothingThatWasReadChangesBeforeTheResultIsInTheTarget() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target =
                        RedisCluster.start(
                                () -> RedisServer.builder().config("appendonly yes"), 3, 0)) {
            String to = "to:0";
            for (int i = 1; target.nodeFor(to) == target.nodeFor("from"); i++) {
                to = "to:" + i;
            }
            RedisServer node = target.nodeFor(to);
            source.command("SADD", "from", 1);
            try (ChildProcess child =
                    ChildLink.start(source.port(), target.nodes().getFirst().port(), true)) {
                Await.until(
                        "streaming; " + child.log(),
                        RunningLink.LIMIT,
                        () -> child.log().contains("phase=STREAMING"));
                node.pause();
                source.command("COPY", "from", to);
                source.command("SADD", "from", 2);
                long end = System.nanoTime() + LONGEST_LIFE_MILLIS * 1_000_000L;
                Await.until("what can be sent", RunningLink.LIMIT, () -> System.nanoTime() > end);
                child.kill();
            }
            node.kill();
            node.restart();
            for (RedisServer each : target.nodes()) {
                Await.until(
                        each + " is part of a whole cluster",
                        RunningLink.LIMIT,
                        () -> each.text("CLUSTER", "INFO").contains("cluster_state:ok"));
            }
            try (RunningLink link = sync(source, target).start().awaitAllStreaming()) {
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.shard().snapshots()).isZero();
            }
        }
    }

    @Test
    void whatIsTooLargeToBeMovedBetweenSlotsIsRefusedAndStaysWhereItIs() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0);
                RunningLink link = sync(source, target).skipRefused().start().awaitAllStreaming()) {
            source.command("SETRANGE", "large", 150 << 20, "x");
            source.command("RENAME", "large", "elsewhere");
            source.command("SET", "a", 1);
            source.command("RENAME", "a", "b");
            link.awaitCaughtUp(source);
            assertThat(link.events(LinkEvent.Refused.class))
                    .singleElement()
                    .satisfies(refused ->
                            assertThat(refused.reason())
                                    .startsWith("CROSSSLOT its keys are in different slots")
                                    .endsWith(" 128 MB that are moved between slots at once"));
            assertThat(target.command("STRLEN", "large")).isEqualTo((150L << 20) + 1);
            assertThat(target.command("GET", "b")).isEqualTo(new byte[] {'1'});
        }
    }

    @Test
    void theTextOfAScriptIsRunWhereItsKeysAreInOneSlotAndRefusedElsewhere() {
        Optional<ServerBinary> old = Servers.find("redis-2.8");
        Assumptions.assumeTrue(old.isPresent(), "no server that streams the text of scripts");
        String script = "for _, key in ipairs(KEYS) do redis.call('INCR', key) end";
        try (RedisServer source = RedisServer.start(old.get());
                RedisCluster target = RedisCluster.start(Servers.embedded(), 3, 0);
                RunningLink link = sync(source, target).skipRefused().start().awaitAllStreaming()) {
            source.command("EVAL", script, 2, "{x}a", "{x}b");
            source.command("EVAL", script, 2, "a", "b");
            source.command("SET", "behind", 1);
            link.awaitCaughtUp(source);
            assertThat(target.command("GET", "{x}b")).isEqualTo(new byte[] {'1'});
            assertThat(target.command("GET", "behind")).isEqualTo(new byte[] {'1'});
            assertThat(link.events(LinkEvent.Refused.class))
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.command()).isEqualTo("EVAL"));
        }
    }
}
