package io.syncline.server.browser;

import static io.syncline.server.service.RunningService.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.server.service.RunningService;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console in a real Chromium. What it looked like is kept under `target/screenshots`.
class ConsoleIT {
    private static Browser browser;

    @TempDir private Path folder;
    private RedisServer source;
    private RedisServer target;
    private RunningService service;
    private Tab tab;

    @BeforeAll
    static void open() {
        browser = Browser.start();
    }

    @AfterAll
    static void shut() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() {
        source = RedisServer.start();
        target = RedisServer.start();
        service = RunningService.start(folder);
        tab = browser.open(service.admin().base()).look("light");
        logIn();
    }

    @AfterEach
    void stop() {
        // First of all: a page that is open, or opening, complains when its service goes.
        List<String> complaints = List.copyOf(tab.complaints());
        tab.close();
        service.close();
        source.close();
        target.close();
        assertThat(complaints).isEmpty();
    }

    private void logIn() {
        tab.open("/login").type("#user", "admin").type("#password", PASSWORD);
        tab.shoot("login").key("Enter").awaitPath("/tasks");
    }

    private void enter(String side, RedisServer server) {
        tab.type("[name='" + side + ".name']", side.equals("source") ? "Berlin" : "Oslo")
                .type("[name='" + side + ".addresses']", "127.0.0.1:" + server.port());
    }

    @Test
    void theWizardLeadsFromNothingToATaskThatRuns() {
        for (int i = 0; i < 500; i++) {
            source.command("SET", "key:" + i, "value");
        }
        source.command("SELECT", "0");
        tab.shoot("tasks-empty").press("Create a task").awaitPath("/tasks/new");
        tab.type("[name=name]", "orders to Oslo");
        enter("source", source);
        enter("target", target);
        tab.click("#probe-source").press("Test connectivity");
        tab.awaitText("#probe-source", "It answers").shoot("wizard-1");
        assertThat(tab.text("#probe-source")).contains("500 keys", "127.0.0.1");

        tab.press("Next: objects").awaitPath("/tasks/new/objects");
        assertThat(tab.text("main")).contains("Ignore errors and proceed");
        tab.click("[name=scope][value=some]").shoot("wizard-2");
        tab.press("Next: settings").awaitPath("/tasks/new/settings");
        tab.type("[name=etl]", "drop session:*\nrename a*b*").press("Create and precheck");
        tab.awaitText(".wrong", "In line 2 'rename a*b*' gives no new name");
        assertThat(tab.ask("document.activeElement.name")).isEqualTo("etl");
        tab.type("[name=etl]", "drop session:*").shoot("wizard-3").press("Create and precheck");

        tab.awaitPath("/tasks/t-[a-z0-9]+/setup/precheck");
        confirmAll();
        tab.shoot("wizard-4").press("Next: start").awaitPath(".*/setup/start");
        assertThat(tab.text("main"))
                .contains("500 keys", "from Berlin to Oslo", "./syncline task import task.yaml");
        tab.shoot("wizard-5").press("Start the task").awaitPath("/tasks/t-[a-z0-9]+");

        tab.awaitText("#head", "Running");
        Await.until("all keys", Tab.LIMIT, () -> target.number("DBSIZE") >= 500);
        source.command("SET", "session:1", "1");
        source.command("SET", "later", "1");
        Await.until("the stream", Tab.LIMIT, () -> target.number("EXISTS", "later") == 1);
        assertThat(target.number("EXISTS", "session:1")).isZero();
        tab.awaitText("#health", "All is well").shoot("task");
    }

