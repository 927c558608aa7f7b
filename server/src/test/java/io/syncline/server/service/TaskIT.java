package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A task's life over the REST interface, between real servers.
class TaskIT {
    @TempDir private Path folder;

    private RedisServer source;
    private RedisServer target;
    private RunningService service;
    private Api admin;

    @BeforeEach
    void start() {
        source = RedisServer.start();
        target = RedisServer.start();
        for (int i = 0; i < 100; i++) {
            source.command("SET", "key:" + i, "value");
        }
        service = RunningService.start(folder);
        admin = service.admin();
    }

    @AfterEach
    void stop() {
        service.close();
        source.close();
        target.close();
    }

    private String create() {
        return task(admin, "orders", instance(admin, "a", source), instance(admin, "b", target));
    }

    private JsonNode act(String id, String action) {
        return admin.post("/api/v1/tasks/" + id + "/actions/" + action).json(200);
    }

    @Test
    void runsFromPrecheckToRelease() {
        String id = create();
        act(id, "precheck");
        await(admin, id, "precheck-passed");
        JsonNode checks = admin.get("/api/v1/tasks/" + id + "/precheck").json(200);
        assertThat(checks.path("ok").asInt()).isGreaterThan(5);

        act(id, "start");
        JsonNode running = await(admin, id, "running");

        assertThat(running.path("allowedActions").toString()).contains("pause", "throttle");
        Await.until("all keys", RunningService.LIMIT, () -> target.number("DBSIZE") >= 100);
        source.command("SET", "later", "1");
        Await.until(
                "the stream", RunningService.LIMIT, () -> target.number("EXISTS", "later") == 1);
        Await.until(
                "numbers",
                RunningService.LIMIT,
                () -> admin.get("/api/v1/tasks/" + id).json(200).path("shards").size() == 1);

        act(id, "pause");
        assertThat(await(admin, id, "paused").path("allowedActions").toString()).contains("resume");
        source.command("SET", "while-paused", "1");
        act(id, "resume");
        await(admin, id, "running");
        Await.until(
                "what was missed",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "while-paused") == 1);
        assertThat(source.info("sync_full")).isEqualTo("1");

