package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.account.Logins;
import io.syncline.server.model.Problem;
import io.syncline.server.web.Gate;
import java.util.Map;

/// Logging in and out.
final class LoginPage {
    private final Pages pages;
    private final Gate gate;
    private final Logins logins;

    LoginPage(Pages pages, Gate gate, Logins logins) {
        this.pages = pages;
        this.gate = gate;
        this.logins = logins;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/", ctx -> ctx.redirect("/tasks"))
                .get("/login", ctx -> show(ctx, ""))
                .post("/login", this::logIn)
                .post("/logout", this::logOut);
    }

    private void show(Context ctx, String trouble) {
        pages.show(ctx, "login", t("log-in"), Map.of("trouble", trouble));
    }

    private void logIn(Context ctx) {
        String user = ctx.formParam("user");
        String password = ctx.formParam("password");
        try {
            gate.begin(
                    ctx,
                    logins.logIn(
                            user == null ? "" : user.strip(),
                            password == null ? "" : password,
                            Gate.address(ctx)));
            ctx.status(303).header("Location", "/tasks");
        } catch (Problem e) {
            ctx.status(e.code().status());
            show(ctx, e.message() + ". " + e.remedy() + ".");
        }
    }

    private void logOut(Context ctx) {
        gate.end(ctx);
        ctx.status(303).header("Location", "/login");
    }
}
