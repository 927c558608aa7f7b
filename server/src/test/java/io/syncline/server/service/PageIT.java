package io.syncline.server.service;

import static io.syncline.server.service.RunningService.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What pages of the console say, and what becomes of their forms, without a browser.
class PageIT {
    @TempDir private Path folder;
    private RedisServer source;
    private RedisServer target;
    private RunningService service;
    private Api admin;
    private Visitor visitor;
    private String from;
    private String to;

    @BeforeEach
    void start() {
        source = RedisServer.start();
        target = RedisServer.start();
        service = RunningService.start(folder);
        admin = service.admin();
        visitor = Visitor.logIn(service.anybody(), "admin", PASSWORD);
        from = RunningService.instance(admin, "Berlin", source);
        to = RunningService.instance(admin, "Oslo", target);
    }

    @AfterEach
    void stop() {
        service.close();
        source.close();
        target.close();
    }

    private String setting(String task, String name) {
        return admin.get("/api/v1/tasks/" + task)
                .json(200)
                .path("settings")
                .path(name)
                .asString("");
    }

    @Test
    void whatSomebodyElseHasChangedMeanwhileIsSaidAndOnlyOverwrittenKnowingly() {
        String task = RunningService.task(admin, "orders", from, to);
        String form = "/tasks/" + task + "/setup/settings";
        String seen = Visitor.hidden(visitor.get(form), "version");
        admin.patch("/api/v1/tasks/" + task, Map.of("settings", Map.of("max-rps", "500")))
                .json(200);

        Api.Answer refused =
                visitor.post(form, "version", seen, "max-rps", "100", "retry-minutes", "720");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text())
                .contains("Somebody else has changed this task meanwhile")
                .contains("It is '500' now")
                .contains("value=\"100\"");
        assertThat(setting(task, "max-rps")).isEqualTo("500");
        String now = Visitor.hidden(refused, "version");
        assertThat(visitor.post(form, "version", now, "max-rps", "100").status()).isEqualTo(303);
        assertThat(setting(task, "max-rps")).isEqualTo("100");
    }

    @Test
    void objectsThatSomebodyElseHasChangedMeanwhileAreNotOverwritten() {
        String task = RunningService.task(admin, "orders", from, to);
        String form = "/tasks/" + task + "/setup/objects";
        String seen = Visitor.hidden(visitor.get(form), "version");
        admin.patch("/api/v1/tasks/" + task, Map.of("settings", Map.of("databases", "0,1")))
                .json(200);

        Api.Answer refused = visitor.post(form, "version", seen, "scope", "all");

        assertThat(refused.text()).contains("It is '0,1' now");
        assertThat(setting(task, "databases")).isEqualTo("0,1");
    }

    @Test
    void aCommandThatIsMistypedIsSaidAtItsField() {
        String wrong = "knows a command 'ste'; the nearest is 'set'";
        assertThat(
                        visitor.post(
                                        "/tasks/new/objects",
                                        "source",
                                        from,
                                        "target",
                                        to,
                                        "commands",
                                        "get,ste")
                                .text())
                .contains(wrong, "value=\"get,ste\"");

        String task = RunningService.task(admin, "orders", from, to);
        admin.post("/api/v1/tasks/" + task + "/actions/start").json(200);
        RunningService.await(admin, task, "running");

        Api.Answer refused = visitor.post("/tasks/" + task + "/setup/objects", "commands", "ste");

        assertThat(refused.text()).contains(wrong);
        assertThat(setting(task, "commands")).isEmpty();
        assertThat(
                        visitor.post("/tasks/" + task + "/setup/objects", "commands", "set,@hash")
                                .status())
                .isEqualTo(303);
        assertThat(setting(task, "commands")).isEqualTo("set,@hash");
    }

    @Test
    void aTwoWayTasksSettingsAreThoseThatItHas() {
        String task =
                admin.post(
                                "/api/v1/tasks",
                                Map.of(
                                        "name",
                                        "both",
                                        "topology",
                                        "two-way",
                                        "source",
                                        Map.of("instance", from),
                                        "target",
                                        Map.of("instance", to),
                                        "settings",
                                        Map.of("forward-max-rps", "700")))
                        .json(201)
                        .path("id")
                        .asString();

        String page = visitor.get("/tasks/" + task + "/settings").text();

        assertThat(page)
                .contains("Throttle Berlin to Oslo", "700 writes/s, no limit of MB/s")
                .contains("For which keys a write waits")
                .doesNotContain("Extend expiration time", "Instance class");
        String form = visitor.get("/tasks/" + task + "/setup/settings").text();
        assertThat(form).doesNotContain("Leave it out, and record it");
    }

    @Test
    void theLastStepIsNotReachedPastWarningsThatNobodyHasConfirmed() {
        String task = RunningService.task(admin, "orders", from, to);
        admin.post("/api/v1/tasks/" + task + "/actions/precheck").json(200);
        RunningService.await(admin, task, "precheck-passed");

        Api.Answer answer = visitor.get("/tasks/" + task + "/setup/start");

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.response().headers().firstValue("Location"))
                .hasValue("/tasks/" + task + "/setup/precheck");
    }

    @Test
    void aTaskThatHasEndedIsNoWriterInTheEyesOfAnother() {
        String first = RunningService.task(admin, "first", from, to);
        admin.post("/api/v1/tasks/" + first + "/actions/start").json(200);
        RunningService.await(admin, first, "running");
        admin.post("/api/v1/tasks/" + first + "/actions/stop").json(200);
        Await.until("nothing is left", RunningService.LIMIT, () -> target.number("DBSIZE") == 0);

        String second = RunningService.task(admin, "second", from, to);
        admin.post("/api/v1/tasks/" + second + "/actions/precheck").json(200);
        RunningService.await(admin, second, "precheck-passed");

        assertThat(visitor.get("/tasks/" + second + "/precheck").text())
                .contains("no other task writes to the target");
    }

    @Test
    void theWizardRegistersNothingWhileSomethingIsToBeMendedThere() {
        String known = admin.get("/api/v1/instances").text();
        String port = ":" + source.port();

        assertThat(wizard("127.0.0.1" + port, "127.0.0.1" + port))
                .contains("This is the source. Choose another instance.");
        assertThat(wizard("127.0.0.1" + port, "")).contains("n instance has 1 to");
        assertThat(wizard("not a host!" + port, "127.0.0.1" + port))
                .contains("'host!' is no host name", "value=\"not a host!" + port);
        target.command("CONFIG", "SET", "requirepass", "sesame");
        assertThat(wizard("127.0.0.1" + port, "127.0.0.1:" + target.port()))
                .contains("Give user:password.")
                .doesNotContain("environment variable");

        assertThat(admin.get("/api/v1/instances").text()).isEqualTo(known);
    }

    private String wizard(String source, String target) {
        Api.Answer answer =
                visitor.post(
                        "/tasks/new",
                        "source",
                        "new",
                        "target",
                        "new",
                        "source.addresses",
                        source,
                        "source.name",
                        "a",
                        "target.name",
                        "b",
                        "target.addresses",
                        target);
        assertThat(answer.status()).isEqualTo(400);
        return answer.text();
    }
}
