package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Verifications of a task that runs: asked for, by schedule, and the continuous one.
class VerificationIT {
    private static final int KEYS = 300;

    @TempDir private Path folder;

    private RedisServer source;
    private RedisServer target;
    private RunningService service;
    private Api admin;
    private String id = "";

    @BeforeEach
    void start() {
        source = RedisServer.start();
        target = RedisServer.start();
        for (int i = 0; i < KEYS; i++) {
            source.command("SET", "key:" + i, "value");
        }
        service = RunningService.start(folder);
        admin = service.admin();
        id = task(admin, "orders", instance(admin, "a", source), instance(admin, "b", target));
        admin.post("/api/v1/tasks/" + id + "/actions/start").json(200);
        await(admin, id, "running");
        Await.until("the copy", RunningService.LIMIT, () -> target.number("DBSIZE") >= KEYS);
    }

    @AfterEach
    void stop() {
        service.close();
        source.close();
        target.close();
    }

    private String runs() {
        return "/api/v1/tasks/" + id + "/verifications";
    }

    private String begin(Map<String, Object> options) {
        return admin.post(runs(), options).json(201).path("id").asString();
    }

    private JsonNode shown(String run) {
        return admin.get(runs() + "/" + run).json(200);
    }

    private JsonNode verified(Map<String, Object> options) {
        String run = begin(options);
        return Await.value(
                "a verdict", RunningService.LIMIT, () -> shown(run), it -> it.has("ended"));
    }

    private static Map<String, Object> quick(Object... more) {
        Map<String, Object> options = new HashMap<>(Map.of("recheckAfter", "0.1", "rechecks", 2));
        for (int i = 0; i < more.length; i += 2) {
            options.put((String) more[i], more[i + 1]);
        }
        return options;
    }

    @Test
    void findsWhatDiffersTellsItAndMendsItOnlyWhenTheNameIsGiven() {
        JsonNode equal = verified(quick());
        assertThat(equal.path("state").asString()).isEqualTo("equal");
        assertThat(equal.path("keys").asLong()).isGreaterThanOrEqualTo(KEYS);

        target.command("DEL", "key:1");
        target.command("SET", "key:2", "an,\"other\"");
        target.command("SET", "mine", "1");
        JsonNode different = verified(quick("match", "*", "rateKeys", 5_000));

        assertThat(different.path("state").asString()).isEqualTo("different");
        assertThat(different.path("differences").asLong()).isEqualTo(3);
        assertThat(different.path("byKind").toString())
                .contains("missing-at-target", "missing-at-source", "value");
        String path = runs() + "/" + different.path("id").asString();
        assertThat(admin.get(path + "/differences").json(200).path("differences").size())
                .isEqualTo(3);
        assertThat(admin.get(path + "/differences.jsonl").text().lines()).hasSize(3);
        assertThat(admin.get(path + "/differences.csv").text())
                .startsWith("database,targetDatabase,key,")
                .contains("\r\n0,0,key:1,,missing-at-target,");
        Await.until(
                "the alert",
                RunningService.LIMIT,
                () -> admin.get("/api/v1/alerts").text().contains("\"rule\":\"verification\""));
        assertThat(admin.get("/tasks/" + id + "/verification").text())
                .contains(
                        "3 keys differ of", "<code>key:1</code>", "/differences.csv", "Verify now");
        assertThat(service.anybody().get("/metrics").text())
                .containsPattern("syncline_verification_differences\\{[^}]*kind=\"run\"[^}]*} 3");

        Map<String, Object> repair = quick("repair", "source-to-target", "deleteExtra", true);
        assertThat(admin.post(runs(), quick("deleteExtra", "x")).status()).isEqualTo(400);
        assertThat(admin.post(runs(), repair).json(400).path("place").asString()).isEqualTo("name");
        repair.put("name", "orders");
        repair.put("recheckAfter", "1.5");
        JsonNode mended = verified(repair);

        assertThat(mended.path("state").asString()).as("%s", mended).isEqualTo("equal");
        assertThat(mended.path("repaired").asLong()).isEqualTo(3);
        assertThat(target.text("GET", "key:2")).isEqualTo("value");
        assertThat(target.number("EXISTS", "mine")).isZero();
        assertThat(admin.get("/api/v1/alerts").text()).contains("\"over\"");
    }

    @Test
    void aPausedTaskIsNotRepairedSinceItsWritesWouldCountTwice() {
        admin.post("/api/v1/tasks/" + id + "/actions/pause").json(200);
        await(admin, id, "paused");

        JsonNode refused =
                admin.post(runs(), quick("repair", "source-to-target", "name", "orders")).json(409);

        assertThat(refused.path("message").asString()).contains("writes on their way");
    }

