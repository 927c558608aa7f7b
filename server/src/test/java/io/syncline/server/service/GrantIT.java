package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Accounts see nothing of each other, save what one grants the other.
class GrantIT {
    private static final String SECRET = "own-s3cret-of-a";

    @TempDir private Path folder;

    @Test
    void anAccountSynchronizesFromAnotherOnesInstanceUntilTheRoleIsRevoked() {
        try (RedisServer source = RedisServer.builder().password(SECRET).start();
                RedisServer target = RedisServer.start();
                RunningService service = RunningService.start(folder)) {
            source.command("SET", "key", "value");
            Api a = service.admin();
            String shared = shared(a, source);
            String account = account(a);
            String owner = a.get("/api/v1/me").json(200).path("account").asString();
            Api b = service.anybody().as("bea", "bea's long password");
            String own = instance(b, "own", target);
            Map<String, Object> task =
                    Map.of(
                            "source",
                            Map.of("instance", shared, "account", owner, "role", "reader"),
                            "target",
                            Map.of("instance", own));

            assertThat(b.get("/api/v1/instances/" + shared).status()).isEqualTo(404);
            assertThat(b.post("/api/v1/tasks", task).status()).isEqualTo(403);
            assertThat(b.post("/api/v1/accounts", Map.of()).status()).isIn(400, 403);
            String grant = give(a, account, shared);
            String id = b.post("/api/v1/tasks", task).json(201).path("id").asString();
            b.post("/api/v1/tasks/" + id + "/actions/start").json(200);
            JsonNode running = await(b, id, "running");
            assertThat(running.path("source").path("account").asString()).isEqualTo(owner);
            assertThat(a.get("/api/v1/tasks/" + id).status()).isEqualTo(404);
            assertThat(b.get("/api/v1/tasks/" + id + "/events").text() + running)
                    .doesNotContain(SECRET);

            anInstanceThatIsGoneIsInNobodysWay(a, b, instance(a, "gone", source), account);

            assertThat(a.delete("/api/v1/grants/" + grant).status()).isEqualTo(204);

            JsonNode stopped = await(b, id, "failed");
            assertThat(stopped.path("reason").asString()).contains("revoked the role 'reader'");
            assertThat(
                            b.post("/api/v1/tasks/" + id + "/verifications", Map.of())
                                    .json(400)
                                    .path("message")
                                    .asString())
                    .contains("no longer lets this account use it");
            b.post("/api/v1/tasks/" + id + "/actions/resume").json(200);
            assertThat(await(b, id, "failed").path("reason").asString())
                    .contains("no longer lets this account use it");
            aRoleThatIsGivenAgainIsGoodAgain(a, b, id, give(a, account, shared));
        }
    }

    /// The id of the role over one instance.
    private static String give(Api a, String account, String instance) {
        Map<String, Object> role =
                Map.of("role", "reader", "grantee", account, "instances", List.of(instance));
        return a.post("/api/v1/grants", role).json(201).path("id").asString();
    }

    private static void aRoleThatIsGivenAgainIsGoodAgain(Api a, Api b, String id, String role) {
        b.post("/api/v1/tasks/" + id + "/actions/resume").json(200);
        JsonNode running = await(b, id, "running");

        String yaml = b.get("/api/v1/tasks/" + id + "/yaml").text();
        JsonNode same = b.send("POST", "/api/v1/tasks", yaml, "application/yaml").json(201);
        assertThat(same.path("source")).isEqualTo(running.path("source"));

        assertThat(a.delete("/api/v1/grants/" + role).status()).isEqualTo(204);
        assertThat(await(b, id, "failed").path("reason").asString()).contains("has revoked");
        assertThat(b.send("POST", "/api/v1/tasks", yaml, "application/yaml").status())
                .isEqualTo(403);
    }

    private static void anInstanceThatIsGoneIsInNobodysWay(
            Api a, Api b, String gone, String account) {
        List<String> instances = List.of(gone);
        a.post("/api/v1/grants", Map.of("role", "x", "grantee", account, "instances", instances))
                .json(201);
        assertThat(a.delete("/api/v1/instances/" + gone).status()).isEqualTo(204);

        assertThat(b.get("/tasks/new").text()).contains("role reader").doesNotContain("role x");
        assertThat(b.get("/grants").text()).contains(gone + " (removed)");
    }

    private static String shared(Api api, RedisServer source) {
        return api.post(
                        "/api/v1/instances",
                        Map.of(
                                "name",
                                "shared",
                                "uri",
                                "redis://:" + SECRET + "@127.0.0.1:" + source.port()))
                .json(201)
                .path("id")
                .asString();
    }

    private static String account(Api api) {
        return api.post(
                        "/api/v1/accounts",
                        Map.of(
                                "name",
                                "b",
                                "adminName",
                                "bea",
                                "adminPassword",
                                "bea's long password"))
                .json(201)
                .path("id")
                .asString();
    }
}
