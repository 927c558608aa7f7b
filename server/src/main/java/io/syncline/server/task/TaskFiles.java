package io.syncline.server.task;

import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.EndpointUri;
import io.syncline.server.instance.Draft;
import io.syncline.server.instance.Instances;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import io.syncline.server.settings.ConfigFile;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import java.util.Map;
import java.util.TreeMap;

/// Tasks as YAML files, the same as those of the command line.
public final class TaskFiles {
    private final Tasks tasks;
    private final Instances instances;

    public TaskFiles(Tasks tasks, Instances instances) {
        this.tasks = tasks;
        this.instances = instances;
    }

    /// The file that does the same with `./syncline sync --config`, without secrets.
    public String yaml(Actor actor, String id) {
        return tasks.yaml(actor, id);
    }

    /// Creates a task from a file. Its endpoints are found among the account's instances, or
    /// registered.
    public TaskControl create(Actor actor, String text) {
        Settings settings = ConfigFile.parse("yaml", text);
        Map<String, String> kept = new TreeMap<>();
        for (Setting setting : Setting.values()) {
            Settings.Given given = settings.given(setting);
            if (given != null && TaskSettings.known().contains(setting)) {
                kept.put(setting.key(), given.text());
            } else if (given != null && setting.section() == Setting.Section.TWO_WAY) {
                requireOneWay(setting, given);
            } else if (given != null
                    && setting != Setting.SOURCE
                    && setting != Setting.TARGET
                    && setting != Setting.TASK) {
                throw Problem.badRequest(
                        given.place(),
                        "the service does not read files that a task names",
                        "Leave '" + setting.key() + "' out; passwords belong to the instance");
            }
        }
        // Before instances are registered for a task that cannot be.
        TaskSettings.checked(kept);
        return tasks.create(
                actor,
                new NewTask(
                        settings.text(Setting.TASK),
                        Task.Topology.ONE_WAY,
                        side(actor, settings, Setting.SOURCE),
                        side(actor, settings, Setting.TARGET),
                        kept,
                        AlertRules.USUAL));
    }

    /// What else a file says of two-way tasks means nothing without `two-way: true`.
    private static void requireOneWay(Setting setting, Settings.Given given) {
        if (setting == Setting.TWO_WAY && !given.text().strip().equals("false")) {
            throw Problem.badRequest(
                    given.place(),
                    "the service runs one-way tasks; a two-way task runs on the command line",
                    "./syncline sync --two-way --config FILE");
        }
    }

    private NewTask.Chosen side(Actor actor, Settings settings, Setting setting) {
        String uri = settings.text(setting);
        if (uri.isBlank()) {
            throw Problem.badRequest(
                    "yaml",
                    "the " + setting.key() + " is missing",
                    "Write " + setting.key() + ": redis://host:port");
        }
        Endpoint wanted = EndpointUri.parse(uri.strip(), settings.place(setting));
        RegisteredInstance found =
                instances.list(actor).stream()
                        .filter(it -> isSame(it.endpoint("", null), wanted))
                        .findFirst()
                        .orElseGet(() -> instances.register(actor, draft(uri)));
        return new NewTask.Chosen(found.id(), "", "");
    }

    private static boolean isSame(Endpoint one, Endpoint other) {
        return one.addresses().equals(other.addresses())
                && one.topology() == other.topology()
                && one.primaryName().equals(other.primaryName());
    }

    private static Draft draft(String uri) {
        return new Draft(null, uri, null, null, null, null, null, null, null, null);
    }
}
