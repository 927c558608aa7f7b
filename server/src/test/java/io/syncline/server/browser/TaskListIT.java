package io.syncline.server.browser;

import static io.syncline.server.service.RunningService.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.server.service.Api;
import io.syncline.server.service.RunningService;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An open task list while somebody else creates and releases tasks.
final class TaskListIT {
    @TempDir private Path folder;

    @Test
    void theFirstAndTheLastTaskMakeAnotherPageAndNoAnswerIsMissedOrStale() {
        try (Browser browser = Browser.start();
                RedisServer server = RedisServer.start();
                RunningService service = RunningService.start(folder)) {
            Api admin = service.admin();
            String from = RunningService.instance(admin, "Berlin", server);
            String to = RunningService.instance(admin, "Oslo", server);
            Tab tab = browser.open(admin.base());
            tab.open("/login").type("#user", "admin").type("#password", PASSWORD);
            tab.key("Enter").awaitPath("/tasks").awaitText("main", "No task yet");

            String first = RunningService.task(admin, "orders", from, to);
            tab.awaitText("#task-rows", "orders").awaitText(".filters", "All 1");

            theAnswerToAnotherQuestionIsNotShown(tab, admin, from, to);
            anAnswerThatWasLostIsAskedForAgain(tab, admin, from, to);

            for (String task : List.of(first, id(admin, "bills"), id(admin, "users"))) {
                assertThat(admin.delete("/api/v1/tasks/" + task).status()).isEqualTo(204);
            }
            tab.awaitText("main", "No task yet");
            assertThat(tab.has("#task-rows")).isFalse();

            List<String> complaints = List.copyOf(tab.complaints());
            tab.close();
            assertThat(complaints).isEmpty();
        }
    }

    private static void theAnswerToAnotherQuestionIsNotShown(
            Tab tab, Api admin, String from, String to) {
        tab.ask(
                "window.real = fetch, window.held = [], window.fetch = async (...it) => {"
                        + " const answer = await real(...it);"
                        + " await new Promise(go => held.push(go)); return answer; }, 1");
        RunningService.task(admin, "bills", from, to);
        Await.until("rows", Tab.LIMIT, () -> tab.ask("held.length").equals("1"));
        tab.type("input[type=search]", "bill").awaitText("#task-rows", "bills");
        Await.until("found", Tab.LIMIT, () -> !tab.text("#task-rows").contains("orders"));
        assertThat(tab.ask("location.search")).isEqualTo("?q=bill");
        tab.ask(
                "window.again = 0, window.fetch = async (...it) => {"
                        + " const answer = await real(...it); again++; return answer; },"
                        + " held[0](), 1");
        Await.until("asked again", Tab.LIMIT, () -> tab.ask("again").equals("1"));
        tab.awaitText("#task-rows", "bills");
        assertThat(tab.text("#task-rows")).doesNotContain("orders");
    }

    private static void anAnswerThatWasLostIsAskedForAgain(
            Tab tab, Api admin, String from, String to) {
        tab.open("/tasks").awaitText("#task-rows", "orders");
        tab.ask(
                "window.real = fetch, window.fetch = () => { window.fetch = real;"
                        + " return Promise.reject(new TypeError('away')); }, 1");
        RunningService.task(admin, "users", from, to);
        tab.awaitText("#task-rows", "users");
    }

    private static String id(Api admin, String name) {
        for (var task : admin.get("/api/v1/tasks").json(200).path("tasks")) {
            if (task.path("name").asString().equals(name)) {
                return task.path("id").asString();
            }
        }
        throw new AssertionError(name);
    }
}
