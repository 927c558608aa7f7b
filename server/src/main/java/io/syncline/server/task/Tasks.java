package io.syncline.server.task;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.verify.KeySample;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.account.Audit;
import io.syncline.server.account.Grants;
import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.Standing;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Actor;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.Grant;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.store.Store;
import io.syncline.server.store.TaskLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Every task of the service.
public final class Tasks {
    /// Links have this long to stop before the process ends anyway; their checkpoints stand.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final Map<String, TaskControl> controls = new ConcurrentHashMap<>();
    private final Store store;
    private final TaskContext context;
    private final Instances instances;
    private final Grants grants;
    private final Audit audit;
    private final InstantSource clock;

    /// Serves the tasks of a store, as an earlier process left them.
    ///
    /// @param data folder of the service: `spool` for bytes that targets have not taken yet,
    ///   `conflicts` for those of two-way tasks
    public Tasks(
            Store store,
            Instances instances,
            Grants grants,
            Audit audit,
            InstantSource clock,
            Path data,
            TaskObserver observer) {
        this.store = store;
        this.instances = instances;
        this.grants = grants;
        this.audit = audit;
        this.clock = clock;
        this.context =
                new TaskContext(
                        store.tasks(),
                        store.taskLog(),
                        new TaskOptions(
                                instances,
                                grants,
                                () -> all().stream().map(TaskControl::task).toList(),
                                data.resolve("spool")),
                        new Conflicts(data.resolve("conflicts"), clock),
                        new KeySamples(),
                        observer,
                        clock);
        var news = new InstanceNews(controls.values(), context.options()::forbidden);
        grants.onRevoked(news::revoked);
        instances.onMoved(news::moved);
        for (Task task : store.tasks().all()) {
            controls.put(task.id(), new TaskControl(task, context));
        }
    }

    /// Goes on with what ran in an earlier process.
    public void resume() {
        for (TaskControl control : controls.values()) {
            control.happen(new TaskEvent.ServerStarted(), "the service was started again", "");
        }
    }

    /// Measures everything that runs. To be called about once a second.
    public void tick() {
        for (TaskControl control : controls.values()) {
            control.tick();
        }
    }

    /// Stops every link cleanly; states stay, so that the next process goes on.
    public void close() throws InterruptedException {
        controls.values().forEach(TaskControl::leave);
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        for (TaskControl control : controls.values()) {
            control.awaitEnd(deadline);
        }
    }

    /// The tasks of an account, in the order of their creation.
    public List<TaskControl> list(Actor actor) {
        return controls.values().stream()
                .filter(c -> c.task().account().equals(actor.account()))
                .filter(c -> c.task().state() != TaskState.RELEASED)
                .sorted(
                        Comparator.comparing((TaskControl c) -> c.task().created())
                                .thenComparing(c -> c.task().id()))
                .toList();
    }

    /// Every task of the process, for metrics.
    public Collection<TaskControl> all() {
        return controls.values().stream()
                .filter(c -> c.task().state() != TaskState.RELEASED)
                .toList();
    }

    /// One task, by id, or by name when only one has it.
    public TaskControl find(Actor actor, String id) {
        List<TaskControl> own = list(actor);
        return own.stream()
                .filter(c -> c.task().id().equals(id))
                .findFirst()
                .or(() -> {
                    List<TaskControl> named =
                            own.stream().filter(c -> c.task().name().equals(id)).toList();
                    if (named.size() > 1) {
                        throw sameName(id, named);
                    }
                    return named.stream().findFirst();
                })
                .orElseThrow(() -> Problem.notFound("task", Names.shown(id)));
    }

    private static Problem sameName(String name, List<TaskControl> named) {
        String ids = named.stream().map(c -> c.task().id()).collect(Collectors.joining(", "));
        return Problem.badRequest(
                "task",
                "there are " + named.size() + " tasks named '" + Names.shown(name) + "'",
                "Name one by its id: " + ids);
    }

