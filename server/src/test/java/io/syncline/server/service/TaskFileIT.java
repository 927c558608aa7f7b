package io.syncline.server.service;

import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A task as a file.
class TaskFileIT {
    @TempDir private Path folder;

    @Test
    void aTaskIsTheSameFileForTheCommandLineAndBack() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningService service = RunningService.start(folder)) {
            Api admin = service.admin();
            String id =
                    task(
                            admin,
                            "orders",
                            instance(admin, "a", source),
                            instance(admin, "b", target));
            JsonNode settings =
                    admin.patch(
                                    "/api/v1/tasks/" + id,
                                    Map.of(
                                            "settings",
                                            Map.of(
                                                    "on-refused",
                                                    "skip",
                                                    "instance-class",
                                                    "small",
                                                    "retry-other-minutes",
                                                    "20"),
                                            "alerts",
                                            Map.of("lagSeconds", 30, "stateChanges", true),
                                            "name",
                                            "Aufträge 注文"))
                            .json(200)
                            .path("settings");

            twoOperatorsDoNotUndoEachOther(admin, id, settings);
            JsonNode plan = planned(admin, id);
            String yaml = admin.get("/api/v1/tasks/" + id + "/yaml").text();
            JsonNode again =
                    admin.send("POST", "/api/v1/tasks", yaml, "application/yaml").json(201);

            assertThat(yaml)
                    .contains("source: 'redis://127.0.0.1:" + source.port(), "on-refused: skip")
                    .contains("max-rps: 2000");
            assertThat(again.path("name").asString()).isEqualTo("Aufträge 注文");
            assertThat(again.path("settings")).hasSize(3).isEqualTo(settings);
            assertThat(yaml).contains("# service: alert-lag-seconds: 30");
            assertThat(again.path("alerts"))
                    .isEqualTo(admin.get("/api/v1/tasks/" + id).json().path("alerts"));
            assertThat(
                            admin.get(
                                            "/api/v1/tasks/"
                                                    + again.path("id").asString()
                                                    + "/verification-plan")
                                    .json(200))
                    .isEqualTo(plan);
            refusesAPlanThatCannotBe(admin, yaml);
            tlsIsNeverTakenForPlain(admin, yaml);
            assertThat(again.path("source").path("name").asString()).isEqualTo("a");
            JsonNode copy = admin.post("/api/v1/tasks/" + id + "/clone").json(201);
            assertThat(copy.path("name").asString()).isEqualTo("Aufträge 注文 (copy)");
            assertThat(copy.path("state").asString()).isEqualTo("not-started");
        }
    }

    private static void tlsIsNeverTakenForPlain(Api admin, String yaml) {
        String tls = yaml.replace("source: 'redis://", "source: 'rediss://");
        assertThat(
                        admin.send("POST", "/api/v1/tasks", tls, "application/yaml")
                                .json(201)
                                .path("source")
                                .path("uri")
                                .asString())
                .startsWith("rediss://");
    }

    private static void twoOperatorsDoNotUndoEachOther(Api admin, String id, JsonNode settings) {
        String task = "/api/v1/tasks/" + id;
        String seen = admin.get(task).json(200).path("version").asString();
        admin.patch(task, Map.of("settings", Map.of(), "version", seen)).json(200);
        Map<String, Object> late = Map.of("settings", settings, "version", seen);
        assertThat(admin.patch(task, late).json(409).path("code").asString()).isEqualTo("CHANGED");
        assertThat(admin.patch(task, Map.of("settings", settings)).json(200).path("version"))
                .isEqualTo(JsonNodeFactory.instance.stringNode(seen));
    }

    /// Nothing is left of a task whose plan is refused.
    private static void refusesAPlanThatCannotBe(Api admin, String yaml) {
        long tasks = admin.get("/api/v1/tasks").json(200).path("tasks").size();
        String never = yaml.replace("30 2 * * 1-5", "30 2 * * 9-5");
        assertThat(admin.send("POST", "/api/v1/tasks", never, "application/yaml").status())
                .isEqualTo(400);
        String unknown = yaml.replace("option-mode", "option-colour");
        assertThat(admin.send("POST", "/api/v1/tasks", unknown, "application/yaml").status())
                .isEqualTo(400);
        String mistyped = yaml.replace("# service: alert-lag-seconds", "# service: lag-seconds");
        assertThat(mistyped).isNotEqualTo(yaml);
        JsonNode refused =
                admin.send("POST", "/api/v1/tasks", mistyped, "application/yaml").json(400);
        assertThat(refused.path("place").asString()).isEqualTo("lag-seconds");
        assertThat(refused.path("message").asString()).contains("no such line");
        assertThat(admin.get("/api/v1/tasks").json(200).path("tasks").size()).isEqualTo(tasks);
    }

    private static JsonNode planned(Api admin, String id) {
        return admin.patch(
                        "/api/v1/tasks/" + id + "/verification-plan",
                        Map.of(
                                "schedule",
                                "30 2 * * 1-5",
                                "incrementalPercent",
                                2.5,
                                "options",
                                Map.of("mode", "exists", "match", "user:*")))
                .json(200);
    }
}
