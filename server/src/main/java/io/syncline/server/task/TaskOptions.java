package io.syncline.server.task;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.RunningTask;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.pair.PairChoices;
import io.syncline.engine.pair.PairTask;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.server.account.Grants;
import io.syncline.server.instance.Instances;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import io.syncline.server.settings.ConfigText;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.PairChoicesReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import io.syncline.server.store.TaskTable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns a task into what the engine runs, at the moment it runs: passwords and endpoints as they
/// are then.
final class TaskOptions {
    private final Instances instances;
    private final Grants grants;
    private final TaskTable tasks;
    private final Path spool;

    TaskOptions(Instances instances, Grants grants, TaskTable tasks, Path spool) {
        this.instances = instances;
        this.grants = grants;
        this.tasks = tasks;
        this.spool = spool;
    }

    /// What runs a task.
    ///
    /// @param resyncFrom replaces the other side's data by this one's, once; null: no
    RunningTask running(
            Task task,
            @Nullable Site resyncFrom,
            Consumer<LinkEvent> events,
            Consumer<Resolution> conflicts) {
        LinkOptions options = of(task);
        if (!task.isTwoWay()) {
            return new Link(options, events);
        }
        PairChoices choices = PairChoicesReader.read(settings(task, "", ""));
        GuardPolicy.Mode guard = requireNonNull(choices, "two-way without choices").guard();
        return new PairTask(options, new PairChoices(guard, resyncFrom), events, conflicts);
    }

    LinkOptions of(Task task) {
        Endpoint source = source(task);
        Endpoint target = target(task);
        Settings settings = settings(task, source.toString(), target.toString());
        settings.offer(Setting.SPOOL_DIR, spool.toString());
        return LinkOptionsReader.read(
                settings,
                Map.of(
                        "SYNCLINE_SOURCE_PASSWORD",
                        source.credentials().password(),
                        "SYNCLINE_TARGET_PASSWORD",
                        target.credentials().password()));
    }

    private Settings settings(Task task, String source, String target) {
        Map<String, String> kept = new HashMap<>(task.settings());
        kept.put(Setting.RETRY_MINUTES.key(), Integer.toString(retryMinutes(task)));
        return TaskSettings.settings(task.topology(), kept, source, target, task.identity());
    }

    /// Of the tasks that share an instance, the shortest retry time holds for all: what gives up on
    /// an instance should not be kept waiting by a neighbour.
    int retryMinutes(Task task) {
        return tasks.all().stream()
                .filter(other ->
                        other.uses(task.source().instance())
                                || other.uses(task.target().instance()))
                .mapToInt(other -> TaskSettings.retryMinutes(other.settings()))
                .min()
                .orElse(TaskSettings.retryMinutes(task.settings()));
    }

    private Endpoint endpoint(Task task, Task.Side side) {
        RegisteredInstance instance = instances.any(side.instance());
        boolean own = instance.account().equals(task.account());
        if (!own && !grants.stands(side.grant(), side.instance())) {
            throw new SynclineException(
                    ErrorCode.NOT_PERMITTED,
                    instance.name(),
                    "account " + instance.account() + " no longer lets this account use it",
                    "Ask its admin for a grant, and create the task again with it");
        }
        return instances.endpoint(instance);
    }

    Endpoint source(Task task) {
        return endpoint(task, task.source());
    }

    Endpoint target(Task task) {
        return endpoint(task, task.target());
    }

    /// The same task as a file for the command line, without secrets.
    String yaml(Task task) {
        RegisteredInstance source = instances.any(task.source().instance());
        RegisteredInstance target = instances.any(task.target().instance());
        String name = task.name().replaceAll("[^A-Za-z0-9._-]+", "-");
        Settings settings =
                TaskSettings.settings(
                        task.topology(), task.settings(), source.uri(), target.uri(), name);
        LinkOptions options = LinkOptionsReader.read(settings, Map.of());
        return "# " + task.name() + "\n" + ConfigText.of(options, settings);
    }
}