    public TaskControl create(Actor actor, NewTask it) {
        actor.require(Role.OPERATOR, "create tasks");
        Task.Side source = side(actor, it.source(), "source");
        Task.Side target = side(actor, it.target(), "target");
        String id = Names.id("t");
        Instant now = clock.instant();
        Task task =
                new Task(
                        id,
                        actor.account(),
                        it.name().isBlank()
                                ? name(it.topology(), source, target)
                                : Names.checked("name", it.name()),
                        it.topology(),
                        source,
                        target,
                        TaskSettings.checked(it.topology(), it.settings()),
                        it.alerts(),
                        Standing.NEW,
                        now,
                        "",
                        "",
                        0,
                        false,
                        Map.of(),
                        now,
                        actor.name());
        store.tasks().put(task);
        TaskControl control = new TaskControl(task, context);
        controls.put(id, control);
        control.entry(Level.INFO, "created", "Created by " + actor.name(), "");
        audit.record(actor, "task.create", id, task.name());
        return control;
    }

    private String name(Task.Topology topology, Task.Side source, Task.Side target) {
        String name =
                instances.any(source.instance()).name()
                        + (topology == Task.Topology.TWO_WAY ? " with " : " to ")
                        + instances.any(target.instance()).name();
        return name.length() <= 64 ? name : name.substring(0, 64);
    }

    private Task.Side side(Actor actor, NewTask.Chosen chosen, String place) {
        boolean own = chosen.account().isEmpty() || chosen.account().equals(actor.account());
        if (own) {
            RegisteredInstance found =
                    instances.list(actor).stream()
                            .filter(i ->
                                    i.id().equals(chosen.instance())
                                            || i.name().equals(chosen.instance()))
                            .findFirst()
                            .orElseThrow(() ->
                                    Problem.badRequest(
                                            place,
                                            "there is no instance '"
                                                    + Names.shown(chosen.instance())
                                                    + "' in this account",
                                            "Register it first, or name the account and role of"
                                                    + " another one"));
            return new Task.Side(found.id(), "");
        }
        Grant grant = grants.covering(actor, chosen.account(), chosen.role(), chosen.instance());
        return new Task.Side(chosen.instance(), grant.id());
    }

    /// Does one of the actions that need nothing else.
    public TaskControl act(Actor actor, String id, TaskAction action) {
        actor.require(Role.OPERATOR, action.code() + " tasks");
        TaskControl control = find(actor, id);
        UnaryOperator<Task> change =
                action == TaskAction.RESET ? Task::nextEpoch : UnaryOperator.identity();
        String open = action == TaskAction.START ? openWarnings(control.task()) : "";
        control.ask(action, actor.name(), change);
        if (action == TaskAction.RELEASE) {
            controls.remove(control.task().id());
        }
        audit.record(actor, "task." + action.code(), control.task().id(), open);
        return control;
    }

    /// Goes on with a two-way task that has a gap: replaces the other side's data by this one's.
    public TaskControl resync(Actor actor, String id, Site from) {
        actor.require(Role.OPERATOR, "resync tasks");
        TaskControl control = find(actor, id);
        if (!control.task().isTwoWay()) {
            throw Problem.badRequest(
                    "task " + control.task().id(),
                    "a one-way task has one side that its data come from",
                    "Reset it, and start it with on-existing overwrite");
        }
        control.resync(from, actor.name());
        audit.record(
                actor,
                "task.resync",
                control.task().id(),
                "from the " + from.name().toLowerCase(Locale.ROOT));
        return control;
    }

    private String openWarnings(Task task) {
        long open =
                store.taskLog().checks(task.id()).stream()
                        .filter(c -> c.severity().equals("warning") && c.confirmedBy() == null)
                        .count();
        return open == 0 ? "" : open + " of the precheck's warnings not confirmed";
    }

    public TaskControl rename(Actor actor, String id, String name) {
        actor.require(Role.OPERATOR, "rename tasks");
        TaskControl control = find(actor, id);
        String checked = Names.checked("name", name);
        String before = control.task().name();
        control.ask(TaskAction.RENAME, actor.name(), t -> t.named(checked));
        audit.record(actor, "task.rename", control.task().id(), before + " to " + checked);
        return control;
    }