    @Test
    void theWizardLeadsToATwoWayTaskOnAPhonesWidthAndByTheKeyboardAlone() {
        String from = RunningService.instance(service.admin(), "Berlin", source);
        String to = RunningService.instance(service.admin(), "Oslo", target);
        source.command("SET", "here", "1");
        tab.size(360, 740).open("/tasks/new");
        pick("[name=source]", from);
        pick("[name=target]", to);
        tab.tabTo("[name=topology]").key("ArrowDown");
        goOn("/tasks/new/objects");
        assertThat(tab.text("main")).doesNotContain("Full only");
        goOn("/tasks/new/settings");
        assertThat(tab.text("main")).contains("Conflicts").doesNotContain("Most writes");
        goOn("/tasks/t-[a-z0-9]+/setup/precheck");
        confirmAll();
        goOn(".*/setup/start");
        assertThat(tab.text(".plan")).contains("the later one stays at both");
        goOn("/tasks/t-[a-z0-9]+");
        tab.awaitText("#head", "Running").size(1280, 800);

        Await.until("the copy", Tab.LIMIT, () -> target.number("EXISTS", "here") == 1);
        target.command("SET", "there", "1");
        Await.until("the way back", Tab.LIMIT, () -> source.number("EXISTS", "there") == 1);
        tab.awaitText("#topology", "Oslo to Berlin").shoot("task-two-way");
        tab.open("/tasks").press("Both directions").awaitText(".unfold", "Berlin").shoot("tasks");
    }

    /// Chooses from a list as the arrow keys do.
    private void pick(String selector, String value) {
        tab.tabTo(selector);
        for (int i = 0; i < 8; i++) {
            if (tab.ask("document.activeElement.value").equals(value)) {
                return;
            }
            tab.key("ArrowDown");
        }
        throw new AssertionError(value + " is not in " + selector);
    }

    private void goOn(String path) {
        tab.assertNothingIsWiderThanTheScreen();
        tab.tabTo("main .primary").key("Enter").awaitPath(path);
    }

    /// Waits for the precheck's end, and confirms its warnings one by one.
    private void confirmAll() {
        Await.until("the checks", Tab.LIMIT, () -> tab.has("#setup .checks li"));
        Await.until("all checks", Tab.LIMIT, () -> !tab.text("#setup").contains("Checking"));
        while (tab.has("#setup .checks form")) {
            int before = warnings();
            tab.tabTo("#setup .checks form button").key("Enter");
            Await.until("one warning less", Tab.LIMIT, () -> warnings() == before - 1);
        }
    }

    private int warnings() {
        return Integer.parseInt(tab.ask("document.querySelectorAll('#setup .checks form').length"));
    }

    @Test
    void aFormSaysAtItsFieldWhatIsWrongAndKeepsWhatWasEntered() {
        tab.open("/instances/new")
                .type("[name=name]", "Lisbon")
                .type("[name=addresses]", "10.0.0.7:notaport")
                .press("Save and test")
                .awaitText(".wrong", "port");

        assertThat(tab.ask("document.querySelector('[name=name]').value")).isEqualTo("Lisbon");
        assertThat(tab.ask("document.querySelector('[name=addresses]').value"))
                .isEqualTo("10.0.0.7:notaport");
        assertThat(tab.ask("document.activeElement.name")).isEqualTo("addresses");
        tab.shoot("form-error");

        tab.type("[name=addresses]", "127.0.0.1:" + source.port())
                .press("Save and test")
                .awaitPath("/instances/i-[a-z0-9]+");
        assertThat(tab.text(".head")).contains("Lisbon", "It answers");
        tab.shoot("instance");
    }

    @Test
    void theWizardSaysWhereAnInstanceIsWrongOrGoneAndKeepsWhatWasEntered() {
        String wrong = "127.0.0.1:" + source.port();
        tab.open(
                        "/tasks/new?name=kept&source=new&target=new&source.topology=cluster"
                                + "&target.addresses=127.0.0.1:1&source.addresses="
                                + wrong)
                .press("Next: objects")
                .awaitText(".wrong", "is no cluster");
        assertThat(tab.ask("document.querySelector('[name=source]').value")).isEqualTo("new");
        assertThat(tab.ask("document.querySelector('[name=\"source.addresses\"]').value"))
                .isEqualTo(wrong);
        assertThat(service.admin().get("/api/v1/instances").text()).doesNotContain(wrong);

        tab.open("/tasks/new/objects?name=kept&source=i-aaaaaaaaaaaa")
                .awaitText(".wrong", "no longer there");
        assertThat(tab.ask("document.querySelector('[name=name]').value")).isEqualTo("kept");
    }

