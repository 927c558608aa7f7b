package io.syncline.server.lifecycle;

import static io.syncline.server.lifecycle.TaskState.COMPLETED;
import static io.syncline.server.lifecycle.TaskState.FAILED;
import static io.syncline.server.lifecycle.TaskState.INITIALIZING;
import static io.syncline.server.lifecycle.TaskState.MODIFYING;
import static io.syncline.server.lifecycle.TaskState.NOT_CONFIGURED;
import static io.syncline.server.lifecycle.TaskState.NOT_STARTED;
import static io.syncline.server.lifecycle.TaskState.PAUSED;
import static io.syncline.server.lifecycle.TaskState.PRECHECKING;
import static io.syncline.server.lifecycle.TaskState.PRECHECK_FAILED;
import static io.syncline.server.lifecycle.TaskState.PRECHECK_PASSED;
import static io.syncline.server.lifecycle.TaskState.RELEASED;
import static io.syncline.server.lifecycle.TaskState.RETRYING;
import static io.syncline.server.lifecycle.TaskState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.server.lifecycle.TaskEvent.Asked;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every event in every state: the whole table stands here, and each line of it is tried.
class LifecycleTest {
    /// One line a state: what each event leads to. What is not named changes nothing.
    private static final Map<TaskState, String> TABLE = new EnumMap<>(TaskState.class);

    static {
        String calm = "throttle=same rename=same clone=same reset=NOT_CONFIGURED release=RELEASED ";
        String live =
                calm
                        + "pause=PAUSED modify=MODIFYING stop=COMPLETED CopyBegan=INITIALIZING"
                        + " StreamBegan=RUNNING LinkFailed=FAILED LinkDone=COMPLETED"
                        + " ServerStarted=INITIALIZING GrantRevoked=FAILED ";
        TABLE.put(NOT_CONFIGURED, "configure=NOT_STARTED rename=same clone=same release=RELEASED");
        TABLE.put(
                NOT_STARTED, calm + "configure=NOT_STARTED precheck=PRECHECKING start=PRECHECKING");
        TABLE.put(
                PRECHECKING,
                "throttle=same rename=same clone=same release=RELEASED"
                        + " PrecheckPassed=PRECHECK_PASSED PrecheckFailed=PRECHECK_FAILED"
                        + " ServerStarted=PRECHECKING GrantRevoked=FAILED");
        TABLE.put(PRECHECK_FAILED, calm + "configure=NOT_STARTED precheck=PRECHECKING");
        TABLE.put(
                PRECHECK_PASSED,
                calm
                        + "configure=NOT_STARTED precheck=PRECHECKING start=INITIALIZING"
                        + " GrantRevoked=FAILED");
        TABLE.put(INITIALIZING, live + "TroubleBegan=RETRYING");
        TABLE.put(RUNNING, live + "TroubleBegan=RETRYING");
        TABLE.put(RETRYING, live + "TroubleOver=INITIALIZING");
        TABLE.put(
                PAUSED,
                calm
                        + "start=INITIALIZING resume=INITIALIZING modify=same stop=COMPLETED"
                        + " GrantRevoked=FAILED");
        TABLE.put(
                FAILED, calm + "start=INITIALIZING resume=INITIALIZING modify=same stop=COMPLETED");
        TABLE.put(
                MODIFYING,
                calm
                        + "stop=COMPLETED LinkFailed=FAILED LinkStopped=INITIALIZING"
                        + " ServerStarted=INITIALIZING GrantRevoked=FAILED");
        TABLE.put(COMPLETED, "rename=same clone=same reset=NOT_CONFIGURED release=RELEASED");
        TABLE.put(RELEASED, "");
    }

    /// One cell of the table.
    record Cell(TaskState state, String event, TaskEvent value, String outcome) {
        @Override
        public String toString() {
            return state + " + " + event + " = " + outcome;
        }
    }

    private static Map<String, TaskEvent> events() {
        Map<String, TaskEvent> events =
                Stream.of(TaskAction.values())
                        .collect(
                                Collectors.toMap(
                                        a -> a.name().toLowerCase(Locale.ROOT), Asked::new));
        events.put("PrecheckPassed", new TaskEvent.PrecheckEnded(true));
        events.put("PrecheckFailed", new TaskEvent.PrecheckEnded(false));
        events.put("CopyBegan", new TaskEvent.CopyBegan());
        events.put("StreamBegan", new TaskEvent.StreamBegan());
        events.put("TroubleBegan", new TaskEvent.TroubleBegan());
        events.put("TroubleOver", new TaskEvent.TroubleOver());
        events.put("LinkFailed", new TaskEvent.LinkFailed());
        events.put("LinkDone", new TaskEvent.LinkDone());
        events.put("LinkStopped", new TaskEvent.LinkStopped());
        events.put("ServerStarted", new TaskEvent.ServerStarted());
        events.put("GrantRevoked", new TaskEvent.GrantRevoked());
        return events;
    }

