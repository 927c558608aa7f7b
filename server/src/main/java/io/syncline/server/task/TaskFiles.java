package io.syncline.server.task;

import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.EndpointUri;
import io.syncline.server.instance.Draft;
import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import io.syncline.server.model.VerificationPlan;
import io.syncline.server.settings.ConfigFile;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tasks as YAML files, the same as those of the command line.
public final class TaskFiles {
    /// What becomes an instance, the name, the topology.
    private static final Set<Setting> MEANT_OTHERWISE =
            EnumSet.of(Setting.SOURCE, Setting.TARGET, Setting.TASK, Setting.TWO_WAY, Setting.JSON);

    private static final Pattern SERVICE_LINE =
            Pattern.compile("(?m)^# service: ([a-z-]{1,60}): (\\S.{0,999}?)\\s*$");

    /// Those that are no setting: the name for people, and what is lent by other accounts.
    private static final Set<String> OTHERS =
            Set.of(
                    "name",
                    "source-account",
                    "source-role",
                    "source-instance",
                    "target-account",
                    "target-role",
                    "target-instance");

    private static final Pattern NAME_LINE = Pattern.compile("(?m)^# service: name: (.{1,64})$");

    private final Tasks tasks;
    private final Instances instances;
    private final Planner planner;

    /// Plans verifications of a task.
    @FunctionalInterface
    public interface Planner {
        VerificationPlan plan(Actor actor, String task, VerificationPlan plan);
    }

    /// @param planner takes what is verified again and again
    public TaskFiles(Tasks tasks, Instances instances, Planner planner) {
        this.tasks = tasks;
        this.instances = instances;
        this.planner = planner;
    }

    /// The file that does the same with `./syncline sync --config`, without secrets.
    public String yaml(Actor actor, String id) {
        return tasks.yaml(actor, id);
    }

    /// Creates a task from a file. Its endpoints are found among the account's instances, or
    /// registered.
    public TaskControl create(Actor actor, String text) {
        Settings settings = ConfigFile.parse("yaml", text);
        Task.Topology topology =
                settings.flag(Setting.TWO_WAY) ? Task.Topology.TWO_WAY : Task.Topology.ONE_WAY;
        Map<String, String> kept = kept(settings, topology);
        Map<String, String> service = serviceLines(text);
        TaskSettings.SERVICE_ONLY.forEach(key -> {
            String value = service.get(key);
            if (value != null) {
                kept.put(key, value);
            }
        });
        AlertRules alerts = AlertLines.read(service);
        VerificationPlan plan = PlanLines.read(service);
        String ceiling =
                Long.toString(
                        InstanceClass.ofCode(
                                        kept.getOrDefault(
                                                TaskSettings.CLASS, InstanceClass.UNLIMITED.code()))
                                .withCeiling(0));
        if (ceiling.equals(kept.get(Setting.MAX_RPS.key()))) {
            // It only says the same again, for the command line.
            kept.remove(Setting.MAX_RPS.key());
        }
        // Before instances are registered for a task that cannot be.
        TaskSettings.checked(topology, kept);
        TaskControl control =
                tasks.create(
                        actor,
                        new NewTask(
                                name(settings, text),
                                topology,
                                side(actor, settings, service, Setting.SOURCE),
                                side(actor, settings, service, Setting.TARGET),
                                kept,
                                alerts));
        if (plan != null) {
            plan(actor, control.task().id(), plan);
        }
        return control;
    }

    /// A task whose plan cannot be is not left behind.
    private void plan(Actor actor, String task, VerificationPlan plan) {
        try {
            planner.plan(actor, task, plan);
        } catch (Problem | SynclineException e) {
            tasks.act(actor, task, TaskAction.RELEASE);
            throw e;
        }
    }

    /// What only the service knows goes with the file as comments: to the command line they say
    /// nothing.
    ///
    /// @param lent what is used of other accounts
    static String serviceLines(Task task, VerificationPlan plan, Map<String, String> lent) {
        Map<String, String> all = new LinkedHashMap<>();
        if (!task.name().equals(plainName(task.name()))) {
            all.put("name", task.name());
        }
        all.putAll(lent);
        for (String key : TaskSettings.SERVICE_ONLY) {
            String value = task.settings().get(key);
            if (value != null) {
                all.put(key, value);
            }
        }
        all.putAll(AlertLines.of(task.alerts()));
        all.putAll(PlanLines.of(plan));
        StringBuilder lines = new StringBuilder();
        all.forEach((key, value) -> {
            lines.append(lines.isEmpty() ? "\n# What only the service reads\n" : "");
            lines.append("# service: ").append(key).append(": ").append(value).append('\n');
        });
        return lines.toString();
    }

