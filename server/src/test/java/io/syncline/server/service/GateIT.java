package io.syncline.server.service;

import static io.syncline.server.service.RunningService.PASSWORD;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands between the network and the service: many callers at once, proxies, and what is no
/// request at all.
class GateIT {
    private static final String FORM = "application/x-www-form-urlencoded";

    @TempDir private Path folder;

    private RunningService service;
    private Api anybody;

    @BeforeEach
    void start() {
        service = RunningService.start(folder);
        anybody = service.anybody();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void guessesMadeSideBySideAreCountedLikeThoseMadeOneByOne() {
        Map<String, String> guess = Map.of("user", "admin", "password", "guess-guess-guess");

        List<Integer> answers =
                IntStream.range(0, 20)
                        .mapToObj(i ->
                                CompletableFuture.supplyAsync(
                                        () ->
                                                anybody.send(
                                                                "POST",
                                                                "/api/v1/login",
                                                                Api.JSON.writeValueAsString(guess),
                                                                "application/json",
                                                                "X-Forwarded-For",
                                                                "10.0.0." + i)
                                                        .status(),
                                        task -> Thread.ofVirtual().start(task)))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();

        assertThat(answers.stream().filter(status -> status == 401)).hasSize(5);
        assertThat(answers.stream().filter(status -> status == 429)).hasSize(15);
    }

    @Test
    void whatAProxyHandsOnIsFromElsewhereAndItsCookiesStayWithinTls() {
        assertThat(anybody.get("/metrics").status()).isEqualTo(200);
        assertThat(
                        anybody.send("GET", "/metrics", null, FORM, "X-Forwarded-For", "127.0.0.1")
                                .status())
                .isEqualTo(401);
        String cookie =
                anybody.send(
                                "POST",
                                "/login",
                                "user=admin&password=" + PASSWORD.replace(' ', '+'),
                                FORM,
                                "X-Forwarded-Proto",
                                "https")
                        .response()
                        .headers()
                        .firstValue("Set-Cookie")
                        .orElse("");

        assertThat(cookie).contains("Secure");
    }

    @Test
    void whatIsNoRequestIsAnsweredInTheFormOfAllErrors() {
        String answer = raw("GET /api/v1/tasks/%zz HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("\"code\":\"BAD_REQUEST\"", "X-Frame-Options: DENY");
        assertThat(anybody.get("/live/tasks").status()).isEqualTo(401);
        // A page of a site whose name leads to this machine.
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void theLoginLeadsToThePageThatWasAskedForAndToNoOtherSite() {
        String rules = "drop+%2A%0D%0A".repeat(700);
        String asked = "/tasks/new/settings?source=i-1&etl=" + rules;
        String login = location(anybody.get(asked));

        assertThat(login).startsWith("/login?next=%2Ftasks%2Fnew%2Fsettings%3Fsource");
        assertThat(anybody.get(login).text()).contains("name=\"next\" value=\"/tasks/new/settings");
        assertThat(logIn("%2Ftasks%2Ft-1%3Fa%3Db")).isEqualTo("/tasks/t-1?a=b");
        for (String elsewhere :
                List.of("https%3A%2F%2Fa.example", "%2F%2Fa", "%2F%5Ca", "%2Fa%0D%0Ab%3Ac", "")) {
            assertThat(logIn(elsewhere)).as(elsewhere).isEqualTo("/tasks");
        }
    }

    @Test
    void aLoginEndsTheSessionThatTheBrowserHadAndALogoutIsOnRecord() {
        String body = "user=admin&password=" + PASSWORD.replace(' ', '+');
        String first = cookie(anybody.send("POST", "/login", body, FORM));
        String csrf = csrf(first);
        String second =
                cookie(
                        anybody.send(
                                "POST", "/login", body + "&csrf=" + csrf, FORM, "Cookie", first));

        assertThat(anybody.send("GET", "/api/v1/me", null, FORM, "Cookie", first).status())
                .isEqualTo(401);
        anybody.send("POST", "/logout", "csrf=" + csrf(second), FORM, "Cookie", second);
        assertThat(service.admin().get("/api/v1/audit").text()).contains("\"action\":\"logout\"");
    }

    private static String cookie(Api.Answer answer) {
        return answer.response()
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow()
                .replaceFirst("(?s);.*", "");
    }

    private String csrf(String cookie) {
        return anybody.send("GET", "/tasks", null, FORM, "Cookie", cookie)
                .text()
                .replaceAll("(?s).*name=\"csrf\" content=\"([^\"]+)\".*", "$1");
    }

    @Test
    void whatHttpWantsInAnAnswerIsThere() {
        Api admin = service.admin();
        var wrong = admin.send("PUT", "/api/v1/me", "{}", "application/json");
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.response().headers().firstValue("Allow").orElse("")).contains("GET");
        assertThat(anybody.get("/api/v1/me").response().headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer");
        assertThat(
                        raw(
                                "POST /api/v1/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                        + "Content-Length: 12\r\n\r\n{\"user\":\"\u00ff\"}"))
                .startsWith("HTTP/1.1 400 ")
                .contains("it is not UTF-8");
    }

    private String logIn(String next) {
        String password = PASSWORD.replace(' ', '+');
        String body = "user=admin&password=" + password + "&next=" + next;
        return location(anybody.send("POST", "/login", body, FORM));
    }

    private static String location(Api.Answer answer) {
        return answer.response().headers().firstValue("Location").orElse("");
    }

    /// What a client of ours would refuse to send.
    private String raw(String request) {
        URI at = URI.create(anybody.base());
        try (Socket socket = new Socket(at.getHost(), at.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
