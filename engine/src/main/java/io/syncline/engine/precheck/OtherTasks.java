package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.AtOnce;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/// Other tasks that write to the same target, and a process of the same task that still runs.
final class OtherTasks {
    static final Check.Questions QUESTIONS = (node, plan) -> List.of(List.of("CLIENT", "LIST"));

    /// Connections are named so (CLIENT SETNAME).
    private static final String NAME_PREFIX = "syncline:";

    /// Our own connections are younger where nothing is slow: servers count whole seconds.
    private static final long LEAST_AGE_SECONDS = 2;

    /// What a connection does that asks for this list, as we do; before 7.0 without the part behind
    /// the bar. Where the other side does not answer for long, ours grows old.
    private static final Set<String> ASKING = Set.of("cmd=client|list", "cmd=client");

    private static final int MOST_NAMED = 5;

    /// What stands behind the task's name in those of a two-way task.
    private static final String PAIR = "pair";

    private OtherTasks() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        NavigableSet<String> tasks = new TreeSet<>();
        NavigableSet<String> running = new TreeSet<>();
        NavigableSet<String> pairs = new TreeSet<>();
        String blind = "";
        AtOnce.each(target.nodes(), node -> TargetKeys.census(node, plan).tasks())
                .forEach(tasks::addAll);
        for (Node node : target.nodes()) {
            Reply clients = node.ask("CLIENT", "LIST");
            if (clients instanceof Reply.Bulk list) {
                running.addAll(running(list.utf8()));
                pairs.addAll(pairs(list.utf8()));
            } else {
                blind = Replies.text(clients);
            }
        }
        Node first = target.first();
        boolean supersedes = !plan.task().isEmpty() && running.remove(plan.task());
        tasks.remove(plan.task());
        tasks.removeAll(running);
        pairs.remove(plan.task());
        tasks.removeAll(pairs);
        running.removeAll(pairs);
        if (plan.bothWays()) {
            // Who writes into a side of a pair is told of both sides, and is an error.
            pairs.clear();
            running.clear();
        }
        if (!pairs.isEmpty()) {
            isSide(first, pairs.first(), verdict);
        }
        if (supersedes) {
            verdict.warning(
                    first.address(),
                    ErrorCode.SUPERSEDED,
                    "a process of task " + plan.task() + " is running; it will be superseded",
                    "Stop it first, unless this one shall take over");
        }
        if (!running.isEmpty()) {
            verdict.warning(
                    first.address(),
                    ErrorCode.TARGET_NOT_EMPTY,
                    names(running, " writes", " write") + " to this target too",
                    "Make sure that they write other keys, or stop what is no longer needed");
        }
        if (!tasks.isEmpty()) {
            verdict.warning(
                    first.address(),
                    ErrorCode.TARGET_NOT_EMPTY,
                    names(tasks, " has", " have") + " written to this target, and may again",
                    "Make sure that they write other keys; what is given up is forgotten by"
                            + " ./syncline sweep --task NAME, or by its release");
        }
        if (!blind.isEmpty()) {
            verdict.unknown(first, "which tasks are running", blind);
        } else if (tasks.isEmpty() && running.isEmpty() && pairs.isEmpty() && !supersedes) {
            verdict.ok(first.address(), "no other task writes to the target");
        }
    }

    private static void isSide(Node node, String pair, Verdict verdict) {
        verdict.error(
                node.address(),
                ErrorCode.TARGET_UNSUITABLE,
                "the target is a side of the two-way task "
                        + pair
                        + ", which stops when another task writes there",
                "Name another target, or stop that task first");
    }

    private static String names(NavigableSet<String> tasks, String one, String several) {
        boolean isOne = tasks.size() == 1;
        return (isOne ? "task " : "tasks ")
                + Replies.list(new ArrayList<>(tasks), MOST_NAMED)
                + (isOne ? one : several);
    }

    /// Tasks with a connection that is older than the checks.
    static NavigableSet<String> running(String clientList) {
        return running(clientList, false);
    }

    /// The two-way ones of them.
    static NavigableSet<String> pairs(String clientList) {
        return running(clientList, true);
    }

    private static NavigableSet<String> running(String clientList, boolean pairsOnly) {
        NavigableSet<String> tasks = new TreeSet<>();
        for (String client : clientList.split("\n", -1)) {
            String name = "";
            boolean wanted = !pairsOnly;
            boolean asks = false;
            long age = 0;
            for (String word : client.strip().split(" ", -1)) {
                if (word.startsWith("name=" + NAME_PREFIX)) {
                    // A lane's name goes on with its pipeline, its start and more.
                    name = word.substring("name=".length() + NAME_PREFIX.length());
                    String[] parts = name.split(":", 2);
                    name = parts[0];
                    wanted |= parts.length > 1 && parts[1].equals(PAIR);
                } else if (word.startsWith("age=")) {
                    age = Long.parseLong(word.substring("age=".length()));
                } else if (ASKING.contains(word)) {
                    asks = true;
                }
            }
            if (wanted && !asks && !name.isEmpty() && age >= LEAST_AGE_SECONDS) {
                tasks.add(name);
            }
        }
        return tasks;
    }
}