    private static Map<String, String> serviceLines(String text) {
        Map<String, String> found = new TreeMap<>();
        Matcher line = SERVICE_LINE.matcher(text);
        while (line.find()) {
            found.put(line.group(1), line.group(2));
        }
        found.keySet().forEach(TaskFiles::requireKnown);
        return found;
    }

    /// Rules of alerts and plans are looked at where they are read.
    private static void requireKnown(String key) {
        boolean known =
                key.startsWith(AlertLines.PREFIX)
                        || key.startsWith(PlanLines.PREFIX)
                        || OTHERS.contains(key)
                        || TaskSettings.SERVICE_ONLY.contains(key);
        if (!known) {
            throw Problem.badRequest(
                    Names.shown(key),
                    "the service knows no such line",
                    "Take the name as a downloaded file has it, for example alert-lag-seconds");
        }
    }

    /// A name for people may hold what one for keys may not.
    private static String name(Settings settings, String text) {
        Matcher line = NAME_LINE.matcher(text);
        return line.find() ? line.group(1) : settings.text(Setting.TASK);
    }

    /// The name as the engine takes it.
    static String plainName(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]+", "-");
    }

    private static Map<String, String> kept(Settings settings, Task.Topology topology) {
        Map<String, String> kept = new TreeMap<>();
        for (Setting setting : Setting.values()) {
            Settings.Given given = settings.given(setting);
            if (given == null || MEANT_OTHERWISE.contains(setting)) {
                continue;
            }
            boolean usual = given.text().strip().equals(setting.initial());
            if (TaskSettings.known(topology).contains(setting)) {
                kept.put(setting.key(), given.text());
            } else if (!usual && !given.text().strip().equals("false")) {
                throw Problem.badRequest(
                        given.place(),
                        "'" + setting.key() + "' is not for a " + topology.code() + " task here",
                        remedy(setting));
            }
        }
        return kept;
    }

    private static String remedy(Setting setting) {
        return switch (setting) {
            case CONFLICT_LOG -> "Leave it out: the service keeps the conflicts itself";
            case RESYNC_FROM -> "Leave it out; ./syncline task resync does it when it is needed";
            case SOURCE_PASSWORD_FILE, TARGET_PASSWORD_FILE ->
                    "Leave it out: the service reads no files that a task names; passwords belong to"
                            + " the instance";
            default -> "Leave it out";
        };
    }

    private NewTask.Chosen side(
            Actor actor, Settings settings, Map<String, String> service, Setting setting) {
        String uri = settings.text(setting);
        if (uri.isBlank()) {
            throw Problem.badRequest(
                    "yaml",
                    "the " + setting.key() + " is missing",
                    "Write " + setting.key() + ": redis://host:port");
        }
        Endpoint wanted = EndpointUri.parse(uri.strip(), settings.place(setting));
        String account = service.getOrDefault(setting.key() + "-account", actor.account());
        String lent = service.getOrDefault(setting.key() + "-instance", "");
        // One whose endpoint was written anew in the file is meant to be another one.
        if (!account.equals(actor.account())
                && instances
                        .ifThere(lent)
                        .filter(it -> isSame(it.endpoint("", null), wanted))
                        .isPresent()) {
            return new NewTask.Chosen(
                    lent, account, service.getOrDefault(setting.key() + "-role", ""));
        }
        RegisteredInstance found =
                instances.list(actor).stream()
                        .filter(it -> isSame(it.endpoint("", null), wanted))
                        .findFirst()
                        .orElseGet(() -> instances.register(actor, draft(uri)));
        return new NewTask.Chosen(found.id(), "", "");
    }

    /// What a file says of TLS and of the user is never taken for something else.
    private static boolean isSame(Endpoint known, Endpoint wanted) {
        String user = wanted.credentials().user();
        return known.addresses().equals(wanted.addresses())
                && known.topology() == wanted.topology()
                && known.primaryName().equals(wanted.primaryName())
                && known.tls().enabled() == wanted.tls().enabled()
                && (user.isEmpty() || user.equals(known.credentials().user()));
    }

    private static Draft draft(String uri) {
        return new Draft(null, uri, null, null, null, null, null, null, null, null);
    }
}
