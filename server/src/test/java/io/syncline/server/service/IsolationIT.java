package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every operation of the document, asked by those who may not: another account's admin with the
/// ids of this one, a viewer, nobody. A new operation is tried without a change here, or fails for
/// want of a body.
class IsolationIT {
    /// What is not about a thing of the account, or about the caller alone.
    private static final Set<String> OWN = Set.of("logIn", "createToken");

    /// A request that would be good where the caller may ask it.
    private static final Map<String, Object> BODIES =
            Map.ofEntries(
                    entry("createToken", Map.of("name", "x")),
                    entry("createUser", Map.of("name", "x", "password", "x's long password")),
                    entry("changeUser", Map.of("password", "another long password")),
                    entry(
                            "createAccount",
                            Map.of("name", "x", "adminName", "x", "adminPassword", "x's long one")),
                    entry("createInstance", Map.of("uri", "redis://127.0.0.1:1")),
                    entry("testDraft", Map.of("uri", "redis://127.0.0.1:1")),
                    entry("changeInstance", Map.of("name", "stolen")),
                    entry("changeTask", Map.of("name", "stolen")),
                    entry("cloneTask", Map.of("name", "stolen")),
                    entry("throttleTask", Map.of("maxRps", "1")),
                    entry("throttleDirection", Map.of("maxRps", "1")),
                    entry("resyncTask", Map.of("from", "source", "name", "orders")),
                    entry("startVerification", Map.of("mode", "exists")),
                    entry("changeVerificationPlan", Map.of("schedule", "every 1h")),
                    entry(
                            "createChannel",
                            Map.of("name", "x", "kind", "webhook", "address", "http://a/b")));

    /// Those take none.
    private static final Set<String> EMPTY =
            Set.of(
                    "testInstance",
                    "actOnTask",
                    "confirmWarning",
                    "acknowledgeRefused",
                    "skipRefused",
                    "retryRefused",
                    "actOnDirection",
                    "cancelVerification",
                    "testChannel");

    @TempDir private Path folder;

    private final RedisServer source = RedisServer.start();
    private final RedisServer target = RedisServer.start();
    private RunningService service;
    private Api admin;
    private Api other;
    private Api viewer;
    private Contract contract;

    /// The account's things, by what stands in a path before their id.
    private final Map<String, String> things = new TreeMap<>();

    @BeforeEach
    void start() {
        service = RunningService.start(folder);
        admin = service.admin();
        contract = new Contract(admin.get("/api/openapi.yaml").text());
        admin.post("/api/v1/accounts", account("b", "bea")).json(201);
        other = service.anybody().as("bea", "bea's long password");
        admin.post("/api/v1/users", Map.of("name", "vera", "password", "vera's long password"))
                .json(201);
        viewer = service.anybody().as("vera", "vera's long password");
        source.command("SET", "key", "value");
        things.put("instances", instance(admin, "a", source));
        String second = instance(admin, "b", target);
        things.put("tasks", task(admin, "orders", things.get("instances"), second));
        String task = "/api/v1/tasks/" + things.get("tasks");
        admin.post(task + "/actions/start").json(200);
        await(admin, things.get("tasks"), "running");
        things.put(
                "verifications",
                admin.post(task + "/verifications", Map.of()).json(201).path("id").asString());
        things.put("users", admin.get("/api/v1/me").json(200).path("user").asString());
        things.put(
                "tokens",
                admin.get("/api/v1/tokens").json().path("tokens").get(0).path("id").asString());
        things.put(
                "channels",
                admin.post(
                                "/api/v1/alerts/channels",
                                BODIES.getOrDefault("createChannel", Map.of()))
                        .json(201)
                        .path("id")
                        .asString());
        String third =
                admin.post("/api/v1/accounts", account("c", "cleo"))
                        .json(201)
                        .path("id")
                        .asString();
        Map<String, Object> role =
                Map.of("role", "reader", "grantee", third, "instances", List.of(second));
        things.put("grants", admin.post("/api/v1/grants", role).json(201).path("id").asString());
    }

    private static Map<String, String> account(String name, String admin) {
        return Map.of(
                "name", name, "adminName", admin, "adminPassword", admin + "'s long password");
    }

    @AfterEach
    void stop() {
        service.close();
        source.close();
        target.close();
    }

    private String path(Contract.Operation operation) {
        String path = operation.path();
        for (Map.Entry<String, String> each : things.entrySet()) {
            path =
                    path.replaceAll(
                            "/" + each.getKey() + "/\\{\\w+}",
                            "/" + each.getKey() + "/" + each.getValue());
        }
        path =
                path.replace("{action}", "pause")
                        .replace("{direction}", "forward")
                        .replace("{position}", "0")
                        .replace("{refused}", "1");
        assertThat(path).doesNotContain("{");
        return path;
    }