        act(id, "stop");
        assertThat(await(admin, id, "completed").path("allowedActions").toString())
                .doesNotContain("start");
        assertThat(admin.delete("/api/v1/tasks/" + id).status()).isEqualTo(204);
        assertThat(admin.get("/api/v1/tasks/" + id).status()).isEqualTo(404);
        Await.until(
                "the target is swept",
                RunningService.LIMIT,
                () -> !target.text("KEYS", "__syncline:*").contains(id));
    }

    @Test
    void rulesForKeysAreCheckedKeptFollowedAndChanged() {
        String id = create();
        JsonNode wrong = rules(id, "drop key:1*\r\nrename a*b*").json(400);
        assertThat(wrong.path("place").asString()).isEqualTo("settings.etl");
        assertThat(wrong.path("message").asString())
                .isEqualTo("in line 2 'rename a*b*' gives no new name");
        assertThat(rules(id, "@/etc/passwd").json(400).path("message").asString())
                .isEqualTo("a file cannot be named here");

        rules(id, "drop key:1*\r\nrename key:* to new:*").json(200);
        act(id, "start");
        await(admin, id, "running");
        Await.until("89 keys", RunningService.LIMIT, () -> names().size() == 89);
        assertThat(names()).allMatch(name -> name.startsWith("new:"));
        assertThat(admin.get("/api/v1/tasks/" + id + "/yaml").text())
                .contains("etl:\n  - 'drop key:1*'\n  - 'rename key:* to new:*'\n");

        rules(id, "drop key:*").json(200);
        await(admin, id, "running");
        source.command("SET", "other", "1");
        Await.until("other rules", RunningService.LIMIT, () -> names().equals(Set.of("other")));
    }

    private Api.Answer rules(String id, String rules) {
        return admin.patch("/api/v1/tasks/" + id, Map.of("settings", Map.of("etl", rules)));
    }

    /// Of the target, without the task's own.
    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        try (Wire wire = target.endpoint().connect()) {
            for (Object key : wire.list("KEYS", "*")) {
                String name = new String((byte[]) key, StandardCharsets.UTF_8);
                if (!name.startsWith("__syncline:")) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    @Test
    void aTargetWithKeysFailsThePrecheckUntilItsRemedyIsDone() {
        target.command("SET", "mine", "1");
        String id = create();
        act(id, "start");
        JsonNode failed = await(admin, id, "precheck-failed");

        assertThat(failed.path("remedy").asString()).contains("precheck again");
        assertThat(admin.get("/api/v1/tasks/" + id + "/precheck").text())
                .contains("TARGET_NOT_EMPTY");
        JsonNode refused = admin.post("/api/v1/tasks/" + id + "/actions/start").json(409);
        assertThat(refused.path("code").asString()).isEqualTo("NOT_NOW");
        assertThat(refused.path("remedy").asString()).contains("precheck");

        admin.patch("/api/v1/tasks/" + id, Map.of("settings", Map.of("on-existing", "overwrite")))
                .json(200);
        act(id, "start");
        await(admin, id, "running");
    }

    @Test
    void aSourceThatIsAwayMeansRetryingAndThenRunningAgain() {
        String id = create();
        act(id, "start");
        await(admin, id, "running");

        source.shutdown("SAVE");
        JsonNode away = await(admin, id, "retrying");
        assertThat(away.path("reason").asString()).contains("source is away");
        assertThat(away.path("retry").path("limitSeconds").asInt()).isEqualTo(43_200);
        assertThat(away.path("sentence").asString())
                .contains("Retrying: the source is away for ", " of at most 12 h: ");
        String other = admin.post("/api/v1/tasks/" + id + "/clone").json(201).path("id").asString();
        admin.patch("/api/v1/tasks/" + other, Map.of("settings", Map.of("retry-minutes", "10")))
                .json(200);
        assertThat(
                        admin.get("/api/v1/tasks/" + id)
                                .json(200)
                                .path("retry")
                                .path("limitSeconds")
                                .asInt())
                .isEqualTo(600);
        act(other, "precheck");
        await(admin, other, "precheck-failed");
        String checks = admin.get("/api/v1/tasks/" + other + "/precheck").text();
        assertThat(checks).contains("If the instance has an allow list, put 127.0.0.1 on it");
        String name = admin.get("/api/v1/tasks/" + id).json(200).path("name").asString();
        assertThat(checks)
                .containsPattern("task '" + name + "' (writes|has written) to this target");
        source.restart();

        await(admin, id, "running");
        source.command("SET", "after", "1");
        Await.until(
                "the stream", RunningService.LIMIT, () -> target.number("EXISTS", "after") == 1);
    }

    @Test
    void anInstanceThatMovesIsFollowedWithoutACopy() {
        String id = create();
        act(id, "start");
        await(admin, id, "running");
        String instance =
                admin.get("/api/v1/tasks/" + id)
                        .json(200)
                        .path("target")
                        .path("instance")
                        .asString();
        RedisServer moved = RedisServer.start();
        moved.command("REPLICAOF", "127.0.0.1", Integer.toString(target.port()));
        Await.until("a replica", RunningService.LIMIT, () -> moved.number("EXISTS", "key:99") == 1);
        source.command("SET", "before", "1");
        Await.until(
                "the stream", RunningService.LIMIT, () -> moved.number("EXISTS", "before") == 1);
        moved.command("REPLICAOF", "NO", "ONE");
        target.close();
        target = moved;
        await(admin, id, "retrying");

        admin.patch(
                        "/api/v1/instances/" + instance,
                        Map.of("uri", "redis://127.0.0.1:" + moved.port()))
                .json(200);

        await(admin, id, "running");
        source.command("SET", "after", "1");
        Await.until("the stream", RunningService.LIMIT, () -> moved.number("EXISTS", "after") == 1);
        assertThat(source.info("sync_full")).isEqualTo("1");
    }

    @Test
    void changesOfARunningTaskAreTakenByAShortStopAndCeilingsAtOnce() {
        String id = create();
        act(id, "start");
        await(admin, id, "running");

        admin.post("/api/v1/tasks/" + id + "/throttle", Map.of("maxRps", "500")).json(200);
        assertThat(admin.get("/api/v1/tasks/" + id).json(200).path("settings").toString())
                .contains("\"max-rps\":\"500\"");

        JsonNode modified =
                admin.patch(
                                "/api/v1/tasks/" + id,
                                Map.of("settings", Map.of("commands", "!flushall")))
                        .json(200);
        assertThat(modified.path("state").asString()).isIn("modifying", "initializing", "running");
        await(admin, id, "running");
        source.command("FLUSHALL");
        source.command("SET", "after", "1");
        Await.until(
                "the stream", RunningService.LIMIT, () -> target.number("EXISTS", "after") == 1);
        assertThat(target.number("EXISTS", "key:1")).isEqualTo(1);
        assertThat(source.info("sync_full")).isEqualTo("1");
    }

    @Test
    void aDatabaseThatIsAddedLaterIsCopiedWhereTheTargetIsEmpty() {
        String id = create();
        set(id, "databases", "0").json(200);
        act(id, "start");
        await(admin, id, "running");
        source.command("SELECT", "1");
        source.command("SET", "there", "before");
        target.command("SELECT", "1");
        target.command("SET", "somebody", "else");

        assertThat(set(id, "databases", "0,1").json(400).path("message").asString())
                .contains("1 key");
        assertThat(set(id, "databases", "0:2").status()).isEqualTo(400);
        target.command("DEL", "somebody");
        JsonNode modified = set(id, "databases", "0,1").json(200);

        // It may be done with the change before it answers.
        assertThat(modified.path("state").asString()).isIn("modifying", "initializing", "running");
        Await.until(
                "the new database",
                RunningService.LIMIT,
                () -> target.text("GET", "there").equals("before"));
        await(admin, id, "running");
        source.command("SET", "there", "after");
        Await.until(
                "its stream",
                RunningService.LIMIT,
                () -> target.text("GET", "there").equals("after"));
        assertThat(source.info("sync_full")).isEqualTo("2");
        act(id, "pause");
        act(id, "resume");
        await(admin, id, "running");
        assertThat(source.info("sync_full")).isEqualTo("2");
    }

    private Api.Answer set(String id, String setting, String value) {
        return admin.patch("/api/v1/tasks/" + id, Map.of("settings", Map.of(setting, value)));
    }

    @Test
    void aResetTaskCopiesEverythingAgain() {
        String id = create();
        act(id, "start");
        await(admin, id, "running");

        act(id, "reset");
        await(admin, id, "not-configured");
        Await.until(
                "the target is swept",
                RunningService.LIMIT,
                () -> !target.text("KEYS", "__syncline:*").contains(id));
        act(id, "configure");
        admin.patch("/api/v1/tasks/" + id, Map.of("settings", Map.of("on-existing", "overwrite")))
                .json(200);
        act(id, "start");

        await(admin, id, "running");
        assertThat(source.info("sync_full")).isEqualTo("2");
    }

    @Test
    void aTaskThatWouldSendEverythingBackFailsItsPrecheckAndIsNotStarted() {
        String id = create();
        act(id, "start");
        await(admin, id, "running");
        JsonNode back =
                admin.post(
                                "/api/v1/tasks",
                                Map.of(
                                        "name",
                                        "back",
                                        "source",
                                        Map.of("instance", "b"),
                                        "target",
                                        Map.of("instance", "a"),
                                        "settings",
                                        Map.of("on-existing", "overwrite")))
                        .json(201);

        act(back.path("id").asString(), "start");

        await(admin, back.path("id").asString(), "precheck-failed");
        assertThat(admin.get("/api/v1/tasks/" + back.path("id").asString() + "/precheck").text())
                .contains("\"check\":\"task-loop\"", "task 'orders' would bring back");
    }

    /// The target does not know SETRANGE: refused before its transaction, so it may be sent again.
    @Test
    void oneRefusedCommandIsSkippedAndTheNextOneStopsTheTaskAgain() {
        target.close();
        target = RedisServer.builder().config("rename-command SETRANGE \"\"").start();
        String id = create();
        act(id, "start");
        await(admin, id, "running");
        source.command("SETRANGE", "one", "0", "x");
        await(admin, id, "failed");
        String first = refused(id, 0).path("id").asString();
        admin.post("/api/v1/tasks/" + id + "/refused/" + first + "/retry").json(200);
        // Sent again, refused again: still one entry.
        await(admin, id, "failed");
        source.command("SETRANGE", "two", "0", "x");
        source.command("SET", "after", "1");

        assertThat(refused(id, 1).isMissingNode()).isTrue();

        admin.post("/api/v1/tasks/" + id + "/refused/" + first + "/skip").json(200);

        Await.until(
                "the second one",
                RunningService.LIMIT,
                () -> refused(id, 0).path("key").asString().equals("two"));
        assertThat(refused(id, 1).path("decision").asString()).isEqualTo("skipped");
        await(admin, id, "failed");
        String second = refused(id, 0).path("id").asString();
        admin.post("/api/v1/tasks/" + id + "/refused/" + second + "/skip").json(200);
        await(admin, id, "running");
        Await.until(
                "what stood behind",
                RunningService.LIMIT,
                () -> target.number("EXISTS", "after") == 1);
        assertThat(source.info("sync_full")).isEqualTo("1");
        assertThat(admin.post("/api/v1/tasks/" + id + "/refused/" + second + "/skip").status())
                .isEqualTo(409);
    }

    private JsonNode refused(String id, int at) {
        return admin.get("/api/v1/tasks/" + id + "/refused").json(200).path("refused").path(at);
    }
}
