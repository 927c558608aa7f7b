package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.lifecycle.TaskAction;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.task.TaskControl;
import io.syncline.server.task.TaskFiles;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.Gate;
import java.util.Map;

/// `/tasks/import`: a task from the file that the command line and other tasks give.
final class ImportPage {
    private final Pages pages;
    private final Tasks tasks;
    private final TaskFiles files;

    ImportPage(Pages pages, Tasks tasks, TaskFiles files) {
        this.pages = pages;
        this.tasks = tasks;
        this.files = files;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/tasks/import", ctx -> show(ctx, Form.empty()))
                .post("/tasks/import", this::take);
    }

    private void show(Context ctx, Form form) {
        Gate.actor(ctx).require(Role.OPERATOR, "create tasks");
        Map<String, Object> values = Map.of("form", form);
        if (form.isRefused()) {
            pages.again(ctx, "newImport", t("new-task"), values);
        } else {
            pages.show(ctx, "newImport", t("new-task"), values);
        }
    }

    private void take(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Form form = Form.sent(ctx);
        try {
            TaskControl made = files.create(actor, form.raw("yaml"));
            tasks.act(actor, made.task().id(), TaskAction.PRECHECK);
            Pages.go(ctx, "/tasks/" + made.task().id() + "/setup/precheck");
        } catch (Problem e) {
            show(ctx, form.refuse("yaml", "[" + e.place() + "] " + e.message(), e.remedy()));
        } catch (SynclineException e) {
            Failure why = e.failure();
            show(ctx, form.refuse("yaml", "[" + why.place() + "] " + why.reason(), why.remedy()));
        }
    }
}