    private Api.Answer ask(Api caller, Contract.Operation operation) {
        Object body = BODIES.get(operation.id());
        if (body == null && operation.id().equals("createTask")) {
            body = taskBetween(things.getOrDefault("instances", ""), "own");
        }
        if (body == null && operation.id().equals("createGrant")) {
            body =
                    Map.of(
                            "role",
                            "writer",
                            "grantee",
                            admin.get("/api/v1/me").json(200).path("account").asString(),
                            "instances",
                            List.of(things.getOrDefault("instances", "")));
        }
        if (Set.of("GET", "DELETE").contains(operation.method())) {
            return caller.send(operation.method(), path(operation), null, "application/json");
        }
        assertThat(body != null || EMPTY.contains(operation.id()))
                .as("a body for %s", operation.id())
                .isTrue();
        return caller.send(
                operation.method(),
                path(operation),
                Api.JSON.writeValueAsString(body == null ? Map.of() : body),
                "application/json");
    }

    private static Map<String, Object> taskBetween(String source, String target) {
        return Map.of("source", Map.of("instance", source), "target", Map.of("instance", target));
    }

    /// What an account is; times and numbers that move are left out.
    private String everything() {
        StringBuilder all = new StringBuilder();
        for (String path :
                List.of("users", "instances", "grants", "alerts/channels", "tokens", "accounts")) {
            all.append(admin.get("/api/v1/" + path).text().replaceAll("\"used\":\"[^\"]*\"", ""));
        }
        var task = admin.get("/api/v1/tasks/" + things.get("tasks")).json(200);
        for (String field : List.of("name", "state", "settings", "alerts", "source", "target")) {
            all.append(task.path(field));
        }
        return all.append(admin.get("/api/v1/tasks").json(200).path("tasks").size()).toString();
    }

    @Test
    void anotherAccountsAdminReachesNothingByItsIds() {
        instance(other, "own", target);
        String before = everything();
        for (Contract.Operation operation : contract.operations()) {
            if (operation.node().has("security")) {
                continue;
            }
            String what = operation.id() + " " + path(operation);
            boolean names = operation.path().contains("{");
            if (names || Set.of("createTask", "createGrant").contains(operation.id())) {
                Api.Answer answer = ask(other, operation);
                // An instance that is not there is a bad field of the request.
                int expected = operation.id().equals("createTask") ? 400 : 404;
                assertThat(answer.status()).as("%s: %s", what, answer.text()).isEqualTo(expected);
                contract.requireProblem(answer.json());
            } else if (operation.method().equals("GET")) {
                String told = ask(other, operation).text();
                things.values().forEach(id -> assertThat(told).as(what).doesNotContain(id));
            }
        }
        byRoleOrFile();
        assertThat(everything()).isEqualTo(before);
    }

    /// The ways to name an instance of another account.
    private void byRoleOrFile() {
        String owner = admin.get("/api/v1/me").json(200).path("account").asString();
        String shared = things.getOrDefault("instances", "");
        Map<String, Object> byRole =
                Map.of(
                        "source",
                        Map.of("instance", shared, "account", owner, "role", "reader"),
                        "target",
                        Map.of("instance", "own"));
        assertThat(other.post("/api/v1/tasks", byRole).status()).isEqualTo(403);
        String yaml =
                admin.get("/api/v1/tasks/" + things.get("tasks") + "/yaml").text()
                        + "\n# service: source-account: "
                        + owner
                        + "\n# service: source-role: reader\n# service: source-instance: "
                        + shared
                        + "\n";
        assertThat(other.send("POST", "/api/v1/tasks", yaml, "application/yaml").status())
                .isEqualTo(403);
        assertThat(other.get("/api/v1/tasks").json(200).path("tasks").size()).isZero();
    }

    @Test
    void aViewerChangesNothing() {
        String before = everything();
        String token =
                viewer.get("/api/v1/tokens").json(200).path("tokens").get(0).path("id").asString();
        assertThat(things.get("tokens")).isNotEqualTo(token);
        for (Contract.Operation operation : contract.operations()) {
            boolean asks = operation.node().has("security") || OWN.contains(operation.id());
            if (asks || operation.method().equals("GET")) {
                continue;
            }
            Api.Answer answer = ask(viewer, operation);
            // Somebody else's token is nobody's business.
            int expected = operation.id().equals("removeToken") ? 404 : 403;
            assertThat(answer.status())
                    .as("%s: %s", operation.id(), answer.text())
                    .isEqualTo(expected);
            contract.requireProblem(answer.json());
        }
        assertThat(everything()).isEqualTo(before);
        Await.until(
                "the task still runs",
                RunningService.LIMIT,
                () -> admin.get("/api/v1/tasks").text().contains("\"state\":\"running\""));
    }

    @Test
    void nobodyIsToldWhetherAThingIsThere() {
        for (Contract.Operation operation : contract.operations()) {
            if (!operation.node().has("security") && !operation.id().equals("logIn")) {
                Api.Answer answer = ask(service.anybody(), operation);
                assertThat(answer.status()).as(operation.id()).isEqualTo(401);
                contract.requireProblem(answer.json());
            }
        }
    }
}
