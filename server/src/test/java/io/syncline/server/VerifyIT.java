package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./syncline verify` against real servers: exit codes, events, files.
class VerifyIT {
    private static final String SECRET = "s3cret-of-the-source";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int KEYS = 300;

    @TempDir private Path folder;

    private RedisServer source;
    private RedisServer target;

    @BeforeEach
    void startServers() {
        source = RedisServer.builder().password(SECRET).start();
        target = RedisServer.start();
        for (int i = 0; i < KEYS; i++) {
            source.command("SET", "key:" + i, "value");
            target.command("SET", "key:" + i, "value");
        }
    }

    @AfterEach
    void stopServers() {
        source.close();
        target.close();
    }

    private Launched verify(String... more) {
        List<String> arguments = new ArrayList<>(List.of("verify"));
        arguments.addAll(List.of("--source", "redis://:" + SECRET + "@127.0.0.1:" + source.port()));
        arguments.addAll(List.of("--target", "redis://127.0.0.1:" + target.port()));
        arguments.addAll(List.of("--recheck-after", "0.05"));
        arguments.addAll(List.of(more));
        Launched launched = Launched.start(arguments.toArray(new String[0]));
        launched.exitCode();
        return launched;
    }

    @Test
    void equalSidesEndWithZeroAndShowNoSecret() {
        try (Launched verify = verify("--json");
                Launched plain = verify()) {
            assertThat(verify.exitCode()).as("%s", verify).isZero();
            assertThat(verify.out().lines()).allMatch(line -> line.startsWith("{\"time\":"));
            assertThat(verify.out().lines().toList().getLast())
                    .contains("\"event\":\"ended\"", "\"outcome\":\"equal\"", "\"exitCode\":0")
                    .contains("\"keys\":300", "\"targetKeys\":300", "\"differences\":0");
            assertThat(plain.out()).contains("Equal: 300 keys of the source and 300 of the target");
            assertThat(verify.out() + plain.out()).doesNotContain(SECRET).doesNotContain("\u001b");
        }
    }

    @Test
    void differencesAreEventsAndLinesOfAFileAndEndWithFive() throws IOException {
        source.command("RPUSH", "list", "a", "b");
        target.command("RPUSH", "list", "a", "b", "c");
        target.command("SET", "extra, \"quoted\"", "1");
        Path json = folder.resolve("differences.jsonl");
        Path csv = folder.resolve("differences.csv");
        try (Launched verify = verify("--json", "--output", json.toString());
                Launched plain = verify("--output", csv.toString());
                Launched exists = verify("--mode", "exists", "--match", "list")) {
            assertThat(verify.exitCode()).as("%s", verify).isEqualTo(5);
            assertThat(verify.out())
                    .contains("\"event\":\"difference\"", "\"kind\":\"value\"")
                    .contains("\"source\":\"list, 2 elements\"", "\"outcome\":\"different\"");
            assertThat(Files.readAllLines(json))
                    .hasSize(2)
                    .anyMatch(line -> line.contains("\"key\":\"list\""))
                    .anyMatch(line -> line.contains("\"kind\":\"missing-at-source\""));
            assertThat(plain.exitCode()).as("%s", plain).isEqualTo(5);
            assertThat(Files.readAllLines(csv))
                    .hasSize(3)
                    .anyMatch(line -> line.startsWith("0,0,\"extra, \"\"quoted\"\"\",,missing"));
            assertThat(exists.exitCode()).as("%s", exists).isZero();
        }
    }

    @Test
    void aRepairMakesTheSidesEqual() {
        source.command("SET", "key:1", "right");
        source.command("DEL", "key:2");
        String mend = "--repair=source-to-target";
        try (Launched first = verify("--json", mend);
                Launched second = verify("--json", mend, "--delete-extra");
                Launched last = verify("--json")) {
            assertThat(first.exitCode()).as("%s", first).isEqualTo(5);
            assertThat(first.out())
                    .contains("\"repair\":\"written\"", "\"repair\":\"skipped\"")
                    .contains("\"repaired\":1");
            assertThat(second.exitCode()).as("%s", second).isZero();
            assertThat(second.out()).contains("\"repair\":\"deleted\"");
            assertThat(last.exitCode()).as("%s", last).isZero();
        }
    }

    @Test
    void whatCannotStartEndsWithThreeAndNonsenseWithTwo() {
        int port = target.port();
        target.close();
        try (Launched away = verify("--json");
                Launched sample = verify("--mode", "full", "--sample", "5");
                Launched output = verify("--output", "differences.txt");
                Launched delete = verify("--delete-extra")) {
            assertThat(away.exitCode()).as("%s", away).isEqualTo(3);
            assertThat(away.out())
                    .contains("\"code\":\"UNREACHABLE\"", "127.0.0.1:" + port)
                    .contains("\"outcome\":\"cannot-start\"", "\"exitCode\":3");
            for (Launched bad : List.of(sample, output, delete)) {
                assertThat(bad.exitCode()).as("%s", bad).isEqualTo(2);
                assertThat(bad.errors()).matches("(?s)\\S+ error \\[--.+\\] .+\n  \\S+ .+");
            }
        }
    }

    @Test
    void aSignalStopsItAndTheSameCommandGoesOn() {
        source.command("SET", "only here", "1");
        Path state = folder.resolve("state");
        Path file = folder.resolve("differences.jsonl");
        String[] words = {
            "verify",
            "--source=redis://:" + SECRET + "@127.0.0.1:" + source.port(),
            "--target=redis://127.0.0.1:" + target.port(),
            "--json",
            "--rate-keys=60",
            "--resume=" + state,
            "--output=" + file
        };
        try (Launched first = Launched.start(words)) {
            Await.until("a start", LIMIT, () -> first.out().contains("\"comparing\""));
            first.signal("INT");
            assertThat(first.exitCode()).as("%s", first).isEqualTo(130);
            assertThat(first.out())
                    .contains("\"outcome\":\"interrupted\"")
                    .doesNotContain("\"percent\":100");
            assertThat(state).exists();
        }
        words[4] = "--rate-keys=0";
        try (Launched second = Launched.start(words)) {
            assertThat(second.exitCode()).as("%s", second).isEqualTo(5);
            assertThat(file).content().hasLineCount(1);
            assertThat(state).doesNotExist();
        }
    }

    /// Nothing of the process is left but the state and as much of the file as was written.
    @Test
    void aRunThatIsKilledGoesOnToTheSameResult() throws IOException {
        int keys = 4_000;
        for (int i = KEYS; i < keys; i++) {
            source.command("SET", "key:" + i, "value");
            target.command("SET", "key:" + i, i % 100 == 0 ? "other" : "value");
        }
        target.command("SET", "extra", "1");
        Path state = folder.resolve("state");
        Path file = folder.resolve("differences.jsonl");
        String[] words = {
            "verify",
            "--source=redis://:" + SECRET + "@127.0.0.1:" + source.port(),
            "--target=redis://127.0.0.1:" + target.port(),
            "--json",
            "--rate-keys=300",
            "--recheck-after=0.05",
            "--resume=" + state,
            "--output=" + file
        };
        try (Launched first = Launched.start(words)) {
            Await.until("a state with keys in it", LIMIT, () -> hasBegun(state));
            first.signal("KILL");
            assertThat(first.exitCode()).isNotIn(0, 5);
        }
        assertThat(state).exists();
        words[4] = "--rate-keys=0";
        try (Launched second = Launched.start(words)) {
            assertThat(second.exitCode()).as("%s", second).isEqualTo(5);
            assertThat(second.out().lines().toList().getLast())
                    .contains("\"keys\":4000,", "\"targetKeys\":4001,", "\"differences\":38,");
            assertThat(Files.readAllLines(file)).hasSize(38).doesNotHaveDuplicates();
            assertThat(state).doesNotExist();
        }
    }

    private static boolean hasBegun(Path state) {
        try {
            return Files.exists(state)
                    && Files.readString(state)
                            .lines()
                            .anyMatch(line -> line.matches("walk source:.* \\d+ [1-9]\\d*"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// About 100 MB at each side and as much as a reply of all of it, with a heap of 40 MB.
    @Test
    void aHashOfAMillionFieldsIsComparedInLittleMemory() {
        String fill =
                "for i = 1, 500 do local a = {} for j = 1, 2000 do a[#a + 1] = 'field:' .. i .. ':'"
                        + " .. j a[#a + 1] = 'value of field ' .. j end"
                        + " redis.call('HSET', KEYS[1], unpack(a)) end";
        for (RedisServer each : List.of(source, target)) {
            each.command("EVAL", fill, 1, "hash");
        }
        target.command("HSET", "hash", "field:77:77", "other");
        try (Launched different =
                Launched.start(
                        Map.of("SYNCLINE_JAVA_OPTS", "-Xmx40m"),
                        "verify",
                        "--source=redis://:" + SECRET + "@127.0.0.1:" + source.port(),
                        "--target=redis://127.0.0.1:" + target.port(),
                        "--rechecks=0",
                        "--match=hash")) {
            assertThat(different.exitCode()).as("%s", different).isEqualTo(5);
            assertThat(different.out())
                    .contains(
                            "field \"field:77:77\" is \"value of field 77\" and \"other\"",
                            "1000000 fields");
        }
    }
}
