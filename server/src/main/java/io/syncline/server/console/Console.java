package io.syncline.server.console;

import io.javalin.config.JavalinConfig;
import io.syncline.server.account.Logins;
import io.syncline.server.model.Actor;
import io.syncline.server.web.ErrorPage;
import io.syncline.server.web.Gate;
import java.util.function.Function;

/// The console: registers every page. A page is one handler class here and its templates under
/// `src/main/jte`; what moves in it comes over [LiveStreams].
public final class Console {
    private final Pages pages;
    private final LoginPage login;
    private final TaskListPage taskList;
    private final NewTaskPage newTask;
    private final ImportPage imported;
    private final SetupPage setup;
    private final TaskPage task;
    private final VerificationPage verification;
    private final InstancesPage instances;
    private final AlertsPage alerts;
    private final UsersPage users;
    private final GrantsPage grants;
    private final AuditPage audit;
    private final SystemPage system;
    private final LiveStreams live;
    private final Function<Actor, String> sample;

    public Console(Gate gate, Logins logins, Services services, Surroundings surroundings) {
        pages = new Pages(actor -> Health.of(services.tasks().list(actor)));
        Sides sides = new Sides(services.instances(), services.grants());
        login = new LoginPage(pages, gate, logins);
        taskList = new TaskListPage(pages, services.tasks(), services.views(), services.charts());
        sample = surroundings.sample();
        newTask = new NewTaskPage(pages, services.tasks(), sides);
        imported = new ImportPage(pages, services.tasks(), services.files());
        setup = new SetupPage(pages, services.tasks(), services.changes(), services.views(), sides);
        verification = new VerificationPage(pages, services.tasks(), services.verifications());
        task =
                new TaskPage(
                        pages,
                        services.tasks(),
                        services.changes(),
                        services.directions(),
                        services.views(),
                        services.charts(),
                        new TaskTabs(services.tasks(), verification).all());
        instances =
                new InstancesPage(pages, services.instances(), services.tasks(), services.grants());
        alerts = new AlertsPage(pages, services.channels(), services.tasks());
        users = new UsersPage(pages, services.accounts(), logins);
        grants = new GrantsPage(pages, services.grants(), services.instances(), services.tasks());
        audit = new AuditPage(pages, services.audit());
        system = new SystemPage(pages, services, surroundings);
        live = new LiveStreams(pages, gate, services.tasks(), services.views(), taskList::parts);
    }

    public void routes(JavalinConfig config) {
        config.appData(ErrorPage.KEY, pages::problem);
        new Assets().routes(config);
        login.routes(config);
        taskList.routes(config);
        newTask.routes(config);
        imported.routes(config);
        setup.routes(config);
        task.routes(config);
        verification.routes(config, task);
        instances.routes(config);
        alerts.routes(config);
        users.routes(config);
        grants.routes(config);
        audit.routes(config);
        system.routes(config);
        live.routes(config);
        config.routes.post(
                "/tasks/sample", ctx -> Pages.go(ctx, "/tasks/" + sample.apply(Gate.actor(ctx))));
    }

    /// Brings every open page up to date. To be called about once a second.
    public void send() {
        live.send();
    }
}
