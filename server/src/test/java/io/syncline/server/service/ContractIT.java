package io.syncline.server.service;

import static io.syncline.server.service.RunningService.PASSWORD;
import static io.syncline.server.service.RunningService.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The REST interface does what its document says: every operation is called, and every answer held
/// against its schema.
class ContractIT {
    @TempDir private Path folder;

    private RunningService service;
    private Api admin;
    private Contract contract;

    @BeforeEach
    void start() {
        service = RunningService.start(folder);
        admin = service.admin();
        contract = new Contract(service.anybody().get("/api/openapi.yaml").text());
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private JsonNode call(String id) {
        return contract.call(admin, id, Map.of(), null);
    }

    private JsonNode call(String id, Map<String, String> path, @Nullable Object body) {
        return contract.call(admin, id, path, body);
    }

    @Test
    void everyOperationAnswersAsItsSchemaSays() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            for (int i = 0; i < 50; i++) {
                source.command("SET", "key:" + i, "value");
            }
            access();
            String first = instances("a", source);
            String second = instances("b", target);
            tasks(first, second, target);
            alerts();
            call("live");
            call("ready");
            call("showSystem");
        }
        Set<String> all =
                contract.operations().stream()
                        .map(Contract.Operation::id)
                        .collect(Collectors.toCollection(TreeSet::new));
        // Given back as text or with a body of its own kind.
        all.removeAll(
                Set.of(
                        "taskYaml",
                        "acknowledgeRefused",
                        "skipRefused",
                        "retryRefused",
                        "confirmWarning",
                        "actOnDirection",
                        "downloadConflicts",
                        "downloadDifferences",
                        "downloadDifferencesCsv",
                        "resyncTask"));
        assertThat(contract.called()).isEqualTo(all);
    }

    private void access() {
        JsonNode me = call("me");
        call("logIn", Map.of(), Map.of("user", "admin", "password", PASSWORD));
        JsonNode token = call("createToken", Map.of(), Map.of("name", "ci", "days", 1));
        call("listTokens");
        call("removeToken", Map.of("id", token.path("id").asString()), null);
        JsonNode user =
                call(
                        "createUser",
                        Map.of(),
                        Map.of("name", "bob", "password", "bob's long password"));
        call("listUsers");
        Map<String, String> bob = Map.of("id", user.path("id").asString());
        call("changeUser", bob, Map.of("role", "operator"));
        call("changeUser", bob, Map.of("password", "bob's other password"));
        call("removeUser", bob, null);
        JsonNode account =
                call(
                        "createAccount",
                        Map.of(),
                        Map.of(
                                "name",
                                "other",
                                "adminName",
                                "eve",
                                "adminPassword",
                                "eve's long password"));
        call("listAccounts");
        String instance =
                call("createInstance", Map.of(), Map.of("uri", "redis://127.0.0.1:1"))
                        .path("id")
                        .asString();
        JsonNode grant =
                call(
                        "createGrant",
                        Map.of(),
                        Map.of(
                                "role",
                                "reader",
                                "grantee",
                                account.path("id").asString(),
                                "instances",
                                new String[] {instance}));
        call("listGrants");
        call("revokeGrant", Map.of("id", grant.path("id").asString()), null);
        assertThat(call("testInstance", Map.of("id", instance), null).path("reachable").asBoolean())
                .isFalse();
        call("removeInstance", Map.of("id", instance), null);
        assertThat(call("listAudit").path("audit").size()).isGreaterThan(5);
        assertThat(me.path("role").asString()).isEqualTo("admin");
    }

    private String instances(String name, RedisServer server) {
        call("listAddresses");
        Map<String, Object> body =
                Map.of(
                        "name",
                        name,
                        "addresses",
                        new String[] {"127.0.0.1:" + server.port()},
                        "topology",
                        "standalone");
        assertThat(call("testDraft", Map.of(), body).path("reachable").asBoolean()).isTrue();
        String id = call("createInstance", Map.of(), body).path("id").asString();
        call("testInstance", Map.of("id", id), null);
        call("changeInstance", Map.of("id", id), Map.of("name", name + "2"));
        call("showInstance", Map.of("id", id), null);
        call("listInstances");
        return id;
    }

    private void tasks(String source, String target, RedisServer server) {
        JsonNode task =
                call(
                        "createTask",
                        Map.of(),
                        Map.of(
                                "name",
                                "orders",
                                "source",
                                Map.of("instance", source),
                                "target",
                                Map.of("instance", target),
                                "settings",
                                Map.of(
                                        "retry-minutes",
                                        30,
                                        "instance-class",
                                        "large",
                                        "etl",
                                        "rename key:1 to new:1"),
                                "alerts",
                                Map.of("lagSeconds", 60)));
        String id = task.path("id").asString();
        Map<String, String> path = Map.of("id", id);
        assertThat(task.path("alerts").path("fullSyncHours").asInt()).isEqualTo(24);
        call("changeTask", path, Map.of("name", "orders 2"));
        call("actOnTask", Map.of("id", id, "action", "precheck"), null);
        await(admin, id, "precheck-passed");
        call("showPrecheck", path, null);
        call("actOnTask", Map.of("id", id, "action", "start"), null);
        await(admin, id, "running");
        Await.until(
                "shards",
                RunningService.LIMIT,
                () -> call("showTask", path, null).path("shards").size() == 1);
        call("throttleTask", path, Map.of("maxRps", "100", "maxMbps", 0.5));
        call("listTasks");
        call("listEvents", path, null);
        call("listRefused", path, null);
        call("listConflicts", path, null);
        call("showSeries", path, null);
        twoWay(source, target);
        Await.until("a copy", RunningService.LIMIT, () -> server.number("EXISTS", "new:1") == 1);
        server.command("DEL", "new:1");
        verifications(id);
        String copy = call("cloneTask", path, Map.of()).path("id").asString();
        call("releaseTask", Map.of("id", copy), null);
    }

    private void verifications(String task) {
        Map<String, String> path = Map.of("id", task);
        Map<String, Object> body = Map.of("recheckAfter", "0.1", "rateKeys", 1000);
        String run = call("startVerification", path, body).path("id").asString();
        Map<String, String> both = Map.of("id", task, "verification", run);
        Await.until(
                "its end",
                RunningService.LIMIT,
                () -> call("showVerification", both, null).has("ended"));
        call("listVerifications", path, null);
        assertThat(call("listDifferences", both, null).toString()).contains("\"new:1\"");
        String slow =
                call("startVerification", path, Map.of("rateKeys", 1, "rechecks", 50))
                        .path("id")
                        .asString();
        call("cancelVerification", Map.of("id", task, "verification", slow), null);
        call("changeVerificationPlan", path, Map.of("schedule", "0 3 * * 0"));
        assertThat(call("showVerificationPlan", path, null).path("next").asString())
                .endsWith("T03:00:00Z");
    }

    /// Not started: what runs is held against the document by its own test.
    private void twoWay(String source, String target) {
        JsonNode task =
                call(
                        "createTask",
                        Map.of(),
                        Map.of(
                                "topology",
                                "two-way",
                                "source",
                                Map.of("instance", source),
                                "target",
                                Map.of("instance", target)));
        assertThat(task.path("directions").size()).isEqualTo(2);
        Map<String, String> reverse =
                Map.of("id", task.path("id").asString(), "direction", "reverse");
        call("throttleDirection", reverse, Map.of("maxRps", "500"));
        call("releaseTask", Map.of("id", task.path("id").asString()), null);
    }

    private void alerts() {
        String id =
                call(
                                "createChannel",
                                Map.of(),
                                Map.of(
                                        "name",
                                        "chat",
                                        "kind",
                                        "webhook",
                                        "address",
                                        "http://127.0.0.1:1/hook/secret"))
                        .path("id")
                        .asString();
        assertThat(call("listChannels").toString()).doesNotContain("hook/secret");
        assertThat(call("testChannel", Map.of("id", id), null).path("told").asBoolean()).isFalse();
        call("removeChannel", Map.of("id", id), null);
        call("listAlerts");
    }

    @Test
    void everyOperationButTheOpenOnesNeedsALogin() {
        for (Contract.Operation operation : contract.operations()) {
            if (operation.node().has("security")) {
                continue;
            }
            String path = operation.path().replaceAll("\\{\\w+}", "x");
            Api.Answer answer =
                    service.anybody().send(operation.method(), path, "{}", "application/json");

            assertThat(answer.status()).as("%s %s", operation.method(), path).isEqualTo(401);
            contract.requireProblem(answer.json());
        }
    }

    /// Who calls stands in the store, and a process lives without it.
    @Test
    void healthAsksNobodyWhoCalls() {
        Api stranger = new Api(service.anybody().base(), "sl_made-up");

        assertThat(stranger.get("/health/live").status()).isEqualTo(200);
        assertThat(stranger.get("/health/ready").status()).isEqualTo(200);
        assertThat(stranger.get("/api/v1/me").status()).isEqualTo(401);
    }

    /// The other way round: no route of the program is missing in the document.
    @Test
    void everyRouteIsInTheDocument() throws IOException {
        Set<String> documented =
                contract.operations().stream()
                        .map(o -> o.method() + " " + o.path())
                        .collect(Collectors.toSet());
        Set<String> routes = new TreeSet<>();
        Pattern route = Pattern.compile("\\.(get|post|patch|delete)\\(\\s*\"(/api/v1/[^\"]+)\"");
        try (Stream<Path> files = Files.list(Path.of("src/main/java/io/syncline/server/rest"))) {
            for (Path file : files.toList()) {
                Matcher matcher = route.matcher(Files.readString(file));
                while (matcher.find()) {
                    routes.add(matcher.group(1).toUpperCase(Locale.ROOT) + " " + matcher.group(2));
                }
            }
        }
        assertThat(routes).hasSizeGreaterThan(30);
        assertThat(documented).containsAll(routes);
    }

    @Test
    void errorsSayCodePlaceMessageAndRemedy() {
        Map<String, Api.Answer> answers =
                Map.of(
                        "no JSON", admin.send("POST", "/api/v1/tasks", "{", "application/json"),
                        "twice",
                                admin.send(
                                        "POST",
                                        "/api/v1/tokens",
                                        "{\"name\":\"a\",\"name\":\"b\"}",
                                        "application/json"),
                        "missing", admin.post("/api/v1/tasks", Map.of()),
                        "unknown field", admin.post("/api/v1/instances", Map.of("url", "x")),
                        "no such thing", admin.get("/api/v1/tasks/t-none"),
                        "no such route", admin.get("/api/v1/nothing"),
                        "bad address", admin.post("/api/v1/instances", Map.of("uri", "http://x")),
                        "file",
                                admin.post(
                                        "/api/v1/instances",
                                        Map.of("uri", "rediss://a?ca=/etc/passwd")),
                        "bad number", admin.get("/api/v1/audit?limit=x"));
        answers.forEach((name, answer) -> {
            assertThat(answer.status()).as(name).isBetween(400, 499);
            contract.requireProblem(answer.json());
            assertThat(answer.json().path("remedy").asString()).as(name).isNotEmpty();
        });
    }
}
