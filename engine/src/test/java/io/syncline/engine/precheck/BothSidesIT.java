package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What only shows when source and target are looked at together.
class BothSidesIT {
    @Test
    void theSameServerIsAnError() {
        try (RedisServer server = RedisServer.start()) {
            assertThat(Trial.of(server, server).find("different-instances"))
                    .containsExactly(
                            "ERROR source and target are the same server (run id "
                                    + server.info("run_id")
                                    + ") | Name two different instances");
        }
    }

    @Test
    void aTaskThatWouldReadAnotherServerThanBeforeIsAnError() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            Trial trial = Trial.of(source, target).resuming();
            String place = "127.0.0.1:" + source.port();
            var elsewhere = new Precheck.Former("redis://10.0.0.1:6379", Set.of("a"), Set.of());
            var renamed =
                    new Precheck.Former(
                            "redis://10.0.0.1:6379",
                            Set.of(source.info("master_replid")),
                            Set.of());
            var same = new Precheck.Former("redis://user@" + place, Set.of("a"), Set.of());

            assertThat(find(trial, elsewhere))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "ERROR task trial has copied from redis://10.0.0.1:6379 until now, and"
                                    + " this is another server with another history")
                    .endsWith("start once with --on-existing overwrite");
            assertThat(find(trial, renamed))
                    .containsExactly("OK task trial has copied from this source before");
            assertThat(find(trial, same))
                    .containsExactly("OK task trial has copied from this source before");
            assertThat(find(trial.overwriting(), elsewhere))
                    .singleElement()
                    .asString()
                    .startsWith("WARNING task trial has copied from redis://10.0.0.1:6379");
        }
    }

    private static List<String> find(Trial trial, Precheck.Former former) {
        return Trial.sentences(trial.precheck().former(former).run(), "task-source");
    }

    /// To empty the target, as is said of others that hold keys, would empty the source.
    @Test
    void nobodyIsToldToEmptyTheSource() {
        try (RedisServer server = RedisServer.start()) {
            server.command("SET", "key", "value");

            assertThat(Trial.errors(Trial.of(server, server).run()))
                    .singleElement()
                    .asString()
                    .startsWith("different-instances ");
        }
    }

    @Test
    void primaryAndReplicaAreAnErrorInBothDirectionsAndInOldVersions() {
        for (String version : new String[] {"redis-2.8", "redis-7"}) {
            try (RedisServer primary = RedisServer.start(find(version));
                    RedisServer replica =
                            RedisServer.builder()
                                    .binary(find(version))
                                    .replicaOf(primary)
                                    .start()) {
                Await.until(
                        "the replica follows",
                        Duration.ofSeconds(20),
                        () -> replica.info("master_link_status").equals("up"));
                String error =
                        "ERROR source and target are primary and replica of each other | Name two"
                                + " different instances";

                assertThat(Trial.of(primary, replica).find("different-instances"))
                        .containsExactly(error);
                assertThat(Trial.of(replica, primary).find("different-instances"))
                        .containsExactly(error);
            }
        }
    }

    @Test
    void anEqualOrNewerTargetLosesNothing() {
        try (RedisServer source = RedisServer.start(find("redis-6.0"));
                RedisServer target = RedisServer.start(find("redis-7"))) {
            assertThat(Trial.of(source, target).find("versions"))
                    .containsExactly(
                            "OK Redis 6.0.16 to Redis 7.0.15: the target knows all that the source"
                                    + " has");
        }
    }

    @Test
    void anOlderTargetIsAWarningThatNamesWhatIsLost() {
        try (RedisServer source = RedisServer.start(find("redis-8"));
                RedisServer target = RedisServer.start(find("redis-6.0"))) {
            String remedy =
                    " | Upgrade the target to the source's version, or make sure that the source uses"
                            + " none of what is refused";
            String values =
                    "WARNING Redis 8.0.2 to Redis 6.0.16: refused: hashes with fields that expire;"
                            + " rewritten in an older encoding: values of newer encodings; left out:"
                            + " counters and consumer activity of streams; unknown to the target";
            assertThat(Trial.of(source, target).find("versions"))
                    .singleElement()
                    .asString()
                    .matches(
                            values
                                    + ": FUNCTION, GEOSEARCHSTORE, HEXPIRE, .*, of which the source has run"
                                    + " none since its start \\| .*");

            source.command("HSET", "hash", "field", "a");
            source.command("HPERSIST", "hash", "FIELDS", 1, "field");

            assertThat(Trial.of(source, target).find("versions"))
                    .containsExactly(values + " though the source has run them: HPERSIST" + remedy);
        }
    }

    @Test
    void twoFamiliesThatWentApartLoseSomethingEitherWay() {
        try (RedisServer redis = RedisServer.start(find("redis-8"));
                RedisServer valkey = RedisServer.start(find("valkey-8.1"))) {
            assertThat(Trial.of(redis, valkey).find("versions"))
                    .singleElement()
                    .asString()
                    .startsWith("WARNING Redis 8.0.2 to Valkey 8.1.1: refused: hashes with fields");
            assertThat(Trial.of(valkey, redis).find("versions"))
                    .containsExactly(
                            "OK Valkey 8.1.1 to Redis 8.0.2: the target knows all that the source"
                                    + " has");
        }
    }

    @Test
    void aTargetOf28RefusesStreams() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start(find("redis-2.8"))) {
            assertThat(Trial.of(source, target).find("versions"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "WARNING Redis 7.0.15 to Redis 2.8.19: refused: streams; rewritten in an"
                                    + " older encoding: values of newer encodings; unknown to");
        }
    }

    @Test
    void functionsAreAWarningWhenTheTargetHasNone() {
        try (RedisServer source = RedisServer.start();
                RedisServer old = RedisServer.start(find("redis-6.0"));
                RedisServer target = RedisServer.start()) {
            source.command(
                    "FUNCTION",
                    "LOAD",
                    "#!lua name=lib\nredis.register_function('f', function() return 1 end)");

            assertThat(Trial.of(source, old).find("functions"))
                    .containsExactly(
                            "WARNING the source holds 1 library of functions, and Redis 6.0.16 has no"
                                    + " functions: they are not copied | Upgrade the target to 7.0, or"
                                    + " make sure that nobody calls them there");
            assertThat(Trial.of(source, target).find("functions"))
                    .containsExactly(
                            "OK the source holds 1 library of functions, which the target can hold");
        }
    }

    @Test
    void aModuleInUseIsAnErrorBeforeRedis62AndAWarningAfter() {
        try (RedisServer source = RedisServer.start(find("redis-8"));
                RedisServer old = RedisServer.start(find("redis-6.0"));
                RedisServer target = RedisServer.start()) {
            assertThat(Trial.of(source, old).find("modules"))
                    .containsExactly("OK the target has every module that the source uses");

            source.command("VADD", "vectors", "VALUES", 2, 1, 1, "element");

            assertThat(Trial.of(source, old).find("modules"))
                    .containsExactly(
                            "ERROR the target lacks module vectorset, whose commands the source has"
                                    + " run; Redis 6.0.16 ends itself when it is given a value of a"
                                    + " module it lacks | Load the module at the target, or upgrade"
                                    + " the target to 6.2 or later");
            assertThat(Trial.of(source, target).find("modules"))
                    .containsExactly(
                            "WARNING the target lacks module vectorset, whose commands the source has"
                                    + " run: its values are refused | Load the module at the target,"
                                    + " or choose --on-refused skip");
        }
    }

    @Test
    void clocksOfOneMachineAgree() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            assertThat(Trial.of(source, target).find("clocks"))
                    .containsExactly("OK the clocks of source and target agree to within a second");
        }
    }

    private static ServerBinary find(String version) {
        Optional<ServerBinary> binary = Servers.find(version);
        assumeTrue(binary.isPresent(), version + " is not here; run testkit/servers.sh");
        return binary.get();
    }
}
