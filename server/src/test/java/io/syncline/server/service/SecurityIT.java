package io.syncline.server.service;

import static io.syncline.server.service.RunningService.PASSWORD;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Attempts to break each rule of security.
class SecurityIT {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String SECRET = "s3cret-of-an-instance";

    @TempDir private Path folder;

    private RunningService service;
    private Api admin;
    private Api anybody;

    @BeforeEach
    void start() {
        service = RunningService.start(folder);
        admin = service.admin();
        anybody = service.anybody();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private String session() {
        Api.Answer answer =
                anybody.send(
                        "POST",
                        "/login",
                        "user=admin&password=" + PASSWORD.replace(' ', '+'),
                        FORM);
        assertThat(answer.status()).isEqualTo(303);
        String cookie = answer.response().headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict").contains("Path=/");
        return cookie.split(";", -1)[0];
    }

    @Test
    void aStoredPasswordIsSentToNobodyElse() {
        String uri = "redis://:" + SECRET + "@127.0.0.1:1";
        String id =
                admin.post("/api/v1/instances", Map.of("name", "a", "uri", uri))
                        .json(201)
                        .path("id")
                        .asString();
        Map<String, Object> moved = Map.of("addresses", List.of("127.0.0.1:2"));

        JsonNode refused = admin.patch("/api/v1/instances/" + id, moved).json(400);

        assertThat(refused.toString()).contains("password", "127.0.0.1:1").doesNotContain(SECRET);
        admin.patch(
                        "/api/v1/instances/" + id,
                        Map.of("addresses", List.of("127.0.0.1:2"), "password", "another"))
                .json(200);
    }

    @Test
    void aSessionDoesNothingWithoutItsOwnToken() {
        String cookie = session();
        Api.Answer page = anybody.send("GET", "/tasks", null, FORM, "Cookie", cookie);
        String csrf = page.text().replaceAll("(?s).*name=\"csrf\" content=\"([^\"]+)\".*", "$1");

        Api.Answer without =
                anybody.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"name\":\"x\"}",
                        "application/json",
                        "Cookie",
                        cookie);
        Api.Answer wrong =
                anybody.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"name\":\"x\"}",
                        "application/json",
                        "Cookie",
                        cookie,
                        "X-CSRF-Token",
                        csrf + "x");
        Api.Answer foreign =
                anybody.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"name\":\"x\"}",
                        "application/json",
                        "Cookie",
                        cookie,
                        "X-CSRF-Token",
                        csrf,
                        "Sec-Fetch-Site",
                        "cross-site");
        Api.Answer right =
                anybody.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"name\":\"x\"}",
                        "application/json",
                        "Cookie",
                        cookie,
                        "X-CSRF-Token",
                        csrf);

        assertThat(List.of(without.status(), wrong.status(), foreign.status())).containsOnly(403);
        assertThat(right.status()).isEqualTo(201);
    }

    @Test
    void anotherSiteCannotLogSomebodyIn() {
        Api.Answer answer =
                anybody.send(
                        "POST",
                        "/login",
                        "user=admin&password=x",
                        FORM,
                        "Sec-Fetch-Site",
                        "cross-site");

        assertThat(answer.status()).isEqualTo(403);
    }

    private HttpResponse<Stream<String>> live(String header, String value) throws Exception {
        URI uri = URI.create(anybody.base() + "/live/health");
        HttpResponse<Stream<String>> live =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(uri)
                                        .header(header, value)
                                        .header("Accept", "text/event-stream")
                                        .build(),
                                HttpResponse.BodyHandlers.ofLines());
        assertThat(live.statusCode()).isEqualTo(200);
        return live;
    }

    private static void requireEnd(HttpResponse<Stream<String>> live) throws Exception {
        List<String> sent =
                CompletableFuture.supplyAsync(() -> live.body().toList())
                        .get(RunningService.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(sent).contains("event: go", "data: /login");
    }

    @Test
    void aLogoutEndsTheSessionAtTheServerAndWhatItsPagesAreSent() throws Exception {
        String cookie = session();
        HttpResponse<Stream<String>> live = live("Cookie", cookie);
        String csrf =
                anybody.send("GET", "/tasks", null, FORM, "Cookie", cookie)
                        .text()
                        .replaceAll("(?s).*name=\"csrf\" content=\"([^\"]+)\".*", "$1");

        anybody.send("POST", "/logout", "csrf=" + csrf, FORM, "Cookie", cookie);

        assertThat(anybody.send("GET", "/api/v1/me", null, FORM, "Cookie", cookie).status())
                .isEqualTo(401);
        requireEnd(live);
    }

    @Test
    void guessingIsStoppedAfterFiveTries() {
        Map<String, String> guess = Map.of("user", "admin", "password", "guess-guess-guess");
        for (int i = 0; i < 5; i++) {
            assertThat(anybody.post("/api/v1/login", guess).status()).isEqualTo(401);
        }
        Api.Answer sixth = anybody.post("/api/v1/login", guess);
        Api.Answer evenRight =
                anybody.post("/api/v1/login", Map.of("user", "admin", "password", PASSWORD));

        assertThat(sixth.status()).isEqualTo(429);
        assertThat(evenRight.status()).isEqualTo(429);
    }

    @Test
    void aWrongNameAndAWrongPasswordAreAnsweredAlike() {
        String name =
                anybody.post("/api/v1/login", Map.of("user", "nobody", "password", "x")).text();
        String password =
                anybody.post("/api/v1/login", Map.of("user", "admin", "password", "x")).text();

        assertThat(name).isEqualTo(password);
    }

    @Test
    void everyPageCarriesStrictHeaders() {
        for (String path : List.of("/login", "/api/openapi.yaml", "/assets/console.css", "/none")) {
            var headers = anybody.get(path).response().headers();
            assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
                    .as(path)
                    .contains("default-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(headers.firstValue("X-Frame-Options")).hasValue("DENY");
            assertThat(headers.firstValue("Server")).isEmpty();
        }
    }

    @Test
    void noSecretIsInAnyAnswerPageOrFile() throws IOException {
        try (RedisServer server = RedisServer.builder().password(SECRET).start()) {
            String id =
                    admin.post(
                                    "/api/v1/instances",
                                    Map.of(
                                            "name",
                                            "a",
                                            "uri",
                                            "redis://:" + SECRET + "@127.0.0.1:" + server.port()))
                            .json(201)
                            .path("id")
                            .asString();
            JsonNode probe = admin.post("/api/v1/instances/" + id + "/test").json(200);
            assertThat(probe.path("reachable").asBoolean()).as("%s", probe).isTrue();
            JsonNode wrong =
                    admin.post(
                                    "/api/v1/instances/test",
                                    Map.of(
                                            "uri",
                                            "redis://:wr0ng-secret@127.0.0.1:" + server.port()))
                            .json(200);
            assertThat(wrong.path("trouble").path("code").asString())
                    .isEqualTo("NOT_AUTHENTICATED");
            assertThat(wrong.toString()).doesNotContain("wr0ng-secret");
            String all =
                    admin.get("/api/v1/instances").text()
                            + admin.get("/api/v1/instances/" + id).text()
                            + admin.get("/api/v1/audit").text()
                            + probe;
            assertThat(all).doesNotContain(SECRET);
        }
        service.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = Files.readString(file, ISO_8859_1);
                assertThat(bytes.contains(SECRET)).as("%s", file).isFalse();
                assertThat(bytes.contains(PASSWORD)).as("%s", file).isFalse();
                assertThat(bytes.contains(String.valueOf(admin.token()))).as("%s", file).isFalse();
            }
        }
        for (String each : List.of("master.key", "syncline.db")) {
            assertThat(Files.getPosixFilePermissions(folder.resolve(each)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void rolesAreHeld() {
        admin.post(
                        "/api/v1/users",
                        Map.of("name", "vera", "password", "vera's password", "role", "viewer"))
                .json(201);
        admin.post(
                        "/api/v1/users",
                        Map.of("name", "otto", "password", "otto's password", "role", "operator"))
                .json(201);
        Api viewer = anybody.as("vera", "vera's password");
        Api operator = anybody.as("otto", "otto's password");

        assertThat(viewer.get("/api/v1/tasks").status()).isEqualTo(200);
        assertThat(viewer.post("/api/v1/instances", Map.of("uri", "redis://a")).status())
                .isEqualTo(403);
        String id =
                operator.post("/api/v1/instances", Map.of("uri", "redis://a"))
                        .json(201)
                        .path("id")
                        .asString();
        assertThat(viewer.post("/api/v1/instances/" + id + "/test").status()).isEqualTo(403);
        String task = RunningService.task(operator, "own", id, id);
        assertThat(viewer.patch("/api/v1/tasks/" + task, Map.of()).status()).isEqualTo(403);
        for (Api api : List.of(viewer, operator)) {
            assertThat(
                            api.post(
                                            "/api/v1/users",
                                            Map.of("name", "x", "password", "x's long password"))
                                    .status())
                    .isEqualTo(403);
            assertThat(api.get("/api/v1/audit").status()).isEqualTo(403);
            assertThat(
                            api.post(
                                            "/api/v1/alerts/channels",
                                            Map.of(
                                                    "name",
                                                    "x",
                                                    "kind",
                                                    "webhook",
                                                    "address",
                                                    "http://a/b"))
                                    .status())
                    .isEqualTo(403);
        }
        String otto = operator.get("/api/v1/me").json(200).path("user").asString();
        assertThat(operator.patch("/api/v1/users/" + otto, Map.of("role", "admin")).status())
                .isEqualTo(403);
    }

    @Test
    void aTokenThatWasRemovedIsWorthNothing() throws Exception {
        Api other = anybody.as("admin", PASSWORD);
        HttpResponse<Stream<String>> live = live("Authorization", "Bearer " + other.token());
        String id =
                other.get("/api/v1/tokens").json(200).path("tokens").get(1).path("id").asString();

        admin.delete("/api/v1/tokens/" + id);

        assertThat(other.get("/api/v1/me").status()).isEqualTo(401);
        requireEnd(live);
        assertThat(new Api(anybody.base(), "sl_made-up").get("/api/v1/me").status()).isEqualTo(401);
    }

    @Test
    void aNewPasswordEndsSessionsAndRevokesTokensUnlessTheyAreKept() {
        String user =
                admin.post(
                                "/api/v1/users",
                                Map.of("name", "carol", "password", "carol's long password"))
                        .json(201)
                        .path("id")
                        .asString();
        Api carol = anybody.as("carol", "carol's long password");
        String path = "/api/v1/users/" + user;

        Map<String, Object> kept = Map.of("password", "another long one", "keepTokens", true);
        assertThat(admin.patch(path, kept).json(200).path("tokensRevoked").asInt()).isZero();
        assertThat(carol.get("/api/v1/me").status()).isEqualTo(200);
        Map<String, String> reset = Map.of("password", "a third long one");
        assertThat(admin.patch(path, reset).json(200).path("tokensRevoked").asInt()).isEqualTo(1);
        assertThat(carol.get("/api/v1/me").status()).isEqualTo(401);

        Api again = anybody.as("carol", "a third long one");
        Map<String, String> own =
                Map.of("password", "a fourth long one", "oldPassword", "a third long one");
        assertThat(again.patch(path, own).json(200).path("tokensRevoked").asInt()).isEqualTo(1);
        assertThat(again.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(admin.get("/api/v1/audit").text()).contains("tokens revoked: 1", "tokens kept");
    }

    @Test
    void theLastAdminCannotBeRemoved() {
        String id = admin.get("/api/v1/me").json(200).path("user").asString();

        assertThat(admin.delete("/api/v1/users/" + id).status()).isEqualTo(409);
        assertThat(admin.patch("/api/v1/users/" + id, Map.of("role", "viewer")).status())
                .isEqualTo(409);
    }

    @Test
    void namesAreNeverMarkup() {
        Api.Answer refused =
                admin.post(
                        "/api/v1/instances",
                        Map.of("name", "<script>alert(1)</script>", "uri", "redis://a"));

        Api.Answer turned =
                admin.post(
                        "/api/v1/instances", Map.of("name", "evil\u202elive", "uri", "redis://a"));

        Api.Answer broken =
                admin.post("/api/v1/instances", Map.of("name", "a", "uri", "redis://h\r\nSET a b"));

        assertThat(broken.status()).isEqualTo(400);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(turned.status()).isEqualTo(400);
    }

    @Test
    void tooLargeRequestsAreRefused() {
        Api.Answer answer =
                admin.send(
                        "POST",
                        "/api/v1/tasks",
                        "{\"name\":\"" + "x".repeat(2 << 20) + "\"}",
                        "application/json");

        assertThat(answer.status()).isEqualTo(413);
    }
}
