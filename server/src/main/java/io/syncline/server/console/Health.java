package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.api.TaskViews;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.task.TaskControl;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Tone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Whether all is well, in one sentence: the first line of every page.
///
/// @param tone `well`, `working`, `attention`, `broken` or `idle`
public record Health(String tone, String text) {
    /// For who is not logged in.
    static final Health NONE = new Health("idle", "");

    /// More names than these do not fit a line.
    private static final int MOST_NAMES = 3;

    /// Whether there are tasks to look at, which the list filters out.
    public boolean isTrouble() {
        return Words.isTrouble(tone);
    }

    static Health of(List<TaskControl> tasks) {
        if (tasks.isEmpty()) {
            return new Health("idle", t("there-is-no-task-yet"));
        }
        List<String> broken = named(tasks, Tone.BROKEN);
        List<String> retrying = named(tasks, Tone.ATTENTION);
        int working = named(tasks, Tone.WORKING).size();
        long running = count(tasks, TaskState.RUNNING);
        if (!broken.isEmpty()) {
            String some = of(broken.size(), tasks.size());
            return new Health(
                    "broken",
                    broken.size() == 1
                            ? t("needs-you", some, names(broken))
                            : t("need-you", some, names(broken)));
        }
        if (!retrying.isEmpty()) {
            String some = of(retrying.size(), tasks.size());
            return new Health(
                    "attention",
                    retrying.size() == 1
                            ? t("cannot-reach-one", some, names(retrying))
                            : t("cannot-reach-many", some, names(retrying)));
        }
        if (working > 0) {
            return new Health(
                    "working",
                    t("nothing-is-wrong-at-work", Numbers.count(working, "task"), running));
        }
        if (running == 0) {
            return new Health("idle", t("nothing-is-wrong-nothing-runs", rest(tasks, running)));
        }
        String rest = rest(tasks, running);
        return new Health(
                "well",
                t(
                        "all-is-well-in-sync",
                        Numbers.count(running, "task"),
                        slowest(tasks),
                        rest.isEmpty() ? "" : t("and-the-rest", rest)));
    }

    private static String of(int some, int all) {
        return some == all && all == 1
                ? t("one-task")
                : t("some-of-all", some, Numbers.count(all, "task"));
    }

    private static List<String> named(List<TaskControl> tasks, Tone tone) {
        return tasks.stream()
                .map(TaskControl::task)
                .filter(task -> TaskViews.tone(task.state()) == tone)
                .map(task -> task.name())
                .toList();
    }

    private static long count(List<TaskControl> tasks, TaskState state) {
        return tasks.stream().filter(c -> c.task().state() == state).count();
    }

    private static String names(List<String> all) {
        String first = String.join(", ", all.subList(0, Math.min(MOST_NAMES, all.size())));
        return all.size() > MOST_NAMES ? t("and-others", first) : first;
    }

    private static String slowest(List<TaskControl> tasks) {
        long worst = -1;
        for (TaskControl control : tasks) {
            Progress progress = control.progress();
            if (progress != null && control.task().state() == TaskState.RUNNING) {
                worst = Math.max(worst, progress.worst(Shard::lagMillis));
            }
        }
        return worst < 0 ? "" : t("the-slowest-behind", Numbers.duration(Duration.ofMillis(worst)));
    }

    private static String rest(List<TaskControl> tasks, long running) {
        long paused = count(tasks, TaskState.PAUSED);
        long done = count(tasks, TaskState.COMPLETED);
        long waiting = tasks.size() - running - paused - done;
        List<String> some = new ArrayList<>();
        if (paused > 0) {
            some.add(t("health-paused", paused));
        }
        if (waiting > 0) {
            some.add(t("health-not-started", waiting));
        }
        if (done > 0) {
            some.add(t("health-completed", done));
        }
        return String.join(", ", some);
    }
}