    @Test
    void whatRunsWhenTheServiceEndsGoesOnInTheNextOne() {
        target.command("DEL", "key:7");
        // A batch of keys a second: seconds of work.
        String run = begin(quick("rateKeys", 60));
        assertThat(admin.post(runs(), quick()).json(409).path("message").asString())
                .contains("already");
        Await.until(
                "part of it", RunningService.LIMIT, () -> shown(run).path("keys").asLong(0) > 0);

        service.close();
        service = RunningService.start(folder);
        admin = service.admin();

        JsonNode done =
                Await.value(
                        "a verdict", RunningService.LIMIT, () -> shown(run), it -> it.has("ended"));
        assertThat(done.path("state").asString()).as("%s", done).isEqualTo("different");
        assertThat(done.path("differences").asLong()).isEqualTo(1);
        // Each key once: it did not begin anew.
        assertThat(done.path("keys").asLong()).isBetween((long) KEYS - 1, (long) KEYS + 5);
        assertThat(admin.get(runs() + "/" + run + "/differences.jsonl").text().lines()).hasSize(1);

        String cancelled = begin(quick("rateKeys", 10));
        admin.post(runs() + "/" + cancelled + "/cancel").json(200);
        Await.until(
                "its end",
                RunningService.LIMIT,
                () -> shown(cancelled).path("state").asString().equals("cancelled"));
    }

    @Test
    void aScheduleIsKeptOverARestartAndWhatWasMissedIsMadeUpForOnce() throws Exception {
        JsonNode plan =
                admin.patch(
                                "/api/v1/tasks/" + id + "/verification-plan",
                                Map.of("schedule", "every 6h", "options", Map.of("mode", "exists")))
                        .json(200);
        assertThat(plan.path("next").asString()).isNotEmpty();
        assertThat(
                        admin.patch(
                                        "/api/v1/tasks/" + id + "/verification-plan",
                                        Map.of("schedule", "sometimes"))
                                .json(400)
                                .path("remedy")
                                .asString())
                .contains("every 6h");
        service.close();
        // As if it had been set long ago.
        try (var store =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve("syncline.db"));
                var statement = store.createStatement()) {
            statement.execute(
                    "UPDATE verification_plan SET plan ="
                            + " json_set(plan, '$.sinceMillis', 1700000000000)");
        }

        service = RunningService.start(folder);
        admin = service.admin();

        JsonNode run =
                Await.value(
                                "the run that was missed",
                                RunningService.LIMIT,
                                () -> admin.get(runs()).json(200).path("verifications"),
                                all -> all.size() == 1 && all.get(0).has("ended"))
                        .get(0);
        assertThat(run.path("kind").asString()).isEqualTo("scheduled");
        assertThat(run.path("options").path("mode").asString()).isEqualTo("exists");
        assertThat(run.path("state").asString()).isEqualTo("equal");
        assertThat(admin.get("/api/v1/tasks/" + id + "/verification-plan").json(200))
                .isNotEqualTo(plan);
    }

    @Test
    void theContinuousOneFindsWhatTheTaskHasJustWrittenAndSaysWhenItIsEqualAgain() {
        admin.patch(
                        "/api/v1/tasks/" + id + "/verification-plan",
                        Map.of(
                                "incrementalPercent",
                                100,
                                "options",
                                Map.of("recheckAfter", "0.1", "rechecks", 2)))
                .json(200);
        for (int i = 0; i < 20; i++) {
            source.command("SET", "written:" + i, "value");
        }
        Await.until(
                "the stream",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "written:19") == 1);
        target.command("DEL", "written:3");

        JsonNode found = continuous("it is found", it -> it.path("differences").asLong() == 1);
        assertThat(found.path("kind").asString()).isEqualTo("incremental");
        assertThat(
                        admin.get(runs() + "/" + found.path("id").asString() + "/differences")
                                .json(200)
                                .path("differences")
                                .get(0)
                                .path("key")
                                .asString())
                .isEqualTo("written:3");
        Await.until(
                "its alert",
                RunningService.LIMIT,
                () -> admin.get("/api/v1/alerts").text().contains("verification-incremental"));

        target.command("SET", "written:3", "value");

        JsonNode equal = continuous("all is equal", it -> it.path("differences").asLong() == 0);
        assertThat(equal.path("keys").asLong()).isGreaterThanOrEqualTo(20);
        assertThat(service.anybody().get("/metrics").text())
                .containsPattern("syncline_verification_keys\\{[^}]*kind=\"incremental\"[^}]*}");
        admin.patch("/api/v1/tasks/" + id + "/verification-plan", Map.of("incrementalPercent", 0))
                .json(200);
        assertThat(all().getFirst().path("state").asString()).isEqualTo("equal");
    }

    private List<JsonNode> all() {
        return admin.get(runs()).json(200).path("verifications").valueStream().toList();
    }

    private JsonNode continuous(String what, java.util.function.Predicate<JsonNode> condition) {
        return Await.value(what, RunningService.LIMIT, () -> all().getFirst(), condition);
    }
}
