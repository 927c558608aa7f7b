package io.syncline.engine.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.RedisServer;
import org.junit.jupiter.api.Test;

/// A two-way task that is started with other databases than before.
class PairDatabasesIT {
    @Test
    void databasesThatAreGivenUpAreLeftAloneAndNotTakenOnAgainWithoutACopy() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            try (RunningPair pair = between(source, target, 0, 1).start().awaitStreaming()) {
                set(source, 1, "a", "1");
                pair.awaitQuiet(source, target);
            }
            try (RunningPair pair = between(source, target, 0).start().awaitStreaming()) {
                set(source, 1, "a", "2");
                set(source, 0, "b", "1");
                pair.await("the write", () -> target.number("EXISTS", "b") == 1);
                assertThat(get(target, 1, "a")).isEqualTo("1");
            }
            requireRefusal(between(source, target, 0, 1), "started for databases 0;");
            try (RunningPair pair =
                    between(source, target, 0, 1)
                            .resyncFrom(Site.SOURCE)
                            .start()
                            .awaitStreaming()) {
                pair.awaitQuiet(source, target);
            }
            try (RunningPair pair = between(source, target, 0, 1).start().awaitStreaming()) {
                set(target, 1, "a", "3");
                pair.awaitQuiet(source, target);
                assertThat(get(source, 1, "a")).isEqualTo("3");
            }
        }
    }

    /// Where the task's own keys are: without them it would look like one that never ran.
    @Test
    void theFirstDatabaseCannotBeGivenUpWithoutACopy() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            PairSetup both = PairSetup.of(source.port(), target.port()).database(1, 4);
            try (RunningPair pair = both.database(2, 1).start().awaitStreaming()) {
                set(source, 2, "a", "1");
                pair.await("the write", () -> get(target, 1, "a").equals("1"));
            }
            requireRefusal(
                    PairSetup.of(source.port(), target.port()).database(2, 1),
                    "own keys in database 1 of the source");
            requireRefusal(
                    PairSetup.of(source.port(), target.port()).database(1, 4),
                    "own keys in database 1 of the target");
            try (RunningPair pair =
                    between(source, target, 2).resyncFrom(Site.SOURCE).start().awaitStreaming()) {
                pair.await("the copy", () -> get(target, 2, "a").equals("1"));
            }
            try (RunningPair pair = between(source, target, 2).start().awaitStreaming()) {
                set(target, 2, "a", "2");
                pair.await("the write", () -> get(source, 2, "a").equals("2"));
                assertThat(get(target, 1, "a")).isEqualTo("1");
                assertThat(source.text("INFO", "keyspace")).doesNotContain("db1:");
            }
        }
    }

    private static PairSetup between(RedisServer source, RedisServer target, int... databases) {
        PairSetup setup = PairSetup.of(source.port(), target.port());
        for (int database : databases) {
            setup.database(database, database);
        }
        return setup;
    }

    private static void requireRefusal(PairSetup setup, String words) {
        try (RunningPair pair = setup.start()) {
            Failure failure = pair.awaitFailure();
            assertThat(failure.code()).isEqualTo(ErrorCode.BAD_OPTION);
            assertThat(failure.reason()).contains(words);
        }
    }

    private static void set(RedisServer server, int database, String key, String value) {
        server.command("SELECT", database);
        server.command("SET", key, value);
        server.command("SELECT", 0);
    }

    private static String get(RedisServer server, int database, String key) {
        server.command("SELECT", database);
        String value = String.valueOf(server.text("GET", key));
        server.command("SELECT", 0);
        return value;
    }
}
