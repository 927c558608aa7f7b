package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.SlotMove;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the source keeps alive while the target is behind is alive at the target, with its true
/// expiry; what it let expire is gone.
class HeldExpiriesIT {
    private static final int BULK = 10_000;
    private static final int SESSIONS = 100;
    private static final int SHORT_MILLIS = 300;
    private static final int LONG_MILLIS = 100_000;

    static Stream<ServerBinary> versions() {
        return Stream.of("redis-2.8", "redis-6.2", "redis-8", "valkey-9")
                .map(Servers::find)
                .flatMap(Optional::stream);
    }

    /// Keys of several types that are kept in time, one that is not, one that goes by itself.
    private static void write(RedisServer source) {
        long until = System.currentTimeMillis() + SHORT_MILLIS;
        source.command("SET", "kept", "v");
        source.command("PEXPIREAT", "kept", until);
        source.command("PERSIST", "kept");
        source.command("PSETEX", "session", SHORT_MILLIS, "v");
        source.command("APPEND", "session", "w");
        source.command("PEXPIRE", "session", LONG_MILLIS);
        source.command("HSET", "hash", "f", "v");
        source.command("PEXPIRE", "hash", SHORT_MILLIS);
        source.command("HSET", "hash", "g", "v");
        source.command("PEXPIRE", "hash", LONG_MILLIS);
        source.command("PSETEX", "old", 40_000, "v");
        source.command("RENAME", "old", "renamed");
        source.command("PSETEX", "moved", 40_000, "v");
        source.command("MOVE", "moved", 3);
        if (source.version().atLeastRedis(7, 0)) {
            source.command("COPY", "renamed", "copied");
            source.command("COPY", "renamed", "elsewhere", "DB", 4);
            source.command("SWAPDB", 4, 5);
        }
        source.command("PSETEX", "gone", SHORT_MILLIS, "v");
        source.command("APPEND", "gone", "w");
        source.command("PSETEX", "soon", 30_000, "v");
        Await.until(
                "the short expiries",
                Duration.ofSeconds(10),
                () -> System.currentTimeMillis() > until + SHORT_MILLIS);
    }

