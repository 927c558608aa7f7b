package io.syncline.server.task;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.RunningTask;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.pair.PairChoices;
import io.syncline.engine.pair.PairTask;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.account.Grants;
import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.settings.ConfigText;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.PairChoicesReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import io.syncline.server.settings.VerifyFields;
import io.syncline.server.settings.VerifyOptionsReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns a task into what the engine runs, at the moment it runs: passwords and endpoints as they
/// are then.
final class TaskOptions {
    /// A side that is away longer is not waited for by a verification.
    private static final String VERIFY_RETRY_MINUTES = "10";

    private final Instances instances;
    private final Grants grants;
    private final Supplier<List<Task>> tasks;
    private final Path spool;

    /// Reads tasks for the engine.
    ///
    /// @param tasks every task that is not released
    TaskOptions(Instances instances, Grants grants, Supplier<List<Task>> tasks, Path spool) {
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
            LinkHooks hooks,
            @Nullable Site resyncFrom,
            Consumer<LinkEvent> events,
            Consumer<Resolution> conflicts) {
        LinkOptions options = of(task);
        if (!task.isTwoWay()) {
            return new Link(options, events, hooks);
        }
        PairChoices choices = PairChoicesReader.read(settings(task, "", ""));
        GuardPolicy.Mode guard = requireNonNull(choices, "two-way without choices").guard();
        return new PairTask(
                options, new PairChoices(guard, resyncFrom), events, conflicts, hooks.sample());
    }

    LinkOptions of(Task task) {
        Endpoint source = source(task);
        Endpoint target = target(task);
        Settings settings = settings(task, source.toString(), target.toString());
        settings.offer(Setting.SPOOL_DIR, spool.toString());
        return LinkOptionsReader.read(settings, passwords(source, target));
    }

    /// What compares both sides of a task.
    ///
    /// @param chosen by the names of the command line; what is not chosen is the task's
    /// @param state as [VerifyOptions] takes it
    VerifyOptions verify(Task task, Map<String, String> chosen, @Nullable Path state) {
        Endpoint source = source(task);
        Endpoint target = target(task);
        Settings settings = new Settings();
        settings.offer(Setting.SOURCE, source.toString(), "source");
        settings.offer(Setting.TARGET, target.toString(), "target");
        for (Setting setting : VerifyFields.KNOWN) {
            String value = chosen.get(setting.key());
            if (value != null) {
                settings.offer(setting, value, VerifyFields.field(setting));
            }
        }
        for (Setting setting : List.of(Setting.DATABASES, Setting.ETL, Setting.EXTEND_EXPIRY)) {
            String value = task.settings().get(setting.key());
            if (value != null) {
                settings.offer(setting, value, "settings." + setting.key());
            }
        }
        settings.offer(Setting.RETRY_MINUTES, VERIFY_RETRY_MINUTES, "");
        return VerifyOptionsReader.read(settings, passwords(source, target)).withState(state);
    }

    private static Map<String, String> passwords(Endpoint source, Endpoint target) {
        return Map.of(
                "SYNCLINE_SOURCE_PASSWORD",
                source.credentials().password(),
                "SYNCLINE_TARGET_PASSWORD",
                target.credentials().password());
    }

    private Settings settings(Task task, String source, String target) {
        Map<String, String> kept = new HashMap<>(task.settings());
        kept.put(Setting.RETRY_MINUTES.key(), Integer.toString(retryMinutes(task)));
        return TaskSettings.settings(task.topology(), kept, source, target, task.identity());
    }

    /// What a precheck of a task found, in the service's words.
    Finding worded(Task task, Finding finding) {
        return FindingWords.of(finding, task, tasks.get());
    }

    /// Of the tasks that share an instance, the shortest retry time holds for all: what gives up on
    /// an instance should not be kept waiting by a neighbour.
    int retryMinutes(Task task) {
        return Stream.concat(Stream.of(task), tasks.get().stream())
                .filter(other -> other.state() != TaskState.COMPLETED)
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
                    "Ask its admin for the role again, and resume; under another name, create the"
                            + " task again with it");
        }
        return instances.endpoint(instance);
    }

    Endpoint source(Task task) {
        return endpoint(task, task.source());
    }

    Endpoint target(Task task) {
        return endpoint(task, task.target());
    }

    /// Whether other tasks would bring back what this one writes.
    Finding loops(Task task) {
        return new TaskLoops(
                        task,
                        tasks.get(),
                        id -> instances.any(id).addresses().stream().sorted().toList().toString())
                .check();
    }

    /// Why the account may no longer use one of both instances; null while it may.
    @Nullable Failure forbidden(Task task) {
        try {
            for (Task.Side side : List.of(task.source(), task.target())) {
                if (!side.grant().isEmpty()) {
                    endpoint(task, side);
                }
            }
            return null;
        } catch (SynclineException e) {
            return e.failure();
        }
    }

    /// The same task as a file for the command line, without secrets.
    String yaml(Task task, VerificationPlan plan) {
        RegisteredInstance source = instances.any(task.source().instance());
        RegisteredInstance target = instances.any(task.target().instance());
        String name = TaskFiles.plainName(task.name());
        Settings settings =
                TaskSettings.settings(
                        task.topology(), task.settings(), source.uri(), target.uri(), name);
        LinkOptions options = LinkOptionsReader.read(settings, Map.of());
        return "# "
                + task.name()
                + "\n"
                + ConfigText.of(options, settings)
                + TaskFiles.serviceLines(task, plan, lent(task));
    }

    /// Whose instances a task uses, and by which roles.
    private Map<String, String> lent(Task task) {
        Map<String, String> lent = new LinkedHashMap<>();
        lent(lent, "source", task.source());
        lent(lent, "target", task.target());
        return lent;
    }

    private void lent(Map<String, String> lines, String name, Task.Side side) {
        grants.find(side.grant())
                .ifPresent(grant -> {
                    lines.put(name + "-account", grant.account());
                    lines.put(name + "-role", grant.role());
                    lines.put(name + "-instance", side.instance());
                });
    }
}
