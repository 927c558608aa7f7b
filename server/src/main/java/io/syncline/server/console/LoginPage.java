package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.account.Logins;
import io.syncline.server.model.Problem;
import io.syncline.server.web.Gate;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Logging in and out.
final class LoginPage {
    private static final Pattern OURS =
            Pattern.compile("/[\\x21-\\x7e&&[^/\\\\]][\\x21-\\x7e&&[^\\\\]]*");

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
                .get("/login", this::begin)
                .post("/login", this::logIn)
                .post("/logout", this::logOut);
    }

    private void begin(Context ctx) {
        String next = next(ctx.queryParam("next"));
        if (Gate.isLoggedIn(ctx)) {
            Pages.go(ctx, next.isEmpty() ? "/tasks" : next);
        } else {
            show(ctx, next, "");
        }
    }

    private void show(Context ctx, String next, String trouble) {
        pages.show(ctx, "login", t("log-in"), Map.of("next", next, "trouble", trouble));
    }

    /// Where somebody wanted to go: a page of ours, or nowhere. A browser takes `//host` and
    /// `/\host` for other sites.
    private static String next(@Nullable String asked) {
        return asked != null && OURS.matcher(asked).matches() ? asked : "";
    }

    private void logIn(Context ctx) {
        String user = ctx.formParam("user");
        String password = ctx.formParam("password");
        String next = next(ctx.formParam("next"));
        try {
            String session =
                    logins.logIn(
                            user == null ? "" : user.strip(),
                            password == null ? "" : password,
                            Gate.address(ctx));
            gate.begin(ctx, session);
            Pages.go(ctx, next.isEmpty() ? "/tasks" : next);
        } catch (Problem e) {
            ctx.status(e.code().status());
            show(ctx, next, e.message() + ". " + e.remedy() + ".");
        }
    }

    private void logOut(Context ctx) {
        gate.end(ctx);
        ctx.status(303).header("Location", "/login");
    }
}
