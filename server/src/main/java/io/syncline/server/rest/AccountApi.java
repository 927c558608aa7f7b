package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.account.Accounts;
import io.syncline.server.account.Audit;
import io.syncline.server.account.Grants;
import io.syncline.server.account.Logins;
import io.syncline.server.model.Account;
import io.syncline.server.model.Actor;
import io.syncline.server.model.ApiToken;
import io.syncline.server.model.AuditEntry;
import io.syncline.server.model.Grant;
import io.syncline.server.model.Role;
import io.syncline.server.model.User;
import io.syncline.server.web.Body;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Who may do what: `/api/v1/login`, `/me`, `/tokens`, `/users`, `/accounts`, `/grants`, `/audit`.
public final class AccountApi {
    private final Logins logins;
    private final Accounts accounts;
    private final Grants grants;
    private final Audit audit;

    public AccountApi(Logins logins, Accounts accounts, Grants grants, Audit audit) {
        this.logins = logins;
        this.accounts = accounts;
        this.grants = grants;
        this.audit = audit;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .post("/api/v1/login", this::logIn)
                .get("/api/v1/me", this::me)
                .get("/api/v1/tokens", this::tokens)
                .post("/api/v1/tokens", this::makeToken)
                .delete("/api/v1/tokens/{id}", this::removeToken)
                .get("/api/v1/users", this::users)
                .post("/api/v1/users", this::addUser)
                .patch("/api/v1/users/{id}", this::changeUser)
                .delete("/api/v1/users/{id}", this::removeUser)
                .get("/api/v1/accounts", this::listAccounts)
                .post("/api/v1/accounts", this::addAccount)
                .get("/api/v1/grants", this::listGrants)
                .post("/api/v1/grants", this::give)
                .delete("/api/v1/grants/{id}", this::revoke)
                .get("/api/v1/audit", this::audit);
    }

    /// For programs: name and password against a token. The console has a page of its own.
    private void logIn(Context ctx) {
        Body body = Body.of(ctx);
        String user = body.text("user");
        String password = body.text("password");
        String name = body.text("tokenName", "command line");
        int days = body.number("days", 90);
        body.done();
        ctx.status(201);
        answer(ctx, logins.makeToken(user, password, Gate.address(ctx), name, days));
    }

    private void me(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Map<String, Object> me = new LinkedHashMap<>();
        me.put("user", actor.user());
        me.put("name", actor.name());
        me.put("role", actor.role().code());
        me.put("account", actor.account());
        me.put("accountName", accounts.own(actor).name());
        Json.answer(ctx, me);
    }

    private void tokens(Context ctx) {
        List<?> all = logins.tokens(Gate.actor(ctx)).stream().map(AccountApi::view).toList();
        Json.answer(ctx, Map.of("tokens", all));
    }

    private static Map<String, Object> view(ApiToken it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", it.id());
        view.put("name", it.name());
        view.put("created", it.created().toString());
        if (it.expires() != null) {
            view.put("expires", it.expires().toString());
        }
        if (it.used() != null) {
            view.put("used", it.used().toString());
        }
        return view;
    }

    private void makeToken(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name");
        int days = body.number("days", 90);
        body.done();
        ctx.status(201);
        answer(ctx, logins.makeToken(Gate.actor(ctx), name, days));
    }

    private static void answer(Context ctx, Logins.NewToken made) {
        Map<String, Object> view = view(made.token());
        view.put("token", made.secret());
        Json.answer(ctx, view);
    }

    private void removeToken(Context ctx) {
        logins.removeToken(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.status(204);
    }

    private void users(Context ctx) {
        List<?> all = accounts.users(Gate.actor(ctx)).stream().map(AccountApi::view).toList();
        Json.answer(ctx, Map.of("users", all));
    }

    private static Map<String, Object> view(User it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", it.id());
        view.put("name", it.name());
        view.put("role", it.role().code());
        view.put("created", it.created().toString());
        return view;
    }

    private void addUser(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name");
        String password = body.text("password");
        Role role = Role.ofCode(body.text("role", Role.VIEWER.code()));
        body.done();
        ctx.status(201);
        Json.answer(ctx, view(accounts.addUser(Gate.actor(ctx), name, password, role)));
    }

    private void changeUser(Context ctx) {
        Actor actor = Gate.actor(ctx);
        Body body = Body.of(ctx);
        String role = body.textOrNull("role");
        String password = body.textOrNull("password");
        String old = body.textOrNull("oldPassword");
        boolean keepsTokens = body.truth("keepTokens", false);
        body.done();
        String id = ctx.pathParam("id");
        Accounts.Ended ended =
                accounts.change(
                        actor,
                        id,
                        role == null ? null : Role.ofCode(role),
                        password == null
                                ? null
                                : new Accounts.NewPassword(password, old, keepsTokens));
        if (password == null) {
            ctx.status(204);
        } else {
            Json.answer(
                    ctx,
                    Map.of("sessionsEnded", ended.sessions(), "tokensRevoked", ended.tokens()));
        }
    }

    private void removeUser(Context ctx) {
        accounts.removeUser(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.status(204);
    }

    private void listAccounts(Context ctx) {
        List<?> all = accounts.accounts(Gate.actor(ctx)).stream().map(AccountApi::view).toList();
        Json.answer(ctx, Map.of("accounts", all));
    }

    private static Map<String, Object> view(Account it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", it.id());
        view.put("name", it.name());
        view.put("created", it.created().toString());
        return view;
    }

    private void addAccount(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name");
        String admin = body.text("adminName");
        String password = body.text("adminPassword");
        body.done();
        ctx.status(201);
        Json.answer(ctx, view(accounts.create(Gate.actor(ctx), name, admin, password)));
    }

    private void listGrants(Context ctx) {
        Actor actor = Gate.actor(ctx);
        List<?> all = grants.grants(actor).stream().map(AccountApi::view).toList();
        Json.answer(ctx, Map.of("grants", all));
    }

    private static Map<String, Object> view(Grant it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", it.id());
        view.put("account", it.account());
        view.put("role", it.role());
        view.put("grantee", it.grantee());
        view.put("instances", it.instances());
        view.put("created", it.created().toString());
        if (it.revoked() != null) {
            view.put("revoked", it.revoked().toString());
        }
        return view;
    }

    private void give(Context ctx) {
        Body body = Body.of(ctx);
        String role = body.text("role");
        String grantee = body.text("grantee");
        List<String> instances = body.textsOrNull("instances");
        body.done();
        ctx.status(201);
        Json.answer(
                ctx,
                view(
                        grants.give(
                                Gate.actor(ctx),
                                role,
                                grantee,
                                instances == null ? List.of() : instances)));
    }

    private void revoke(Context ctx) {
        grants.revoke(Gate.actor(ctx), ctx.pathParam("id"));
        ctx.status(204);
    }

    private void audit(Context ctx) {
        Actor actor = Gate.actor(ctx);
        actor.require(Role.ADMIN, "read the audit log");
        List<?> all =
                audit
                        .entries(
                                actor,
                                TaskLogApi.number(ctx, "before", Long.MAX_VALUE),
                                TaskLogApi.limit(ctx))
                        .stream()
                        .map(AccountApi::view)
                        .toList();
        Json.answer(ctx, Map.of("audit", all));
    }

    private static Map<String, Object> view(AuditEntry it) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", Long.toString(it.id()));
        view.put("at", it.at().toString());
        view.put("actor", it.actor());
        view.put("action", it.action());
        view.put("subject", it.subject());
        view.put("detail", it.detail());
        return view;
    }
}
