package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several users act on one task at once: each request is answered with what was done or why not,
/// and the task does what its state says.
class TaskRaceIT {
    private static final int ROUNDS = 15;
    private static final List<String> ACTIONS = List.of("pause", "resume", "pause", "start");

    @TempDir private Path folder;

    @Test
    void aTaskThatIsPausedAndResumedAtOnceRunsWhenItSaysSo() throws Exception {
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
            String actions = "/api/v1/tasks/" + id + "/actions/";
            admin.post(actions + "start").json(200);
            await(admin, id, "running");
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(atOnce(admin, actions)).isSubsetOf(200, 409);
                if (!isPaused(admin, id)) {
                    admin.post(actions + "pause").json(200);
                }
                admin.post(actions + "resume").json(200);
                await(admin, id, "running");
            }
            source.command("SET", "behind", "1");
            Await.until("data", RunningService.LIMIT, () -> target.number("EXISTS", "behind") == 1);
        }
    }

    private static boolean isPaused(Api admin, String id) {
        return admin.get("/api/v1/tasks/" + id).json(200).path("state").asString().equals("paused");
    }

    private static List<Integer> atOnce(Api admin, String actions) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService users = Executors.newFixedThreadPool(ACTIONS.size())) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (String action : ACTIONS) {
                answers.add(
                        users.submit(() -> {
                            go.await();
                            return admin.post(actions + action).status();
                        }));
            }
            go.countDown();
            for (Future<Integer> answer : answers) {
                statuses.add(answer.get());
            }
        }
        return statuses;
    }
}
