package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.web.Gate;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// Fills templates, which are classes of this program.
final class Pages {
    /// Live parts of a page that has none of its own.
    static final String LIVE = "/live/health";

    private final TemplateEngine engine =
            TemplateEngine.createPrecompiled(
                    null, ContentType.Html, Pages.class.getClassLoader(), "io.syncline.jte");
    private final Function<Actor, Health> health;

    Pages(Function<Actor, Health> health) {
        this.health = health;
    }

    /// A whole page within the layout.
    ///
    /// @param template name below `page/`
    /// @param values its parameters; `frame` is added
    void show(Context ctx, String template, String title, Map<String, Object> values) {
        show(ctx, template, title, LIVE, values);
    }

    /// The same with live parts of its own.
    void show(Context ctx, String template, String title, String live, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("frame", frame(ctx, title, live));
        ctx.html(fill("page/" + template + ".jte", all));
    }

    /// A form that was refused, shown again as it was filled in.
    void again(Context ctx, String template, String title, Map<String, Object> values) {
        ctx.status(Problem.Code.BAD_REQUEST.status());
        show(ctx, template, title, values);
    }

    /// A part of a page.
    String fill(String template, Map<String, Object> values) {
        StringOutput output = new StringOutput();
        engine.render(template, values, output);
        return output.toString();
    }

    String health(Actor actor) {
        return fill("part/health.jte", Map.of("health", health.apply(actor)));
    }

    Frame frame(Context ctx, String title, String live) {
        boolean known = Gate.isLoggedIn(ctx);
        return new Frame(
                title,
                known ? Gate.actor(ctx).name() : "",
                known ? Gate.actor(ctx).role().code() : "",
                Gate.csrf(ctx),
                ctx.path(),
                known ? health.apply(Gate.actor(ctx)) : Health.NONE,
                live,
                Assets.BUILD);
    }

    /// Whether a part of a page asks, not the browser for a page.
    static boolean isPart(Context ctx) {
        return "true".equals(ctx.header("HX-Request"));
    }

    /// A problem as a page; who is not logged in is asked to.
    void problem(Context ctx, Problem problem) {
        boolean htmx = isPart(ctx);
        if (problem.code() == Problem.Code.NOT_LOGGED_IN && !ctx.path().equals("/login")) {
            ctx.status(htmx ? 401 : 303);
            ctx.header(htmx ? "HX-Redirect" : "Location", htmx ? loginAgain(ctx) : login(ctx));
            return;
        }
        if (htmx) {
            ctx.html(fill("part/problem.jte", Map.of("problem", problem)));
            return;
        }
        show(ctx, "problem", t("that-is-not-possible"), Map.of("problem", problem));
    }

    /// Whoever opens a page by its address is led there after the login.
    private static String login(Context ctx) {
        if (ctx.path().startsWith("/tasks/new")) {
            // What was entered in the wizard is not lost with the session.
            Form form = ctx.method().equals(HandlerType.GET) ? Form.asked(ctx) : Form.sent(ctx);
            String page = ctx.path().replaceFirst("/test/.*", "") + form.query(TaskDraft.ALL);
            return "/login?next=" + URLEncoder.encode(page, StandardCharsets.UTF_8);
        }
        String query = ctx.queryString();
        String here = ctx.path() + (query == null ? "" : "?" + query);
        return !ctx.method().equals(HandlerType.GET) || here.equals("/tasks")
                ? "/login"
                : "/login?next=" + URLEncoder.encode(here, StandardCharsets.UTF_8);
    }

    /// The same for a part of a page that asks by itself.
    private static String loginAgain(Context ctx) {
        String page = ctx.header("HX-Current-URL");
        String path = page == null ? "" : page.replaceFirst("^https?://[^/]*", "");
        return "/login?next=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
    }

    /// To another page after a change, so that loading it again repeats nothing.
    static void go(Context ctx, String path) {
        ctx.status(303).header("Location", path);
    }
}
