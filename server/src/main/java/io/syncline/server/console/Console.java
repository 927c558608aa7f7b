package io.syncline.server.console;

import io.javalin.config.JavalinConfig;
import io.syncline.server.account.Logins;
import io.syncline.server.api.TaskViews;
import io.syncline.server.metrics.Charts;
import io.syncline.server.task.Tasks;
import io.syncline.server.web.ErrorPage;
import io.syncline.server.web.Gate;

/// The console: registers every page. A page is one handler class here and its templates under
/// `src/main/jte`; what moves in it comes over [LiveStreams].
public final class Console {
    private final Pages pages = new Pages();
    private final LoginPage login;
    private final TaskListPage taskList;
    private final TaskPage task;
    private final LiveStreams live;

    public Console(Gate gate, Logins logins, Tasks tasks, TaskViews views, Charts charts) {
        login = new LoginPage(pages, gate, logins);
        taskList = new TaskListPage(pages, tasks, views);
        task = new TaskPage(pages, tasks, views, charts);
        live = new LiveStreams(pages, tasks, views);
    }

    public void routes(JavalinConfig config) {
        config.appData(ErrorPage.KEY, pages::problem);
        new Assets().routes(config);
        login.routes(config);
        taskList.routes(config);
        task.routes(config);
        live.routes(config);
    }

    /// Brings every open page up to date. To be called about once a second.
    public void send() {
        live.send();
    }
}