    /// A task like another one, not started.
    public TaskControl copy(Actor actor, String id, String name) {
        Task task = find(actor, id).task();
        Task.Side source = task.source();
        Task.Side target = task.target();
        return create(
                actor,
                new NewTask(
                        name.isBlank() ? copyName(task.name()) : name,
                        task.topology(),
                        chosen(actor, source),
                        chosen(actor, target),
                        task.settings(),
                        task.alerts()));
    }

    private static String copyName(String name) {
        String suffix = " (copy)";
        return (name.length() + suffix.length() <= 64 ? name : name.substring(0, 50)) + suffix;
    }

    private NewTask.Chosen chosen(Actor actor, Task.Side side) {
        if (side.grant().isEmpty()) {
            return new NewTask.Chosen(side.instance(), "", "");
        }
        Grant grant =
                grants.grants(actor).stream()
                        .filter(g -> g.id().equals(side.grant()))
                        .findFirst()
                        .orElseThrow(() -> Problem.notFound("grant", side.grant()));
        return new NewTask.Chosen(side.instance(), grant.account(), grant.role());
    }

    /// Takes note that a warning of the precheck may stand.
    public void confirm(Actor actor, String id, int position) {
        actor.require(Role.OPERATOR, "confirm warnings");
        Task task = find(actor, id).task();
        CheckResult check =
                store.taskLog().checks(task.id()).stream()
                        .filter(c -> c.position() == position)
                        .findFirst()
                        .orElseThrow(() -> Problem.notFound("check", Integer.toString(position)));
        if (!check.severity().equals("warning")) {
            throw Problem.badRequest(
                    "check",
                    "'" + check.check() + "' is no warning, so there is nothing to confirm",
                    "An error must be mended; then precheck again");
        }
        store.taskLog().confirm(task.id(), position, actor.name(), clock.instant());
        audit.record(actor, "task.confirm", task.id(), check.check() + " at " + check.place());
    }

    /// Takes note that a refused command has been dealt with.
    public void acknowledge(Actor actor, String id, long refused) {
        actor.require(Role.OPERATOR, "acknowledge refused commands");
        Task task = find(actor, id).task();
        store.taskLog().decide(task.id(), refused, "acknowledged");
        audit.record(actor, "task.acknowledge", task.id(), "refused command " + refused);
    }

    /// How long a lost connection of a task is tried again, in minutes: its own time, or that of
    /// another one that shares an instance.
    public int retryMinutes(Task task) {
        return context.options().retryMinutes(task);
    }

    /// The task as a file for the command line, without secrets.
    public String yaml(Actor actor, String id) {
        Task task = find(actor, id).task();
        VerificationPlan plan = store.verifications().plan(task.id());
        return context.options().yaml(task, plan);
    }

    /// The engine's options of a task as it is now.
    LinkOptions options(Task task) {
        return context.options().of(task);
    }

    /// What becomes of changed databases.
    AddedDatabases added() {
        return new AddedDatabases(context.options());
    }

    /// The conflicts of two-way tasks.
    public Conflicts conflicts() {
        return context.conflicts();
    }

    /// What compares both sides of a task, with the passwords of now.
    ///
    /// @param chosen by the names of the command line
    /// @param state where the run keeps how far it is; null: nowhere
    public VerifyOptions verifyOptions(
            Task task, Map<String, String> chosen, @Nullable Path state) {
        try {
            return context.options().verify(task, chosen, state);
        } catch (SynclineException e) {
            throw Problem.of(e.failure());
        }
    }

    /// Why the account may no longer use one of a task's instances; null while it may.
    public @Nullable Failure forbidden(Task task) {
        return context.options().forbidden(task);
    }

    /// The sample of what a task's links write.
    public KeySample sample(TaskControl control) {
        return context.samples().of(control.task().id());
    }

    /// Adds a line to a task's log.
    public void note(TaskControl control, Level level, String kind, String text, String remedy) {
        control.entry(level, kind, text, remedy);
    }

    public Instant now() {
        return clock.instant();
    }

    public TaskLog log() {
        return store.taskLog();
    }
}
