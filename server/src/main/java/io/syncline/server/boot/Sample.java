package io.syncline.server.boot;

import io.syncline.server.instance.Draft;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Task;
import io.syncline.server.task.NewTask;
import io.syncline.server.task.TaskControl;
import java.util.Map;

/// A task to look at, between two servers that are there to be looked at.
public final class Sample {
    private Sample() {}

    /// Registers both, creates a task and starts it.
    public static void task(Service service, String sourceUri, String targetUri) {
        Actor actor = service.firstAdmin();
        NewTask.Chosen source = instance(service, actor, "Sample source", sourceUri);
        NewTask.Chosen target = instance(service, actor, "Sample target", targetUri);
        TaskControl task =
                service.tasks()
                        .create(
                                actor,
                                new NewTask(
                                        "Sample task",
                                        Task.Topology.ONE_WAY,
                                        source,
                                        target,
                                        Map.of(),
                                        AlertRules.USUAL));
        service.tasks().act(actor, task.task().id(), TaskAction.START);
    }

    private static NewTask.Chosen instance(Service service, Actor actor, String name, String uri) {
        String id =
                service.instances()
                        .register(
                                actor,
                                new Draft(
                                        name, uri, null, null, null, null, null, null, null, null))
                        .id();
        service.instances().test(actor, id);
        return new NewTask.Chosen(id, "", "");
    }
}