    static Stream<Cell> cells() {
        Map<String, TaskEvent> events = events();
        // A kind of event that this table does not know must not go untested.
        assertThat(events.values().stream().map(Object::getClass).distinct().count())
                .isEqualTo(TaskEvent.class.getPermittedSubclasses().length);
        List<Cell> cells = new ArrayList<>();
        for (TaskState state : TaskState.values()) {
            Map<String, String> line =
                    Stream.of(TABLE.getOrDefault(state, "").split(" ", -1))
                            .filter(cell -> !cell.isEmpty())
                            .collect(
                                    Collectors.toMap(
                                            c -> c.split("=", -1)[0], c -> c.split("=", -1)[1]));
            assertThat(events.keySet()).containsAll(line.keySet());
            events.forEach((name, event) ->
                    cells.add(new Cell(state, name, event, line.getOrDefault(name, "ignored"))));
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void goesWhereTheTableSays(Cell cell) {
        Standing now = Standing.of(cell.state());

        Transition transition = Lifecycle.step(now, cell.value());

        switch (cell.outcome()) {
            case "ignored" ->
                    assertThat(transition).isEqualTo(new Transition(false, now, List.of()));
            case "same" -> assertThat(transition).isEqualTo(new Transition(true, now, List.of()));
            default -> {
                assertThat(transition.accepted()).isTrue();
                assertThat(transition.next().state()).isEqualTo(TaskState.valueOf(cell.outcome()));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void aLinkRunsInActiveStatesAndInNoOthers(Cell cell) {
        Transition transition = Lifecycle.step(Standing.of(cell.state()), cell.value());

        TaskState next = transition.next().state();
        if (cell.state().isActive() && !next.isActive()) {
            boolean endedByItself =
                    cell.event().equals("LinkFailed") || cell.event().equals("LinkDone");
            assertThat(transition.effects().contains(Effect.STOP_LINK)).isEqualTo(!endedByItself);
        }
        if (!cell.state().isActive() && next.isActive()) {
            assertThat(transition.effects()).containsExactly(Effect.START_LINK);
        }
        assertThat(transition.effects().contains(Effect.RUN_PRECHECK))
                .isEqualTo(
                        transition.accepted()
                                && next == PRECHECKING
                                && !List.of("throttle", "rename", "clone").contains(cell.event()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void whatEndsForGoodLeavesNothingOfItsOwnInTheTarget(Cell cell) {
        Transition transition = Lifecycle.step(Standing.of(cell.state()), cell.value());

        boolean ends =
                transition.accepted()
                        && transition.next().state() != cell.state()
                        && EnumSet.of(COMPLETED, NOT_CONFIGURED, RELEASED)
                                .contains(transition.next().state())
                        && !(cell.state() == FAILED && cell.event().equals("stop"));
        assertThat(transition.effects().contains(Effect.SWEEP)).isEqualTo(ends);
    }

    @Test
    void aStartBeforeThePrecheckStartsAfterIt() {
        Transition asked = Lifecycle.step(Standing.NEW, new Asked(TaskAction.START));
        Transition passed = Lifecycle.step(asked.next(), new TaskEvent.PrecheckEnded(true));
        Transition failed = Lifecycle.step(asked.next(), new TaskEvent.PrecheckEnded(false));

        assertThat(asked.effects()).containsExactly(Effect.RUN_PRECHECK);
        assertThat(passed.next().state()).isEqualTo(INITIALIZING);
        assertThat(passed.effects()).containsExactly(Effect.START_LINK);
        assertThat(failed.next().state()).isEqualTo(PRECHECK_FAILED);
        assertThat(failed.effects()).isEmpty();
    }

    @Test
    void troubleEndsWhereItBegan() {
        Standing running =
                Lifecycle.step(Standing.of(INITIALIZING), new TaskEvent.StreamBegan()).next();
        Standing away = Lifecycle.step(running, new TaskEvent.TroubleBegan()).next();
        Standing copying =
                Lifecycle.step(Standing.of(INITIALIZING), new TaskEvent.TroubleBegan()).next();

        assertThat(Lifecycle.step(away, new TaskEvent.TroubleOver()).next().state())
                .isEqualTo(RUNNING);
        assertThat(Lifecycle.step(copying, new TaskEvent.TroubleOver()).next().state())
                .isEqualTo(INITIALIZING);
    }

    @Test
    void aChangeStopsTheLinkAndStartsItAgain() {
        Transition asked = Lifecycle.step(Standing.of(RUNNING), new Asked(TaskAction.MODIFY));
        Transition stopped = Lifecycle.step(asked.next(), new TaskEvent.LinkStopped());

        assertThat(asked.effects()).containsExactly(Effect.STOP_LINK);
        assertThat(stopped.effects()).containsExactly(Effect.START_LINK);
    }

    @Test
    void everyStateAllowsExactlyTheActionsThatItAccepts() {
        for (TaskState state : TaskState.values()) {
            for (TaskAction action : TaskAction.values()) {
                Transition transition = Lifecycle.step(Standing.of(state), new Asked(action));
                assertThat(transition.accepted())
                        .as("%s in %s", action, state)
                        .isEqualTo(state.allowedActions().contains(action));
            }
        }
    }
}