    private static void requireEqual(RedisServer source, RedisServer target) {
        // Old servers stream times from now: what was cut off has more of it.
        boolean exact = source.version().atLeastRedis(7, 0);
        new KeyspaceDigest()
                .tolerance(Duration.ofSeconds(exact ? 0 : 5))
                .requireEqual(source, target);
        assertThat(target.number("EXISTS", "gone")).isZero();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void inAFile(ServerBinary binary) {
        String[] config = {"appendonly yes", "appendfsync no"};
        try (RedisServer source = RedisServer.builder().binary(binary).config(config).start();
                RedisServer target = RedisServer.start(binary)) {
            // So that no deletion comes behind the key that is let expire.
            source.command("DEBUG", "SET-ACTIVE-EXPIRE", 0);
            write(source);
            Path parts = source.folder().resolve("appendonlydir");
            Path file =
                    Files.isDirectory(parts) ? parts : source.folder().resolve("appendonly.aof");
            try (RunningLink link =
                    Sync.between(Endpoint.ofFile(file), Sync.at(target.port())).start()) {
                assertThat(link.awaitEnd()).as("%s", link).isEqualTo(Link.Outcome.DONE);
            }
            requireEqual(source, target);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void behindACut(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary);
                FaultProxy proxy = FaultProxy.before(source);
                RunningLink link = Sync.of(proxy, target).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            proxy.refuse(true);
            proxy.breakConnections(new Fault.Reset());
            write(source);
            proxy.refuse(false);
            link.awaitCaughtUp(source);
            requireEqual(source, target);
            assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void duringASlowFirstCopy(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary);
                FaultProxy slow = FaultProxy.before(target)) {
            for (int i = 0; i < BULK; i++) {
                source.command("SET", "bulk:" + i, "a value of some length, to take its time");
            }
            slow.inject(FaultProxy.Direction.TO_SERVER, new Fault.Throttle(300_000));
            for (int i = 0; i < SESSIONS; i++) {
                source.command("HSET", "session:" + i, "f", "v");
                source.command("PEXPIRE", "session:" + i, 1_500);
            }
            source.command("SET", "gone", "1", "PX", 1_500);
            try (RunningLink link = Sync.of(source, slow).start()) {
                link.await("the copy", () -> target.number("DBSIZE") > 100);
                for (int i = 0; i < SESSIONS; i++) {
                    source.command("EXPIRE", "session:" + i, 1_000);
                }
                link.await("the first expiries", () -> source.number("EXISTS", "gone") == 0);
                slow.heal();
                link.awaitCaughtUp(source);
                requireEqual(source, target);
                assertThat(target.number("DBSIZE")).isGreaterThan(BULK + SESSIONS);
            }
        }
    }

    /// More than one round trip of them, in a cluster.
    @ParameterizedTest
    @MethodSource("clusters")
    void allOfThemHaveTheirTrueExpiryWhenTheTargetIsLevel(ServerBinary binary) {
        RedisCluster from = RedisCluster.start(binary, 3, 0);
        try (TopologySide source = TopologySide.cluster(from);
                TopologySide target = TopologySide.start("3", binary)) {
            fill(from, "snapshot:");
            try (RunningLink link = Sync.between(source.endpoint(), target.endpoint()).start()) {
                link.awaitAllStreaming();
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(from, target.instance());
                fill(from, "stream:");
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(from, target.instance());
            }
        }
    }

    static List<ServerBinary> clusters() {
        return versions().filter(each -> each.version().atLeastRedis(7, 0)).toList();
    }

    private static void fill(RedisCluster cluster, String prefix) {
        for (int i = 0; i < 6_000; i++) {
            cluster.command("SETEX", prefix + i, 40, "v");
        }
    }

    /// A process that ends while it holds keys leaves them to the next one: behind a snapshot, and
    /// behind a cut.
    @ParameterizedTest
    @MethodSource("oldestAndNewest")
    void theNextProcessGivesThemTheirTrueExpiry(ServerBinary binary) {
        try (RedisServer source = RedisServer.start(binary);
                RedisServer target = RedisServer.start(binary);
                FaultProxy slow = FaultProxy.before(target)) {
            sessions(source, "snapshot:");
            slow.inject(FaultProxy.Direction.TO_SERVER, new Fault.Throttle(100_000));
            try (RunningLink link = Sync.of(source, slow).start()) {
                link.await("the copy", () -> target.number("DBSIZE") > 10);
                bulk(source);
                link.awaitStreaming();
            }
            requireHeld(target, "snapshot:0");
            slow.heal();
            requireReleased(Sync.of(source, slow), source, target);
            sessions(source, "stream:");
            source.command("RENAME", "stream:1", "renamed");
            source.command("PERSIST", "stream:2");
            bulk(source);
            slow.inject(FaultProxy.Direction.TO_SERVER, new Fault.Throttle(100_000));
            try (RunningLink link = Sync.of(source, slow).start()) {
                link.await("the sessions", () -> target.number("EXISTS", "renamed") == 1);
            }
            requireHeld(target, "renamed");
            slow.heal();
            requireReleased(Sync.of(source, slow), source, target);
        }
    }

    static Stream<ServerBinary> oldestAndNewest() {
        return Stream.of("redis-2.8", "valkey-9").map(Servers::find).flatMap(Optional::stream);
    }

    private static void sessions(RedisServer source, String prefix) {
        for (int i = 0; i < SESSIONS; i++) {
            source.command("SETEX", prefix + i, 50, "v");
        }
    }

    /// Less than a backlog holds, and more than a slow target takes in some seconds.
    private static void bulk(RedisServer source) {
        for (int i = 0; i < 4; i++) {
            source.command("SET", "bulk:" + i, "v".repeat(200_000));
        }
    }

    private static void requireHeld(RedisServer target, String key) {
        assertThat(target.number("PTTL", key)).isGreaterThan(LONG_MILLIS);
    }

    private static void requireReleased(Sync sync, RedisServer source, RedisServer target) {
        try (RunningLink link = sync.start()) {
            link.awaitCaughtUp(source);
            requireEqual(source, target);
            assertThat(link.shard().snapshots()).isZero();
        }
        requireNothingNoted(target);
    }

    /// Its second expiry is far, so that the command goes on as it came.
    @Test
    void aKeyThatGetsMoreTimeIsNotedNoMore() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy proxy = FaultProxy.before(source);
                RunningLink link = Sync.of(proxy, target).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            proxy.refuse(true);
            proxy.breakConnections(new Fault.Reset());
            source.command("SET", "session", "v", "EX", 40);
            source.command("SET", "session", "v", "EX", 4_000);
            proxy.refuse(false);
            link.awaitCaughtUp(source);
            requireEqual(source, target);
            requireNothingNoted(target);
        }
    }

    private static void requireNothingNoted(RedisServer target) {
        assertThat((List<?>) target.command("KEYS", "__syncline:*held:*")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void theNextProcessOfAClusterGivesThemTheirTrueExpiry(ServerBinary binary) {
        RedisCluster from = RedisCluster.start(binary, 3, 0);
        RedisCluster to = RedisCluster.start(binary, 3, 0);
        try (TopologySide source = TopologySide.cluster(from);
                TopologySide target = TopologySide.cluster(to)) {
            Sync sync = Sync.between(source.endpoint(), target.endpoint());
            try (RunningLink link = sync.start()) {
                link.awaitAllStreaming();
                source.awaitCopiedBy(link);
            }
            fill(from, "stream:");
            fill(from, "second:");
            try (RunningLink link = sync.slow(100_000).start()) {
                link.await("held keys", () -> held(to) > 10);
            }
            try (RunningLink link = Sync.between(source.endpoint(), target.endpoint()).start()) {
                link.awaitAllStreaming();
                source.awaitCopiedBy(link);
                new KeyspaceDigest().requireEqual(from, target.instance());
            }
            to.primaryNodes().forEach(HeldExpiriesIT::requireNothingNoted);
        }
    }

    private static long held(RedisCluster target) {
        return IntStream.range(0, SESSIONS)
                .filter(i -> (long) target.command("PTTL", "stream:" + i) > LONG_MILLIS)
                .count();
    }

    private static RedisServer other(RedisCluster cluster, RedisServer one) {
        return cluster.primaryNodes().stream()
                .filter(node -> node != one)
                .findFirst()
                .orElseThrow();
    }

    /// A slot of a target may be on its way for hours.
    @Test
    void keysOfASlotThatIsHalfMovedHaveTheirTrueExpiryToo() {
        try (RedisServer source = RedisServer.start();
                RedisCluster target = RedisCluster.start(source.binary(), 2, 0)) {
            Sync sync = Sync.between(Sync.at(source.port()), TopologySide.endpointOf(target));
            try (RunningLink link = sync.start().awaitStreaming()) {
                link.awaitCaughtUp(source);
            }
            sessions(source, "stream:");
            bulk(source);
            try (RunningLink link = sync.slow(200_000).start()) {
                link.await("held keys", () -> held(target) == SESSIONS);
                int slot = RedisCluster.slot("stream:0");
                SlotMove move = target.beginMove(slot, other(target, target.ownerOf(slot)));
                assertThat(move.moveKeys(SESSIONS)).isPositive();
                link.awaitCaughtUp(source);
                move.finish();
                new KeyspaceDigest().requireEqual(source, target);
            }
            target.primaryNodes().forEach(HeldExpiriesIT::requireNothingNoted);
        }
    }

    @Test
    void aRightThatIsMissingIsWaitedForRatherThanKeysKeepMoreTime() {
        String[] account = {"ACL", "SETUSER", "syncline", "on", ">secret", "~*", "&*", "+@all"};
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                FaultProxy proxy = FaultProxy.before(source)) {
            source.command((Object[]) account);
            target.command((Object[]) account);
            Credentials ours = new Credentials("syncline", "secret");
            try (RunningLink link =
                    Sync.of(proxy, target).as(ours, ours).start().awaitStreaming()) {
                link.awaitCaughtUp(source);
                target.command("ACL", "SETUSER", "syncline", "-pexpiretime");
                proxy.refuse(true);
                proxy.breakConnections(new Fault.Reset());
                source.command("SET", "session", "v", "EX", 40);
                proxy.refuse(false);
                link.await(
                        "the refusal",
                        () ->
                                link.events(LinkEvent.Retrying.class).stream()
                                        .anyMatch(retry -> retry.reason().contains("NOPERM")));
                target.command("ACL", "SETUSER", "syncline", "+pexpiretime");
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
            }
        }
    }
}
