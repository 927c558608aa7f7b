package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.verify.VerifyOptions.Limits;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Servers;
import io.syncline.testkit.SlotMove;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a run begins, is limited, is cut short, goes on and ends.
class RunsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private Path folder;

    private static void fill(RedisServer server, int keys) {
        for (int i = 0; i < keys; i++) {
            server.command("SET", "key:" + i, "value");
        }
    }

    @Test
    void aRunThatWasCutShortGoesOnAndTellsEveryDifferenceOnce() throws Exception {
        Path state = folder.resolve("state");
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, 6_000);
            target.command("SET", "extra", "1");
            Verifying verifying = Verifying.between(source, target);
            verifying.state(state).limits(30_000, 2);
            Verification first = verifying.make();
            CompletableFuture<Verification.Outcome> outcome =
                    CompletableFuture.supplyAsync(first::run);
            Await.until("some differences", LIMIT, () -> first.progress().keys() > 1_000);

            first.cancel();

            assertThat(outcome.get()).isEqualTo(Verification.Outcome.CANCELLED);
            assertThat(state).exists();
            int before = verifying.differences().size();
            assertThat(before).isBetween(1, 5_999);
            verifying.limits(Limits.DEFAULT.keysPerSecond(), Limits.DEFAULT.workers());
            assertThat(verifying.run()).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(verifying.told()).doesNotHaveDuplicates().hasSize(6_001);
            assertThat(verifying.progress().differences()).isEqualTo(6_001);
            assertThat(verifying.progress().keys()).isEqualTo(6_000);
            assertThat(state).doesNotExist();
        }
    }

    @Test
    void aStateOfAnotherVerificationIsRefused() throws Exception {
        Path state = folder.resolve("state");
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            Files.writeString(
                    state,
                    "syncline-verify 2\nof other\nlayout none-none\nrepaired 0\nwritten 0\n");
            Verifying verifying = Verifying.between(source, target);
            verifying.state(state);

            assertThat(org.assertj.core.api.Assertions.catchThrowable(verifying::run))
                    .hasMessageContaining("it belongs to another verification");
        }
    }

    @Test
    void aLimitOnKeysIsKept() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, 2_000);
            fill(target, 2_000);
            Verifying verifying = Verifying.between(source, target);
            verifying.limits(1_000, 4);
            long begun = System.nanoTime();

            assertThat(verifying.run()).isEqualTo(Verification.Outcome.EQUAL);

            // 2,000 looks, less the quarter of a second that each worker may be ahead. The second
            // direction is counted, not looked at.
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isGreaterThan(Duration.ofMillis(900));
        }
    }

    @Test
    void aSampleIsTheSameKeysAtBothSidesAndAPatternChoosesAmongThem() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, 2_000);
            Verifying sample = Verifying.between(source, target).scope(10);
            sample.run();
            Verifying other = Verifying.between(target, source).scope(10);
            other.run();
            Verifying pattern = Verifying.between(source, target).scope(100, "key:19?");
            pattern.run();

            assertThat(sample.differences().size()).isBetween(120, 280);
            assertThat(other.differences())
                    .extracting(Difference::keyText)
                    .containsExactlyInAnyOrderElementsOf(
                            sample.differences().stream().map(Difference::keyText).toList());
            assertThat(pattern.differences()).hasSize(10);
        }
    }

    @Test
    void databasesAreMappedInBothDirections() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SELECT", "3");
            source.command("SET", "a", "1");
            source.command("SET", "b", "1");
            target.command("SELECT", "5");
            target.command("SET", "a", "1");
            target.command("SET", "c", "1");
            target.command("SELECT", "4");
            target.command("SET", "not looked at", "1");

            Verifying verifying = Verifying.between(source, target).database(3, 5);
            verifying.run();

            assertThat(verifying.told())
                    .containsExactly("missing-at-source c", "missing-at-target b");
            assertThat(verifying.differences())
                    .allSatisfy(each -> {
                        assertThat(each.database()).isEqualTo(3);
                        assertThat(each.targetDatabase()).isEqualTo(5);
                    });
        }
    }

    @Test
    void aTaskThatExtendsExpiriesIsNotDifferent() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SET", "a", "1", "PXAT", "4102444800000");
            target.command("SET", "a", "1", "PXAT", "4102444860000");

            Verifying plain = Verifying.between(source, target);
            Verifying extended =
                    Verifying.between(source, target)
                            .expiries(Duration.ofSeconds(1), Duration.ofSeconds(60));

            assertThat(plain.run()).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(extended.run()).isEqualTo(Verification.Outcome.EQUAL);
        }
    }

    @Test
    void keysThatExpireMeanwhileAreNoDifference() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            for (int i = 0; i < 2_000; i++) {
                source.command("SET", "key:" + i, "value", "PX", Integer.toString(300 + i / 4));
            }
            Verifying verifying =
                    Verifying.between(source, target).recheck(Duration.ofMillis(600), 3);

            assertThat(verifying.run()).as("%s", verifying).isEqualTo(Verification.Outcome.EQUAL);
        }
    }

    @Test
    void whatCannotStartSaysWhy() {
        RedisServer gone = RedisServer.start();
        gone.close();
        try (RedisServer source = RedisServer.start()) {
            Verifying same = Verifying.between(source, source);
            assertThat(same.run()).isEqualTo(Verification.Outcome.CANNOT_START);
            assertThat(same.failures().getFirst().code()).isEqualTo(ErrorCode.SAME_INSTANCE);
            Verifying away = Verifying.between(source, gone);
            assertThat(away.run()).isEqualTo(Verification.Outcome.CANNOT_START);
            assertThat(away.failures().getFirst().code()).isEqualTo(ErrorCode.UNREACHABLE);
        }
    }

    /// The rights that docs/reference/verify.md asks for.
    @Test
    void anAccountThatMayReadIsEnough() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            for (RedisServer each : List.of(source, target)) {
                each.command(
                        (Object[])
                                ("ACL SETUSER reader on >secret ~* -@all +@read +info +time +select"
                                                + " +cluster|slots +asking +client|setname +multi +exec")
                                        .split(" "));
                each.command("XADD", "stream", "1-1", "f", "1");
                each.command("XGROUP", "CREATE", "stream", "g", "0");
                each.command("SET", "large", "x".repeat(100_000));
            }
            source.command("SET", "key", "1");
            Verifying verifying =
                    Verifying.between(source, target)
                            .recheck(Duration.ofMillis(10), 1)
                            .as(new Credentials("reader", "secret"));

            assertThat(verifying.run())
                    .as("%s", verifying)
                    .isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(verifying.told()).containsExactly("missing-at-target key");
        }
    }

    @Test
    void onlyTheKeysOfASampleAreChecked() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, 20);
            KeySample sample = new KeySample(2, 100);
            for (int i = 0; i < 10; i++) {
                byte[] key = ("key:" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                sample.wrote(0, key, 0, key.length);
            }
            Verifying verifying = Verifying.between(source, target);

            List<KeySample.Written> written = sample.drain();
            assertThat(verifying.make().check(written)).isEqualTo(Verification.Outcome.DIFFERENT);

            assertThat(verifying.told())
                    .containsExactlyElementsOf(
                            List.of(1, 3, 5, 7, 9).stream()
                                    .map(i -> "missing-at-target key:" + i)
                                    .toList());
            assertThat(sample.drain()).isEmpty();
        }
    }

    /// It is another process then, to which the cursor of the first means nothing.
    @Test
    void aSideThatVanishesAndReturnsIsScannedFromItsBeginning() throws Exception {
        int keys = 9_000;
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, keys);
            fill(target, keys);
            for (int i = 0; i < keys; i += 100) {
                target.command("SET", "key:" + i, "other");
            }
            source.command("SAVE");
            Verifying verifying = Verifying.between(source, target);
            verifying.limits(4_000, 2);
            Verification run = verifying.make();
            CompletableFuture<Verification.Outcome> outcome =
                    CompletableFuture.supplyAsync(run::run);
            Await.until("a part of it", LIMIT, () -> run.progress().keys() > 0);

            source.kill();
            Await.until(
                    "that is noticed",
                    LIMIT,
                    () -> verifying.warnings().stream().anyMatch(e -> e.startsWith("retrying")));
            source.restart();

            assertThat(outcome.get()).as("%s", verifying).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(verifying.told()).hasSize(keys / 100).doesNotHaveDuplicates();
            assertThat(run.progress().keys()).isEqualTo(keys);
        }
    }

    /// The first node is scanned slowly, the second one has nothing and is done at once: what moves
    /// to it then is met by neither scan.
    @Test
    void keysThatMoveToANodeThatWasScannedAreLookedAt() throws Exception {
        int moved = 30;
        try (RedisCluster source = RedisCluster.start(Servers.embedded(), 2, 0);
                RedisServer target = RedisServer.start()) {
            RedisServer first = source.primaryNodes().get(0);
            RedisServer second = source.primaryNodes().get(1);
            List<String> tags =
                    IntStream.iterate(0, i -> i + 1)
                            .mapToObj(i -> "{" + i + "}")
                            .filter(tag -> source.nodeFor(tag) == first)
                            .limit(moved + 1)
                            .toList();
            // More than waits for workers at once, so that the scan is held up.
            for (int i = 0; i < 9_000; i++) {
                first.command("SET", tags.get(moved) + i, "value");
                target.command("SET", tags.get(moved) + i, "value");
            }
            tags.subList(0, moved).forEach(tag -> first.command("SET", tag, "missing"));
            Verifying verifying = Verifying.between(source, target);
            verifying.limits(5_000, 2);
            Verification run = verifying.make();
            CompletableFuture<Verification.Outcome> outcome =
                    CompletableFuture.supplyAsync(run::run);
            Await.until("a start", LIMIT, () -> run.progress().bytes() > 0);
            for (String tag : tags.subList(0, moved)) {
                SlotMove move = source.beginMove(RedisCluster.slot(tag), second);
                while (move.moveKeys(10) > 0) {}
                move.hand();
            }

            assertThat(outcome.get()).isEqualTo(Verification.Outcome.DIFFERENT);
            assertThat(verifying.told())
                    .as("%s", verifying.warnings())
                    .containsExactlyInAnyOrderElementsOf(
                            tags.subList(0, moved).stream()
                                    .map(tag -> "missing-at-target " + tag)
                                    .toList());
        }
    }

    /// A server that answers no question of a verification is not equal to one that answers none.
    @Test
    void aSideThatCannotBeReadIsAnErrorAndNeverEqual() {
        String[] without = {"rename-command GETRANGE \"\""};
        try (RedisServer source = RedisServer.builder().config(without).start();
                RedisServer target = RedisServer.builder().config(without).start()) {
            fill(source, 10);
            fill(target, 10);
            Verifying verifying = Verifying.between(source, target);

            assertThat(verifying.run()).isEqualTo(Verification.Outcome.FAILED);
            assertThat(verifying.failures().getFirst().code())
                    .isEqualTo(ErrorCode.TARGET_UNSUITABLE);
        }
    }
}