    @Test
    void everyPageFitsAPhoneAndCanBeReadInBothLights() {
        String from = RunningService.instance(service.admin(), "Berlin", source);
        String to = RunningService.instance(service.admin(), "Oslo", target);
        String task = RunningService.task(service.admin(), "orders", from, to);
        service.admin().post("/api/v1/tasks/" + task + "/actions/start").json(200);
        RunningService.await(service.admin(), task, "running");
        String here = "/tasks/" + task;
        List<String> all =
                List.of(
                        "/tasks",
                        "/tasks/new",
                        "/tasks/new/objects?source=" + from,
                        "/tasks/new/settings?source=" + from,
                        here,
                        here + "/positions",
                        here + "/events",
                        here + "/conflicts",
                        here + "/refused",
                        here + "/precheck",
                        here + "/verification",
                        here + "/settings",
                        "/instances",
                        "/instances/new",
                        "/instances/" + from,
                        "/alerts",
                        "/users",
                        "/grants",
                        "/audit",
                        "/system",
                        "/me");
        for (String page : all) {
            String name =
                    page.substring(1)
                            .replace(task, "task")
                            .replace(from, "one")
                            .replaceAll("[?].*", "")
                            .replace('/', '-');
            tab.size(360, 740).look("light").open(page);
            tab.assertNothingIsWiderThanTheScreen();
            assertThat(tab.poorContrasts()).as(page).isEmpty();
            tab.shoot("phone-" + name).size(1280, 800).look("dark");
            tab.assertNothingIsWiderThanTheScreen();
            assertThat(tab.poorContrasts()).as(page).isEmpty();
            assertThat(tab.text("#health")).isNotEmpty();
            tab.shoot("dark-" + name).size(768, 1024).assertNothingIsWiderThanTheScreen();
        }
    }

    @Test
    void whatCannotBeUndoneAsksForTheNameAndALostServiceIsSaid() {
        String from = RunningService.instance(service.admin(), "Berlin", source);
        String to = RunningService.instance(service.admin(), "Oslo", target);
        String task = RunningService.task(service.admin(), "orders", from, to);
        tab.open("/tasks/" + task + "/verification").type("#p-percent", "1");
        tab.type("#p-schedule", "now and then").key("Enter").awaitText("main", "now and then");
        assertThat(tab.ask("document.querySelector('#p-schedule').value"))
                .isEqualTo("now and then");
        assertThat(tab.ask("document.querySelector('#p-percent').value")).isEqualTo("1");

        tab.open("/instances/" + from).awaitText(".head", "It answers");
        tab.open("/tasks/" + task).press("Reset").awaitText(".drop[open]", "positions are lost");
        Await.until("the focus is in it", Tab.LIMIT, () -> tab.has("#n-reset:focus"));
        tab.key("Escape");
        Await.until("it is shut", Tab.LIMIT, () -> !tab.has(".drop[open]"));
        assertThat(tab.ask("document.activeElement.innerText")).isEqualTo("Reset");

        tab.open("/tasks/" + task).press("Release").awaitText(".drop[open]", "events, charts");
        tab.type("#n-release", "odrers").key("Enter").awaitText("h1", "not possible");
        assertThat(tab.text("main")).contains("Type 'orders' and try again");

        tab.open("/tasks/" + task);
        Await.until("the stream is open", Tab.LIMIT, () -> !tab.has("body.stale"));
        service.close();

        tab.awaitText("#lost", "connection to the service is lost");
        assertThat(tab.has("body.stale")).isTrue();
        tab.shoot("lost");
        tab.complaints().removeIf(each -> each.contains("net::ERR"));
    }

    @Test
    void anEmptyConsoleStartsSampleServersAndARowMovesUnderTheFocusAndThePress() {
        tab.press("Try it with two sample servers").awaitPath("/tasks/t-[a-z0-9]+");
        tab.awaitText("#head", "Running").shoot("sample");
        String task = tab.path().replaceAll(".*/", "");
        tab.open("/tasks").key("j").awaitText(".list", "Running");

        act(task, "pause");

        tab.awaitText(".list", "Paused");
        assertThat(tab.ask("document.activeElement.id")).isEqualTo("row-" + task);
        tab.half("mousePressed", "a.name");
        act(task, "resume");
        tab.awaitText(".list", "Running").half("mouseReleased", "a.name");
        tab.awaitPath("/tasks/" + task);
        tab.open("/tasks").press("Pause").awaitText(".list", "Paused");
        tab.press("Resume").awaitText(".list", "Running").shoot("list-actions");
        anOpenListFollowsWhatOthersDo(task);
        tab.open("/tasks/" + task);

        assertThat(service.admin().delete("/api/v1/tasks/" + task).status()).isEqualTo(204);
        Await.until(
                "the servers are gone",
                Tab.LIMIT,
                () -> service.admin().get("/api/v1/instances").text().equals("{\"instances\":[]}"));
        tab.awaitPath("/tasks");
    }

