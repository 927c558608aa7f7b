package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The launcher and everything it answers without a server.
class CommandLineIT {
    /// Stands for every secret; must never come back.
    private static final String SECRET = "hunter2";

    @TempDir private Path folder;

    @Test
    void printsVersionHelpAndCompletion() {
        try (Launched version = Launched.run("--version");
                Launched help = Launched.run("sync", "--help");
                Launched completion = Launched.run("completion", "zsh")) {
            assertThat(version.exitCode()).isZero();
            assertThat(version.out()).matches("syncline \\d+\\.\\d+\\.\\S+\n");
            assertThat(help.exitCode()).isZero();
            assertThat(help.out())
                    .contains("--source", "--on-existing", "SYNCLINE_TARGET_PASSWORD");
            assertThat(completion.exitCode()).isZero();
            assertThat(completion.out())
                    .contains("complete -F", "bashcompinit", "\"report\" \"overwrite\"");
        }
    }

    @Test
    void startsInWellUnderASecond() {
        Launched.run("--version").close();
        long begun = System.nanoTime();
        Launched.run("--version").close();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
    }

    static Stream<String> badArguments() {
        return Stream.of(
                "sync --target redis://b",
                "sync --source redis://:hunter2%zz@a --target redis://b",
                "sync --source redis://me:hunter2 --target redis://b",
                "sync --source http://hunter2@a --target redis://b",
                "sync --source redis://a --target redis://b --retry-minutes soon",
                "sync --source redis://a --target redis://b --source-password hunter2",
                "sync --source redis://a --target redis://b hunter2",
                "sync --source redis://a --source redis://:hunter2@b",
                "sync --source redis://a --target redis://b --task a --task hunter2",
                "sync --source redis://a --target",
                "sync --source redis://a --target redis://b --json=hunter2",
                "sync --source redis://a --target redis://b --snapshot-only" + " --until-caught-up",
                "sync --source redis://a --target redis://b --source-password-file /none",
                "sync --source rediss://a?ca=/none --target redis://b",
                "sync --config /none",
                "precheck --source redis://a",
                "demo --seconds never",
                "demo --hunter2",
                "hunter2");
    }

    @ParameterizedTest
    @MethodSource("badArguments")
    void badArgumentsGiveOneErrorWithARemedyAndExitCodeTwo(String line) {
        try (Launched launched = Launched.run(line.split(" ", -1))) {
            assertThat(launched.exitCode()).as("%s", launched).isEqualTo(2);
            assertThat(launched.errors()).matches("(?s)\\S+ error \\[.+\\] .+\n  \\S+ .+");
            assertThat(launched.errors()).doesNotContain("Exception").doesNotContain("\tat ");
            if (!line.endsWith("--hunter2")) {
                assertThat(launched.errors()).doesNotContain(SECRET);
            }
            assertThat(launched.out()).isEmpty();
        }
    }

    @Test
    void withJsonTheErrorIsAlsoAnEventAndTheLastEventIsTheEnd() {
        try (Launched launched =
                Launched.run("sync", "--json", "--source", "redis://:hunter2%zz@a")) {
            assertThat(launched.exitCode()).isEqualTo(2);
            assertThat(launched.out().lines())
                    .satisfiesExactly(
                            error ->
                                    assertThat(error)
                                            .contains("\"event\":\"error\"")
                                            .contains("\"code\":\"BAD_OPTION\"")
                                            .contains("\"place\":\"--source\""),
                            ended ->
                                    assertThat(ended)
                                            .contains("\"event\":\"ended\"")
                                            .contains("\"exitCode\":2"));
            assertThat(launched.out()).doesNotContain(SECRET);
        }
    }

    @Test
    void aBadFileIsNamedWithLineColumnAndKey() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("sync.yaml"),
                        "source: redis://:hunter2@a\ntarget: redis://b\nretries: 5\n");
        try (Launched launched = Launched.run("sync", "--config", file.toString())) {
            assertThat(launched.exitCode()).isEqualTo(2);
            assertThat(launched.errors())
                    .contains("sync.yaml line 3 column 1]")
                    .contains("'retries' is not a setting")
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void printsTheConfigurationInEffectWithoutSecrets() {
        try (Launched launched =
                Launched.start(
                        Map.of("SYNCLINE_TARGET_PASSWORD", SECRET),
                        "sync",
                        "--source=redis://:hunter2@a",
                        "--target=redis://b",
                        "--commands=!flushall,@hash",
                        "--print-config")) {
            assertThat(launched.exitCode()).isZero();
            assertThat(launched.out())
                    .contains("source: 'redis://a:6379'", "commands: '@hash,!flushall'")
                    .doesNotContain(SECRET);
        }
    }
}
