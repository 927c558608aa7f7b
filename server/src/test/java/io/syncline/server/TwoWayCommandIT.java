package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./syncline sync --two-way`: both links in the events, a clean stop, and a start that goes on.
class TwoWayCommandIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    void bothDirectionsRunAndAreShown() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("SET", "a", "1");
            for (int run = 0; run < 2; run++) {
                try (Launched sync = start(source, target)) {
                    Await.until(
                            "both links; " + sync,
                            LIMIT,
                            () -> sync.out().contains("\"link\":\"reverse\""));
                    String key = "k" + run;
                    target.command("SET", key, "x");
                    Await.until(
                            "the write; " + sync, LIMIT, () -> source.number("EXISTS", key) == 1);
                    sync.signal("TERM");
                    assertThat(sync.exitCode()).as("%s", sync).isEqualTo(130);
                    assertThat(sync.out()).contains("\"link\":\"forward\"", "\"conflicts\":0");
                    // However short the copy was: only the first run made one.
                    assertThat(sync.out().lines().filter(line -> line.contains("\"ended\"")))
                            .singleElement()
                            .asString()
                            .contains("\"keys\":" + (run == 0 ? 1 : 0) + ",");
                }
            }
            assertThat(target.text("GET", "a")).isEqualTo("1");
        }
    }

    private Launched start(RedisServer source, RedisServer target) {
        return Launched.start(
                "sync",
                "--two-way",
                "--source",
                "redis://127.0.0.1:" + source.port(),
                "--target",
                "redis://127.0.0.1:" + target.port(),
                "--conflict-log",
                folder.resolve("conflicts.json").toString(),
                "--json");
    }
}