    private void anOpenListFollowsWhatOthersDo(String task) {
        tab.open("/tasks?state=paused").awaitText("#task-rows", "No task fits");
        act(task, "pause");
        tab.awaitText("#task-rows", "Paused").awaitText(".filters", "Paused 1");
        act(task, "resume");
        tab.awaitText("#task-rows", "No task fits").awaitText(".filters", "Paused 0");

        tab.open("/tasks").awaitText("#task-rows", "Running");
        String from = RunningService.instance(service.admin(), "Berlin", source);
        String to = RunningService.instance(service.admin(), "Oslo", target);
        String other = RunningService.task(service.admin(), "orders-10", from, to);
        tab.awaitText("#task-rows", "orders-10").awaitText(".filters", "All 2");
        assertThat(service.admin().delete("/api/v1/tasks/" + other).status()).isEqualTo(204);
        Await.until("it is gone", Tab.LIMIT, () -> !tab.text("#task-rows").contains("orders-10"));
        assertThat(service.admin().delete("/api/v1/instances/" + from).status()).isEqualTo(204);
        assertThat(service.admin().delete("/api/v1/instances/" + to).status()).isEqualTo(204);
    }

    @Test
    void aRefusedCommandIsSkippedAndAnotherOneRetried() {
        String from = RunningService.instance(service.admin(), "Berlin", source);
        String to = RunningService.instance(service.admin(), "Oslo", target);
        String task = RunningService.task(service.admin(), "orders", from, to);
        act(task, "start");
        RunningService.await(service.admin(), task, "running");
        target.command("SET", "first", "a string");
        target.command("SET", "second", "a string");
        source.command("RPUSH", "first", "1");
        RunningService.await(service.admin(), task, "failed");

        tab.open("/tasks/" + task);
        assertThat(tab.text("#head")).contains("Failed: the target refused RPUSH");
        tab.press("Retry or skip it under Refused")
                .awaitPath("/tasks/" + task + "/refused")
                .awaitText(".list", "WRONGTYPE")
                .shoot("refused");
        assertThat(tab.text("#head")).contains("Failed", "RPUSH");
        tab.press("Skip").awaitText(".list", "will be skipped");
        RunningService.await(service.admin(), task, "running");

        source.command("RPUSH", "second", "1");
        RunningService.await(service.admin(), task, "failed");
        tab.open("/tasks/" + task + "/refused").awaitText(".list", "second");
        target.command("DEL", "second");
        tab.press("Retry").awaitPath("/tasks/" + task + "(/refused)?");
        RunningService.await(service.admin(), task, "running");
        source.command("SET", "after", "1");
        Await.until("the stream", Tab.LIMIT, () -> target.number("EXISTS", "after") == 1);
        assertThat(tab.open("/tasks/" + task + "/refused").text(".list"))
                .contains("first", "second");
    }

    private void act(String task, String action) {
        service.admin().post("/api/v1/tasks/" + task + "/actions/" + action).json(200);
    }

    @Test
    void everythingCanBeDoneFromTheKeyboard() {
        tab.key("?").awaitText("dialog[open]", "Keyboard shortcuts").shoot("shortcuts");
        tab.key("Escape");
        Await.until("the dialog is shut", Tab.LIMIT, () -> !tab.has("dialog[open]"));
        tab.key("g").key("i").awaitPath("/instances");
        tab.key("n").awaitPath("/instances/new");
        tab.tabTo("[name=name]").write("Berlin");
        tab.tabTo("[name=addresses]").write("127.0.0.1:" + source.port());
        tab.tabTo("button.primary").key("Enter").awaitPath("/instances/i-[a-z0-9]+");
        tab.key("g").key("i").awaitPath("/instances");

        tab.key("j").key("Enter").awaitPath("/instances/i-[a-z0-9]+");

        assertThat(tab.text("h1")).isEqualTo("Berlin");
        tab.key("Tab");
        assertThat(tab.ask("document.activeElement.className")).isEqualTo("skip");
    }
}
