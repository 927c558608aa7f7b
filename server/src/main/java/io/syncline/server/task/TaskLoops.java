package io.syncline.server.task;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Task;
import io.syncline.server.settings.DatabaseList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Whether other tasks would bring back to a task's source what it writes. Only a two-way task
/// knows its own writes again; round a loop of one-way tasks they would go for ever.
final class TaskLoops {
    private static final String CHECK = "task-loop";

    /// Where data flow, or will when somebody resumes it.
    private static final Set<TaskState> FLOWING =
            EnumSet.of(
                    TaskState.INITIALIZING,
                    TaskState.RUNNING,
                    TaskState.RETRYING,
                    TaskState.MODIFYING,
                    TaskState.PAUSED,
                    TaskState.FAILED);

    /// One way of a task.
    ///
    /// @param databases of `from` to databases of `to`; empty: every one to itself
    private record Flow(Task task, String from, String to, Map<Integer, Integer> databases) {
        boolean feeds(Flow next) {
            return to.equals(next.from)
                    && (databases.isEmpty()
                            || next.databases.isEmpty()
                            || databases.values().stream()
                                    .anyMatch(next.databases.keySet()::contains));
        }
    }

    private final Task task;
    private final UnaryOperator<String> place;
    private final List<Flow> others = new ArrayList<>();

    /// Looks at all tasks of the service.
    ///
    /// @param place of an instance, by its id: the same for one that is registered twice
    TaskLoops(Task task, List<Task> all, UnaryOperator<String> place) {
        this.task = task;
        this.place = place;
        for (Task each : all) {
            if (!each.id().equals(task.id()) && FLOWING.contains(each.state())) {
                others.addAll(flows(each));
            }
        }
    }

    private List<Flow> flows(Task of) {
        String source = place.apply(of.source().instance());
        String target = place.apply(of.target().instance());
        Map<Integer, Integer> databases =
                DatabaseList.read(TaskSettings.settings(of.topology(), of.settings(), "", "", ""));
        Flow forward = new Flow(of, source, target, databases);
        if (!of.isTwoWay()) {
            return List.of(forward);
        }
        Map<Integer, Integer> back = new HashMap<>();
        databases.forEach((from, to) -> back.put(to, from));
        return List.of(forward, new Flow(of, target, source, back));
    }

    Finding check() {
        String at = "source " + place.apply(task.source().instance());
        for (Flow mine : flows(task)) {
            List<Task> back = back(mine);
            if (!back.isEmpty()) {
                String names = back.stream().map(this::name).collect(Collectors.joining(", "));
                return new Finding(
                        CHECK,
                        Severity.ERROR,
                        at,
                        ErrorCode.TARGET_UNSUITABLE,
                        names
                                + " would bring back what this task writes: writes would go round"
                                + " for ever",
                        "Stop one of them; where both sides are written, make one two-way task"
                                + " instead");
            }
        }
        return new Finding(
                CHECK,
                Severity.OK,
                at,
                ErrorCode.TARGET_UNSUITABLE,
                "no other task brings back what this one writes",
                "");
    }

    /// What another account calls its tasks is its own affair.
    private String name(Task other) {
        return other.account().equals(task.account())
                ? "task '" + other.name() + "'"
                : "a task of another account";
    }

    /// The tasks that lead back to where a flow begins; none when there are none.
    private List<Task> back(Flow begin) {
        Map<Flow, List<Task>> ways = new LinkedHashMap<>();
        Deque<Flow> open = new ArrayDeque<>(List.of(begin));
        ways.put(begin, List.of());
        while (!open.isEmpty()) {
            Flow here = open.removeFirst();
            for (Flow next : others) {
                if (here.feeds(next) && !ways.containsKey(next)) {
                    List<Task> way = new ArrayList<>(ways.getOrDefault(here, List.of()));
                    way.add(next.task());
                    if (next.feeds(begin)) {
                        return way;
                    }
                    ways.put(next, way);
                    open.addLast(next);
                }
            }
        }
        return List.of();
    }
}
