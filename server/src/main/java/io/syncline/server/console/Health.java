package io.syncline.server.console;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.api.TaskViews;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.task.TaskControl;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Tone;
import java.time.Duration;
import java.util.List;

/// Whether all is well, in one sentence: the first line of every page.
///
/// @param tone `well`, `working`, `attention`, `broken` or `idle`
public record Health(String tone, String text) {
    /// For who is not logged in.
    static final Health NONE = new Health("idle", "");

    /// More names than these do not fit a line.
    private static final int MOST_NAMES = 3;

    static Health of(List<TaskControl> tasks) {
        if (tasks.isEmpty()) {
            return new Health("idle", "There is no task yet, so nothing is kept in sync.");
        }
        List<String> broken = named(tasks, Tone.BROKEN);
        List<String> retrying = named(tasks, Tone.ATTENTION);
        int working = named(tasks, Tone.WORKING).size();
        long running = count(tasks, TaskState.RUNNING);
        if (!broken.isEmpty()) {
            return new Health(
                    "broken",
                    of(broken.size(), tasks.size())
                            + (broken.size() == 1 ? " needs you: " : " need you: ")
                            + names(broken)
                            + ".");
        }
        if (!retrying.isEmpty()) {
            return new Health(
                    "attention",
                    of(retrying.size(), tasks.size())
                            + (retrying.size() == 1
                                    ? " cannot reach a side and tries again by itself: "
                                    : " cannot reach a side and try again by themselves: ")
                            + names(retrying)
                            + ".");
        }
        if (working > 0) {
            return new Health(
                    "working",
                    "Nothing is wrong: "
                            + Numbers.count(working, "task")
                            + " at work, "
                            + running
                            + " in sync.");
        }
        if (running == 0) {
            return new Health(
                    "idle", "Nothing is wrong, and nothing runs: " + rest(tasks, running) + ".");
        }
        String rest = rest(tasks, running);
        return new Health(
                "well",
                "All is well: "
                        + Numbers.count(running, "task")
                        + " in sync"
                        + slowest(tasks)
                        + (rest.isEmpty() ? "" : "; " + rest)
                        + ".");
    }

    private static String of(int some, int all) {
        return some == all && all == 1 ? "1 task" : some + " of " + Numbers.count(all, "task");
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
        return String.join(", ", all.subList(0, Math.min(MOST_NAMES, all.size())))
                + (all.size() > MOST_NAMES ? " and others" : "");
    }

    private static String slowest(List<TaskControl> tasks) {
        long worst = -1;
        for (TaskControl control : tasks) {
            Progress progress = control.progress();
            if (progress != null && control.task().state() == TaskState.RUNNING) {
                worst = Math.max(worst, progress.worst(Shard::lagMillis));
            }
        }
        return worst < 0
                ? ""
                : ", the slowest " + Numbers.duration(Duration.ofMillis(worst)) + " behind";
    }

    private static String rest(List<TaskControl> tasks, long running) {
        long paused = count(tasks, TaskState.PAUSED);
        long done = count(tasks, TaskState.COMPLETED);
        long waiting = tasks.size() - running - paused - done;
        StringBuilder text = new StringBuilder();
        add(text, paused, "paused");
        add(text, waiting, "not started");
        add(text, done, "completed");
        return text.toString();
    }

    private static void add(StringBuilder text, long count, String word) {
        if (count > 0) {
            text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(word);
        }
    }
}
