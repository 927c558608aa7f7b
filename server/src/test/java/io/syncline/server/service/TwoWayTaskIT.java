package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A two-way task over the REST interface: one task, two directions, each with its own numbers.
class TwoWayTaskIT {
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
        for (int i = 0; i < 100; i++) {
            source.command("SET", "key:" + i, "value");
        }
        service = RunningService.start(folder);
        admin = service.admin();
        id = create("both").json(201).path("id").asString();
    }

    @AfterEach
    void stop() {
        service.close();
        source.close();
        target.close();
    }

    private Api.Answer create(String name) {
        String a = name + "-a";
        String b = name + "-b";
        instance(admin, a, source);
        instance(admin, b, target);
        return admin.post(
                "/api/v1/tasks",
                Map.of(
                        "name",
                        name,
                        "topology",
                        "two-way",
                        "source",
                        Map.of("instance", a),
                        "target",
                        Map.of("instance", b)));
    }

    private JsonNode act(String action) {
        return admin.post("/api/v1/tasks/" + id + "/actions/" + action).json(200);
    }

    private JsonNode shown() {
        return admin.get("/api/v1/tasks/" + id).json(200);
    }

    private void run() {
        act("start");
        await(admin, id, "running");
    }

    /// What is written at one side comes to the other.
    private void arrives(RedisServer from, RedisServer to, String key) {
        from.command("SET", key, "1");
        Await.until(key, RunningService.LIMIT, () -> to.number("EXISTS", key) == 1);
    }

    /// In the task's log, each by its own address.
    private void bothDirectionsAreTold() {
        assertThat(admin.get("/api/v1/tasks/" + id + "/events").text())
                .contains(":" + source.port() + "] incremental synchronization")
                .contains(":" + target.port() + "] incremental synchronization");
    }

    @Test
    void bothDirectionsRunAndAreShownAndConflictsAreCounted() {
        JsonNode before = shown();
        assertThat(before.path("topology").asString()).isEqualTo("two-way");
        assertThat(before.path("directions").get(1).path("state").asString())
                .isEqualTo("not-started");
        assertThat(before.path("allowedActions").toString()).doesNotContain("throttle");
        act("precheck");
        await(admin, id, "precheck-passed");
        assertThat(admin.get("/api/v1/tasks/" + id + "/precheck").text())
                .contains("two-way-topology", "two-way-third-instance");
        run();
        Await.until("the copy", RunningService.LIMIT, () -> target.number("EXISTS", "key:99") == 1);
        arrives(source, target, "from-source");
        arrives(target, source, "from-target");

        JsonNode running =
                Await.value(
                        "numbers of both directions",
                        RunningService.LIMIT,
                        this::shown,
                        it -> it.path("directions").get(1).path("commands").asLong(0) > 0);
        for (JsonNode direction : running.path("directions")) {
            assertThat(direction.path("state").asString()).isEqualTo("running");
            assertThat(direction.path("lagMillis").isNumber()).isTrue();
            assertThat(direction.path("shards").get(0).path("appliedOffset").asLong()).isPositive();
        }
        JsonNode reverse = running.path("directions").get(1);
        assertThat(reverse.path("name").asString()).isEqualTo("reverse");
        assertThat(reverse.path("from").asString()).isEqualTo("both-b");
        assertThat(reverse.path("shards").get(0).path("source").asString())
                .endsWith(":" + target.port());
        String full = source.info("sync_full");

        act("pause");
        await(admin, id, "paused");
        source.command("SET", "contested", "earlier");
        target.command("SET", "contested", "later");
        act("resume");
        await(admin, id, "running");
        Await.until(
                "both sides have one value",
                RunningService.LIMIT,
                () -> source.text("GET", "contested").equals(target.text("GET", "contested")));
        Await.until(
                "the conflict is listed",
                RunningService.LIMIT,
                () -> admin.get("/api/v1/tasks/" + id + "/conflicts").text().contains("contested"));
        JsonNode conflicts = admin.get("/api/v1/tasks/" + id + "/conflicts").json(200);
        assertThat(conflicts.path("total").asLong()).isEqualTo(1);
        assertThat(shown().path("conflicts").asLong()).isEqualTo(1);
        assertThat(conflicts.path("conflicts").get(0).path("winner").asString())
                .isIn("source", "target");
        assertThat(admin.get("/api/v1/tasks/" + id + "/conflicts.jsonl").text())
                .contains("\"number\":1", "\"key\":\"contested\"")
                .endsWith("}\n");
        assertThat(source.info("sync_full")).isEqualTo(full);
        metricsNameTheDirection();
        theServiceStartedAgainGoesOn(full);
    }

    private void metricsNameTheDirection() {
        Await.until(
                "metrics of both directions",
                RunningService.LIMIT,
                () ->
                        service.anybody()
                                .get("/metrics")
                                .text()
                                .matches(
                                        "(?s).*syncline_shard_lag_bytes\\{[^}]*direction=\"reverse\".*"));
        assertThat(service.anybody().get("/metrics").text())
                .containsPattern("syncline_task_conflicts_total\\{[^}]*} 1");
        assertThat(admin.get("/api/v1/tasks/" + id + "/series?direction=reverse").status())
                .isEqualTo(200);
        assertThat(admin.get("/api/v1/tasks/" + id + "/series?direction=up").status())
                .isEqualTo(400);
    }

    private void theServiceStartedAgainGoesOn(String full) {
        service.close();
        source.command("SET", "while-away", "1");
        service = RunningService.start(folder);
        admin = service.admin();
        await(admin, id, "running");
        Await.until(
                "what was missed",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "while-away") == 1);
        arrives(target, source, "and-back");
        assertThat(source.info("sync_full")).isEqualTo(full);
        assertThat(shown().path("conflicts").asLong()).isEqualTo(1);
    }

    private JsonNode direct(int status, String direction, String action) {
        return admin.post("/api/v1/tasks/" + id + "/directions/" + direction + "/" + action)
                .json(status);
    }

    @Test
    void aDirectionIsPausedByItselfAndStaysSoAcrossARestart() {
        assertThat(direct(409, "forward", "pause").path("remedy").asString()).contains("throttle");
        run();
        arrives(source, target, "before");
        JsonNode forward = direct(200, "forward", "pause").path("directions").get(0);
        assertThat(forward.path("state").asString()).isEqualTo("paused");
        assertThat(forward.path("reason").asString()).isEqualTo("Paused by admin");
        assertThat(forward.path("allowedActions").toString()).contains("resume");
        assertThat(shown().path("state").asString()).isEqualTo("running");
        assertThat(direct(409, "forward", "pause").path("remedy").asString()).contains("resume");
        assertThat(direct(400, "sideways", "pause").path("remedy").asString()).contains("reverse");
        source.command("SET", "held", "1");
        arrives(target, source, "back");
        service.close();
        service = RunningService.start(folder);
        admin = service.admin();
        await(admin, id, "running");
        arrives(target, source, "back-again");
        assertThat(target.number("EXISTS", "held")).isZero();
        assertThat(shown().path("sentence").asString()).contains("forward is paused by admin");

        direct(200, "forward", "resume");

        Await.until("held", RunningService.LIMIT, () -> target.number("EXISTS", "held") == 1);
        assertThat(shown().path("directions").get(0).path("state").asString()).isEqualTo("running");
        JsonNode throttled =
                admin.post(
                                "/api/v1/tasks/" + id + "/directions/reverse/throttle",
                                Map.of("maxRps", "50", "maxMbps", "1.5"))
                        .json(200);
        assertThat(throttled.path("settings").toString())
                .isEqualTo("{\"reverse-max-mbps\":\"1.5\",\"reverse-max-rps\":\"50\"}");
        String yaml = admin.get("/api/v1/tasks/" + id + "/yaml").text();
        JsonNode again = admin.send("POST", "/api/v1/tasks", yaml, "application/yaml").json(201);
        assertThat(again.path("settings")).isEqualTo(throttled.path("settings"));
        assertThat(
                        admin.post(
                                        "/api/v1/tasks/" + id + "/directions/reverse/throttle",
                                        Map.of("maxRps", "many"))
                                .json(400)
                                .path("place")
                                .asString())
                .isEqualTo("settings.reverse-max-rps");
    }

    /// What the copy wrote is more than the target keeps of its stream, and nobody writes behind
    /// it: both markers must leave the place where it began all the same.
    @Test
    void aCopyLargerThanTheBacklogCanBeGoneOnFromWithoutAnyWriteBehindIt() {
        target.command("CONFIG", "SET", "repl-backlog-size", "16kb");
        for (int i = 0; i < 30; i++) {
            source.command("SET", "large:" + i, "v".repeat(10_000));
        }
        run();
        String marker = "__syncline:{" + id + "}:pair-marker";
        for (RedisServer each : List.of(source, target)) {
            Await.until(
                    "a marker behind the copy's",
                    RunningService.LIMIT,
                    () -> !each.text("GET", marker).startsWith("pair2 0 0 "));
        }

        act("pause");
        await(admin, id, "paused");
        act("resume");

        await(admin, id, "running");
        arrives(target, source, "and-back");
    }

    @Test
    void whatUsersWriteAtEitherSideIsVerifiedSoonAfter() {
        admin.patch(
                        "/api/v1/tasks/" + id + "/verification-plan",
                        Map.of(
                                "incrementalPercent",
                                100,
                                "options",
                                Map.of("recheckAfter", "0.1", "rechecks", 2)))
                .json(200);
        run();
        for (int i = 0; i < 20; i++) {
            source.command("SET", "from-source:" + i, "1");
            target.command("SET", "from-target:" + i, "1");
        }

        JsonNode checked =
                Await.value(
                        "the keys of both sides",
                        RunningService.LIMIT,
                        () ->
                                admin.get("/api/v1/tasks/" + id + "/verifications")
                                        .json(200)
                                        .path("verifications")
                                        .path(0),
                        it -> it.path("keys").asLong(0) >= 40);
        assertThat(checked.path("kind").asString()).isEqualTo("incremental");
        assertThat(checked.path("differences").asLong()).isZero();
    }

    @Test
    void aResetSweepsBothSidesAndAReleaseToo() {
        run();
        bothDirectionsAreTold();
        arrives(target, source, "x");
        assertThat(target.text("GET", "__syncline:pair")).isEqualTo(id);

        act("reset");
        await(admin, id, "not-configured");

        for (RedisServer each : new RedisServer[] {source, target}) {
            Await.until(
                    "no key is left",
                    RunningService.LIMIT,
                    () -> !each.text("KEYS", "__syncline:*").contains("syncline"));
        }
        act("configure");
        admin.patch("/api/v1/tasks/" + id, Map.of("settings", Map.of("on-existing", "overwrite")))
                .json(200);
        run();
        arrives(source, target, "y");
        arrives(target, source, "z");
        assertThat(admin.delete("/api/v1/tasks/" + id).status()).isEqualTo(204);
        Await.until(
                "no key is left",
                RunningService.LIMIT,
                () -> !source.text("KEYS", "__syncline:*").contains("syncline"));
    }

    @Test
    void aGapFailsTheTaskAndAResyncGoesOnFromTheChosenSide() {
        source.command("CONFIG", "SET", "repl-backlog-size", "16kb");
        run();
        arrives(target, source, "x");
        act("pause");
        await(admin, id, "paused");
        target.command("SET", "lost", "1");
        for (int i = 0; i < 20; i++) {
            source.command("SET", "large:" + i, "v".repeat(10_000));
        }
        act("resume");
        JsonNode failed = await(admin, id, "failed");
        assertThat(failed.path("remedy").asString()).contains("./syncline task resync");

        Map<String, String> wrong = Map.of("from", "source", "name", "another");
        assertThat(admin.post("/api/v1/tasks/" + id + "/resync", wrong).status()).isEqualTo(400);
        Map<String, String> right = Map.of("from", "source", "name", "both");
        admin.post("/api/v1/tasks/" + id + "/resync", right).json(200);

        await(admin, id, "running");
        Await.until(
                "the source's data",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "large:19") == 1);
        arrives(target, source, "again");
        assertThat(target.number("EXISTS", "lost")).isZero();
    }

    @Test
    void theDatabaseOfItsOwnKeysIsNotGivenUp() {
        run();
        Map<String, Object> other = Map.of("settings", Map.of("databases", "1,2"));
        Api.Answer refused = admin.patch("/api/v1/tasks/" + id, other);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("settings.databases", "own keys");

        Map<String, Object> fewer = Map.of("settings", Map.of("databases", "0,1"));
        admin.patch("/api/v1/tasks/" + id, fewer).json(200);
        await(admin, id, "running");
        arrives(target, source, "behind");
    }

    @Test
    void whatWouldTreatTheSidesDifferentlyIsRefusedAndTheFileIsTheSame() {
        for (Map<String, String> each :
                List.of(
                        Map.of("max-rps", "100"),
                        Map.of("extend-expiry", "600"),
                        Map.of("instance-class", "small"),
                        Map.of("source-mode", "scan"))) {
            Api.Answer answer = admin.patch("/api/v1/tasks/" + id, Map.of("settings", each));
            assertThat(answer.status()).as("%s", each).isEqualTo(400);
            assertThat(answer.text()).contains("two-way");
        }
        admin.patch("/api/v1/tasks/" + id, Map.of("settings", Map.of("conflict-guard", "never")))
                .json(200);

        String yaml = admin.get("/api/v1/tasks/" + id + "/yaml").text();
        JsonNode again = admin.send("POST", "/api/v1/tasks", yaml, "application/yaml").json(201);

        assertThat(yaml).contains("two-way: true", "conflict-guard: never");
        assertThat(again.path("topology").asString()).isEqualTo("two-way");
        assertThat(again.path("settings").toString()).isEqualTo("{\"conflict-guard\":\"never\"}");
        String log = yaml + "conflict-log: /tmp/x\n";
        assertThat(admin.send("POST", "/api/v1/tasks", log, "application/yaml").text())
                .contains("the service keeps the conflicts itself");
    }
}
