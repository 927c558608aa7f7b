package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/// Each warning and error about a target, provoked on real servers.
class TargetChecksIT {
    @AutoClose private final RedisServer source = RedisServer.start();
    @AutoClose private final RedisServer target = RedisServer.start();

    @Test
    void aReplicaIsAnError() {
        try (RedisServer primary = RedisServer.start();
                RedisServer replica = RedisServer.builder().replicaOf(primary).start()) {
            assertThat(Trial.of(source, replica).find("target-role"))
                    .containsExactly(
                            "ERROR the target is a replica of 127.0.0.1:"
                                    + primary.port()
                                    + " and takes no writes | Name its primary");
        }
    }

    @Test
    void aMissingCommandIsAnErrorAndAMissingEvalAWarning() {
        try (RedisServer without =
                        RedisServer.builder()
                                .config("rename-command RESTORE \"\"", "rename-command WATCH w")
                                .start();
                RedisServer withoutScripts =
                        RedisServer.builder().config("rename-command EVAL \"\"").start()) {
            assertThat(Trial.of(source, without).find("target-commands"))
                    .containsExactly(
                            "ERROR the target knows no RESTORE and WATCH | Name the server itself, not"
                                    + " a proxy, and undo its rename-command");
            assertThat(Trial.of(source, withoutScripts).find("target-commands"))
                    .containsExactly(
                            "WARNING the target knows no EVAL: each batch waits for the one before,"
                                    + " which is slower | Undo its rename-command for EVAL, if speed"
                                    + " matters");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // With the right to ask ACL DRYRUN, and without.
        "redis-7, +@all -@dangerous +info +acl, restore",
        "redis-7, +@all -@dangerous +info, restore",
        "redis-6.0, +@all -@dangerous +info, restore",
        "valkey-9, +@all -@dangerous +info, restore",
        "redis-7, +@all -@dangerous +info +restore -multi, multi",
        "redis-6.0, +@all -@dangerous +info +restore -watch, watch",
        "redis-7, +@all -@dangerous +info +restore -pexpiretime, pexpiretime",
        "redis-6.0, +@all -@dangerous +info +restore -pttl, pttl",
        "redis-7, +@all -@dangerous +info +restore -pexpireat, pexpireat",
    })
    void anAccountThatMayNotRunWhatATaskRunsIsAnError(
            String version, String rules, String command) {
        try (RedisServer server = RedisServer.start(find(version))) {
            Trial.account(server, "writer", (rules + " ~*").split(" ", -1));

            Trial trial = new Trial(Trial.uri(source), Trial.uri(server, "writer"));

            assertThat(trial.find("target-rights"))
                    .singleElement()
                    .asString()
                    .startsWith("ERROR the account may not write what a task writes: ")
                    .contains("'" + command + "' command")
                    .endsWith(
                            " | Allow the account +@all -@admin ~*, or at least +@read +@write"
                                    + " +@keyspace +@transaction +@scripting +@connection on all"
                                    + " keys");
            assertThat(server.number("DBSIZE")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-6.0", "redis-7", "valkey-9"})
    void theAccountThatTheRemedyNamesMayWrite(String version) {
        try (RedisServer server = RedisServer.start(find(version))) {
            Trial.account(server, "writer", "+@all", "-@admin", "~*");

            assertThat(
                            new Trial(Trial.uri(source), Trial.uri(server, "writer"))
                                    .find("target-rights"))
                    .containsExactly("OK the account may write all keys");
            assertThat(server.number("DBSIZE")).isZero();
        }
    }

    @Test
    void anAccountWithoutEvalIsAWarning() {
        Trial.account(target, "writer", "+@all", "-eval", "~*");

        assertThat(new Trial(Trial.uri(source), Trial.uri(target, "writer")).find("target-rights"))
                .containsExactly(
                        "WARNING the account may not run EVAL, so each batch waits for the one before,"
                                + " which is slower: This user has no permissions to run the 'eval'"
                                + " command | Allow the account +eval");
    }

    @Test
    void anAccountOfSomeKeysIsAWarningAndWithoutOurKeysAnError() {
        Trial.account(target, "some", "+@all", "~app:*", "~__syncline:*");
        Trial.account(target, "few", "+@all", "~app:*");

        assertThat(new Trial(Trial.uri(source), Trial.uri(target, "some")).find("target-rights"))
                .containsExactly(
                        "WARNING the account may write some keys only: This user has no permissions to"
                                + " access the 'syncline-precheck' key | Allow the account ~*, unless"
                                + " every key of the source fits its patterns");
        assertThat(new Trial(Trial.uri(source), Trial.uri(target, "few")).find("target-rights"))
                .singleElement()
                .asString()
                .startsWith(
                        "ERROR the account may not write what a task writes: This user has no"
                                + " permissions to access the '__syncline:precheck' key");
    }

    @Test
    void evictionIsAWarning() {
        target.command("CONFIG", "SET", "maxmemory", "100mb");
        target.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");

        assertThat(Trial.of(source, target).find("target-eviction"))
                .containsExactly(
                        "WARNING maxmemory-policy is allkeys-lru: above 100 MB the target drops keys,"
                                + " which then differ from the source's | CONFIG SET maxmemory-policy"
                                + " noeviction at the target");
    }

    @Test
    void anEvictionOfATwoWayTaskTakesTheKeyFromBothSides() {
        target.command("CONFIG", "SET", "maxmemory", "100mb");
        target.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");

        assertThat(
                        Trial.sentences(
                                Trial.of(source, target).precheck().bothWays().run(),
                                "target-eviction"))
                .containsExactly(
                        "WARNING maxmemory-policy is allkeys-lru: above 100 MB it drops keys, and each"
                                + " is then deleted at the other side, too | CONFIG SET"
                                + " maxmemory-policy noeviction at the target");
    }

    @Test
    void notificationsAreAWarning() {
        Trial trial = Trial.of(source, target);
        assertThat(trial.find("target-notifications"))
                .containsExactly("OK the target tells nobody of its keys' changes");

        target.command("CONFIG", "SET", "notify-keyspace-events", "Ex");

        assertThat(trial.find("target-notifications"))
                .containsExactly(
                        "WARNING notify-keyspace-events is xE: whoever listens at the target is told"
                                + " of each write of the task, and of a key that expires at both sides"
                                + " | CONFIG SET notify-keyspace-events '' at the target, unless that"
                                + " is wanted");
    }

    @Test
    void tooLittleMemoryIsAWarning() {
        source.command("SET", "big", new byte[4 << 20]);
        target.command("CONFIG", "SET", "maxmemory", "4mb");

        assertThat(Trial.of(source, target).find("target-memory"))
                .singleElement()
                .asString()
                .matches(
                        "WARNING the target uses \\d+ .B of 4 MB \\(maxmemory\\), and the source"
                                + " brings \\d MB \\| Raise maxmemory at the target to a tenth more"
                                + " than both together");
        assertThat(Trial.of(source, target).resuming().find("target-memory"))
                .singleElement()
                .asString()
                .startsWith("OK the target uses ");
    }

    @Test
    void aDatabaseThatTheTargetLacksIsAnError() {
        source.command("SET", "key", "value");
        source.command("MOVE", "key", 3);
        try (RedisServer small = RedisServer.builder().config("databases 2").start()) {
            assertThat(Trial.of(source, small).find("target-databases"))
                    .containsExactly(
                            "ERROR the target lacks database 3 (SELECT is answered with 'ERR DB index"
                                    + " is out of range') | Map what is needed onto databases it has,"
                                    + " for example --databases 3:0, or leave the others out with"
                                    + " --databases 0");
            assertThat(Trial.of(source, small).database(3, 1).find("target-databases"))
                    .containsExactly("OK the target has every database that is needed");
        }
    }

    @Test
    void keysAtTheTargetAreAnErrorOrAWarningAsChosen() {
        target.command("SET", "mine", "1");

        assertThat(Trial.of(source, target).find("target-empty"))
                .containsExactly(
                        "ERROR the target holds 1 key | Empty it, or choose --on-existing overwrite:"
                                + " keys of the same name are then overwritten by the source's");
        assertThat(Trial.of(source, target).overwriting().find("target-empty"))
                .containsExactly(
                        "WARNING the target holds 1 key; those of the same name are overwritten, the"
                                + " others stay | Empty the target first, if it shall equal the"
                                + " source");
        assertThat(Trial.of(source, target).resuming().find("target-empty"))
                .containsExactly("OK the target already knows this task");
        assertThat(Trial.of(source, target).database(0, 1).find("target-empty"))
                .containsExactly("OK the target holds no keys");
    }

    @Test
    void ourOwnKeysAndHeartbeatsDoNotMakeATargetNotEmpty() {
        target.command("SET", "__syncline:{trial}:checkpoint:0", "1");
        target.command("SET", "DTS_REDIS_TIMESTAMP_HEARTBEAT:other", "1");

        assertThat(Trial.of(source, target).find("target-empty"))
                .containsExactly("OK the target holds no keys");
    }

    @Test
    void moreKeysThanAreLookedThroughAreCountedByTheServer() {
        target.command("DEBUG", "POPULATE", TargetKeys.MOST_KEYS_SCANNED + 1);

        assertThat(Trial.of(source, target).overwriting().find("target-empty"))
                .singleElement()
                .asString()
                .startsWith("WARNING the target holds 10001 keys; ");
    }

    @Test
    void anotherTaskAtTheTargetIsAWarning() {
        target.command("HSET", "__syncline:{orders}:task", "starts", "1");
        target.command("HSET", "__syncline:{trial}:task", "starts", "1");

        assertThat(Trial.of(source, target).find("other-tasks"))
                .containsExactly(
                        "WARNING task orders has written to this target, and may again | Make sure"
                                + " that they write other keys; what is given up is forgotten by"
                                + " ./syncline sweep --task NAME, or by its release");
    }

    @Test
    void aProcessOfTheSameTaskThatRunsIsAWarning() {
        try (Jedis other = target.client()) {
            other.clientSetname("syncline:trial");
            Await.until(
                    "the connection is older than a precheck",
                    Duration.ofSeconds(10),
                    () -> other.clientList().matches("(?s).* age=([2-9]|\\d\\d+) .*"));
            // Whoever asked for that list last is taken for a precheck.
            other.ping();

            assertThat(Trial.of(source, target).find("other-tasks"))
                    .containsExactly(
                            "WARNING a process of task trial is running; it will be superseded | Stop"
                                    + " it first, unless this one shall take over");
            assertThat(Trial.of(source, target).task("else").find("other-tasks"))
                    .containsExactly(
                            "WARNING task trial writes to this target too | Make sure that they write"
                                    + " other keys, or stop what is no longer needed");
        }
    }

    private static ServerBinary find(String version) {
        Optional<ServerBinary> binary = Servers.find(version);
        assumeTrue(binary.isPresent(), version + " is not here; run testkit/servers.sh");
        return binary.get();
    }
}
