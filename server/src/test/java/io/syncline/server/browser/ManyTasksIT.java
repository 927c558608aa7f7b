package io.syncline.server.browser;

import static io.syncline.server.service.RunningService.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.server.service.Api;
import io.syncline.server.service.RunningService;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages are made fast, also with many tasks.
class ManyTasksIT {
    private static final int TASKS = 200;
    private static final int LOADS = 15;

    /// A page takes a tenth of it here; a query a task, or worse, takes more than all of it.
    private static final long MOST_MILLIS = 200;

    /// Of lean HTML: 1 KB a task, and the frame.
    private static final int MOST_BYTES = 300_000;

    @TempDir private Path folder;

    @Test
    void aListOfTwoHundredTasksIsMadeQuicklyAndSmall() {
        try (RedisServer server = RedisServer.start();
                RunningService service = RunningService.start(folder)) {
            Api admin = service.admin();
            String from = RunningService.instance(admin, "Berlin", server);
            String to = RunningService.instance(admin, "Oslo", server);
            for (int i = 0; i < TASKS; i++) {
                RunningService.task(admin, "task " + i, from, to);
            }
            String form = "application/x-www-form-urlencoded";
            Api anybody = service.anybody();
            String cookie =
                    anybody.send(
                                    "POST",
                                    "/login",
                                    "user=admin&password=" + PASSWORD.replace(' ', '+'),
                                    form)
                            .response()
                            .headers()
                            .firstValue("Set-Cookie")
                            .orElseThrow()
                            .split(";", -1)[0];
            long[] millis = new long[LOADS];
            String page = "";
            for (int i = 0; i < LOADS; i++) {
                long begin = System.nanoTime();
                page = anybody.send("GET", "/tasks", null, form, "Cookie", cookie).text();
                millis[i] = (System.nanoTime() - begin) / 1_000_000;
            }
            Arrays.sort(millis);
            System.err.println("task list of " + TASKS + ": " + Arrays.toString(millis) + " ms");

            assertThat(page).contains("task 0<", "task 199<", "/tasks/new");
            assertThat(page.length()).isLessThan(MOST_BYTES);
            assertThat(millis[LOADS / 2]).isLessThan(MOST_MILLIS);
        }
    }
}
