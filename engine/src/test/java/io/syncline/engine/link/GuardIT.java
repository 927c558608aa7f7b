package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.Credentials;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Workload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A batch that the target discards is never overtaken by the next one, and of two processes of one
/// task only the later one writes.
class GuardIT {
    private static final Duration LIMIT = RunningLink.LIMIT;

    private RedisServer source;
    private RedisServer target;
    private Workload workload;

    @BeforeEach
    void start() {
        source = RedisServer.builder().config("repl-backlog-size 256mb").start();
        target = RedisServer.start();
        workload = traffic();
    }

    private Workload traffic() {
        return Workload.on(source).connections(2).keys(20).seed(new Random().nextInt()).start();
    }

    @AfterEach
    void stop() {
        workload.close();
        source.close();
        target.close();
    }

    private void requireExact(RunningLink link) {
        workload.awaitMore(1_000, LIMIT);
        workload.stop();
        link.awaitCaughtUp(source);
        assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
        new KeyspaceDigest().requireEqual(source, target);
    }

    static List<ServerBinary> targets() {
        return Servers.those(binary -> binary.version().atLeastRedis(6, 0));
    }

    /// As fast as it goes, in small batches, so that many are on their way when memory ends.
    @ParameterizedTest
    @MethodSource("targets")
    void memoryThatEndsForAnInstantDiscardsNothing(ServerBinary binary) {
        try (RedisServer tight = RedisServer.start(binary);
                RunningLink link =
                        Sync.of(source, tight).batchCommands(16).start().awaitStreaming()) {
            Random random = new Random(3);
            for (int i = 0; i < 12; i++) {
                workload.awaitMore(random.nextInt(3_000), LIMIT);
                tight.command("CONFIG", "SET", "maxmemory", "1");
                tight.command("CONFIG", "SET", "maxmemory", "0");
            }
            workload.stop();
            link.awaitCaughtUp(source);
            assertThat(workload.miscounts(tight)).as("%s", link).isEmpty();
            new KeyspaceDigest().requireEqual(source, tight);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
    }

    /// A server asks for rights when a command is queued, which discards the transaction, and again
    /// when it runs, which passes over that command alone; the latter are listed, and nothing else
    /// is missing.
    @Test
    void aRightThatIsMissingForAnInstantLosesNothingThatIsNotListed() {
        for (int i = 0; i < 12; i++) {
            try (RunningLink link = Sync.of(source, target).batchCommands(16).start()) {
                link.awaitStreaming();
                workload.awaitMore(2_000, LIMIT);
                target.command("ACL", "SETUSER", "default", "-append");
                target.command("ACL", "SETUSER", "default", "+append");
                workload.awaitMore(2_000, LIMIT);
                assertThat(link.shard().snapshots()).isLessThanOrEqualTo(1);
            }
        }
        workload.stop();
        try (RunningLink link = Sync.of(source, target).start().awaitStreaming()) {
            link.awaitCaughtUp(source);
            assertThat(link.shard().snapshots()).isZero();
            String listed = listed();
            assertThat(new KeyspaceDigest().compare(source, target).listed())
                    .allSatisfy(difference ->
                            assertThat(listed).contains("\"key\":\"" + difference.key() + "\""));
        }
    }

    private String listed() {
        List<?> entries =
                (List<?>)
                        Objects.requireNonNull(
                                target.command("LRANGE", "__syncline:{it}:refused", 0, -1));
        return entries.stream()
                .map(each -> new String((byte[]) each, StandardCharsets.UTF_8))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofTwoProcessesTheLaterOneWritesAndTheEarlierOneEnds(boolean retries) {
        Sync sync = Sync.of(source, target).retry(retries ? LIMIT : Duration.ZERO);
        try (RunningLink first = sync.start().awaitStreaming()) {
            workload.awaitMore(2_000, LIMIT);
            try (RunningLink second = sync.start().awaitStreaming()) {
                assertThat(first.awaitFailure().code()).isEqualTo(ErrorCode.SUPERSEDED);
                try (RunningLink third = sync.start().awaitStreaming()) {
                    assertThat(second.awaitFailure().code()).isEqualTo(ErrorCode.SUPERSEDED);
                    requireExact(third);
                    assertThat(third.shard().snapshots()).isZero();
                }
            }
        }
    }

    @Test
    void aTargetWhereScriptsAreForbiddenIsWrittenExactlyOnceToo() {
        target.command("ACL", "SETUSER", "plain", "on", ">secret", "~*", "&*", "+@all", "-eval");
        Sync sync =
                Sync.of(source, target).as(Credentials.NONE, new Credentials("plain", "secret"));
        workload.stop();
        source.command("FLUSHALL");
        workload =
                Workload.on(source).connections(2).keys(20).stepsPerSecond(5_000).seed(11).start();
        try (RunningLink link = sync.start()) {
            link.awaitStreaming();
            for (int i = 0; i < 3; i++) {
                workload.awaitMore(500, LIMIT);
                target.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            }
            assertThat(link.ended()).isFalse();
        }
        try (RunningLink link = sync.start().awaitStreaming()) {
            workload.awaitMore(1_000, LIMIT);
            workload.stop();
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
            assertThat(target.info("cmdstat_eval")).contains("calls=0,");
        }
    }

    @Test
    void aRivalIsFencedWithoutScriptsToo() {
        target.command("ACL", "SETUSER", "plain", "on", ">secret", "~*", "&*", "+@all", "-eval");
        Sync sync =
                Sync.of(source, target).as(Credentials.NONE, new Credentials("plain", "secret"));
        workload.stop();
        source.command("FLUSHALL");
        workload =
                Workload.on(source).connections(2).keys(20).stepsPerSecond(5_000).seed(12).start();
        try (RunningLink first = sync.start().awaitStreaming();
                RunningLink second = sync.start().awaitStreaming()) {
            assertThat(first.awaitFailure().code()).isEqualTo(ErrorCode.SUPERSEDED);
            requireExact(second);
        }
    }
}
