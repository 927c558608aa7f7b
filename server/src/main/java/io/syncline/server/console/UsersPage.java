package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.account.Accounts;
import io.syncline.server.account.Logins;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.web.Gate;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/users` and `/me`: users, roles and accounts; the own password and tokens.
final class UsersPage {
    private static final int USUAL_DAYS = 90;

    private final Pages pages;
    private final Accounts accounts;
    private final Logins logins;

    UsersPage(Pages pages, Accounts accounts, Logins logins) {
        this.pages = pages;
        this.accounts = accounts;
        this.logins = logins;
    }

    void routes(JavalinConfig config) {
        config.routes
                .get("/users", ctx -> users(ctx, Form.empty(), Form.empty()))
                .post("/users", this::addUser)
                .post("/users/{id}/role", this::role)
                .post("/users/{id}/password", this::password)
                .post("/users/{id}/remove", this::removeUser)
                .post("/accounts", this::addAccount)
                .get("/me", ctx -> me(ctx, Form.empty(), Form.empty(), ""))
                .post("/me/password", this::ownPassword)
                .post("/me/tokens", this::makeToken)
                .post("/me/tokens/{id}/remove", this::removeToken);
    }

    private void users(Context ctx, Form form, Form account) {
        Actor actor = Gate.actor(ctx);
        Map<String, Object> values = new HashMap<>();
        values.put("form", form);
        values.put("account", account);
        values.put("users", accounts.users(actor));
        values.put("accounts", accounts.accounts(actor));
        values.put("own", accounts.own(actor));
        values.put("self", actor.user());
        values.put("root", actor.root() && actor.role() == Role.ADMIN);
        if (form.isRefused() || account.isRefused()) {
            pages.again(ctx, "users", t("users"), values);
        } else {
            pages.show(ctx, "users", t("users"), values);
        }
    }

    private void addUser(Context ctx) {
        Form form = Form.sent(ctx);
        try {
            accounts.addUser(
                    Gate.actor(ctx),
                    form.value("name"),
                    form.raw("password"),
                    Role.ofCode(form.value("role", "viewer")));
            Pages.go(ctx, "/users");
        } catch (Problem e) {
            users(ctx, form.refuse(e), Form.empty());
        }
    }

    private void addAccount(Context ctx) {
        Form form = Form.sent(ctx);
        try {
            accounts.create(
                    Gate.actor(ctx),
                    form.value("accountName"),
                    form.value("adminName"),
                    form.raw("adminPassword"));
            Pages.go(ctx, "/users#accounts");
        } catch (Problem e) {
            String field =
                    switch (e.place()) {
                        case "name" -> e.message().contains("user") ? "adminName" : "accountName";
                        case "password" -> "adminPassword";
                        default -> "accountName";
                    };
            form.refuse(field, e.message(), e.remedy());
            users(ctx, Form.empty(), form);
        }
    }

    private void role(Context ctx) {
        Role role = Role.ofCode(Form.sent(ctx).value("role"));
        accounts.change(Gate.actor(ctx), ctx.pathParam("id"), role, null);
        Pages.go(ctx, "/users");
    }

    private void password(Context ctx) {
        Form form = Form.sent(ctx);
        accounts.change(Gate.actor(ctx), ctx.pathParam("id"), null, password(form, null));
        Pages.go(ctx, "/users");
    }

    private static Accounts.NewPassword password(Form form, @Nullable String old) {
        return new Accounts.NewPassword(
                form.raw("password"), old, form.value("keepTokens").equals("true"));
    }

    private void removeUser(Context ctx) {
        accounts.removeUser(Gate.actor(ctx), ctx.pathParam("id"));
        Pages.go(ctx, "/users");
    }

    /// @param token a secret that was made just now, to be shown this once
    private void me(Context ctx, Form form, Form tokens, String token) {
        Actor actor = Gate.actor(ctx);
        Map<String, Object> values = new HashMap<>();
        values.put("form", form);
        values.put("tokenForm", tokens);
        values.put("token", token);
        values.put("tokens", logins.tokens(actor));
        values.put("account", accounts.own(actor));
        if (form.isRefused() || tokens.isRefused()) {
            pages.again(ctx, "me", actor.name(), values);
        } else {
            pages.show(ctx, "me", actor.name(), values);
        }
    }

    private void ownPassword(Context ctx) {
        Form form = Form.sent(ctx);
        Actor actor = Gate.actor(ctx);
        @Nullable Problem refused = null;
        if (!form.raw("password").equals(form.raw("repeated"))) {
            refused = Problem.badRequest("repeated", t("it-is-not-the-same"), t("type-it-twice"));
        } else {
            try {
                accounts.change(actor, actor.user(), null, password(form, form.raw("oldPassword")));
            } catch (Problem e) {
                refused = e;
            }
        }
        if (refused == null) {
            // Every session of the user ended, this one too.
            Pages.go(ctx, "/login");
        } else {
            me(ctx, form.refuse(refused), Form.empty(), "");
        }
    }

    private void makeToken(Context ctx) {
        Form form = Form.sent(ctx);
        String days = form.value("days", Integer.toString(USUAL_DAYS));
        try {
            if (!days.matches("[0-9]{1,4}")) {
                throw Problem.badRequest("days", t("it-is-not-a-whole"), t("0-never-ends-2"));
            }
            Logins.NewToken made =
                    logins.makeToken(Gate.actor(ctx), form.value("name"), Integer.parseInt(days));
            me(ctx, Form.empty(), Form.empty(), made.secret());
        } catch (Problem e) {
            me(ctx, Form.empty(), form.refuse(e), "");
        }
    }

    private void removeToken(Context ctx) {
        logins.removeToken(Gate.actor(ctx), ctx.pathParam("id"));
        Pages.go(ctx, "/me");
    }
}
