package io.syncline.server.boot;

import io.syncline.server.demo.Demo;
import io.syncline.server.instance.Draft;
import io.syncline.server.instance.Instances;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Task;
import io.syncline.server.task.NewTask;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.Tasks;
import java.util.Map;

/// A task to look at, between servers that are there to be looked at.
public final class Sample {
    private Sample() {}

    /// Registers both in the first account, creates a task and starts it.
    public static void task(Service service, Demo demo) {
        task(service.tasks(), service.instances(), service.firstAdmin(), demo);
    }

    /// The same for whoever asks.
    static TaskControl task(Tasks tasks, Instances instances, Actor actor, Demo demo) {
        NewTask.Chosen source = instance(instances, actor, "Sample source", demo.sourceUri());
        NewTask.Chosen target = instance(instances, actor, "Sample target", demo.targetUri());
        TaskControl task =
                tasks.create(
                        actor,
                        new NewTask(
                                "Sample task",
                                demo.scene().twoWay()
                                        ? Task.Topology.TWO_WAY
                                        : Task.Topology.ONE_WAY,
                                source,
                                target,
                                Map.of(),
                                AlertRules.USUAL));
        return tasks.act(actor, task.task().id(), TaskAction.START);
    }

    private static NewTask.Chosen instance(
            Instances instances, Actor actor, String name, String uri) {
        String id =
                instances
                        .register(
                                actor,
                                new Draft(
                                        name, uri, null, null, null, null, null, null, null, null))
                        .id();
        instances.test(actor, id);
        return new NewTask.Chosen(id, "", "");
    }
}
