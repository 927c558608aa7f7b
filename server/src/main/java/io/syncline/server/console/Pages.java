package io.syncline.server.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.javalin.http.Context;
import io.syncline.server.model.Problem;
import io.syncline.server.web.Gate;
import java.util.HashMap;
import java.util.Map;

/// Fills templates, which are classes of this program.
final class Pages {
    private final TemplateEngine engine =
            TemplateEngine.createPrecompiled(
                    null, ContentType.Html, Pages.class.getClassLoader(), "io.syncline.jte");

    /// A whole page within the layout.
    ///
    /// @param template name below `page/`
    /// @param values its parameters; `frame` is added
    void show(Context ctx, String template, String title, Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("frame", frame(ctx, title));
        ctx.html(fill("page/" + template + ".jte", all));
    }

    /// A part of a page.
    String fill(String template, Map<String, Object> values) {
        StringOutput output = new StringOutput();
        engine.render(template, values, output);
        return output.toString();
    }

    static Frame frame(Context ctx, String title) {
        boolean known = Gate.isLoggedIn(ctx);
        return new Frame(
                title,
                known ? Gate.actor(ctx).name() : "",
                known ? Gate.actor(ctx).role().code() : "",
                Gate.csrf(ctx),
                ctx.path());
    }

    /// A problem as a page; who is not logged in is asked to.
    void problem(Context ctx, Problem problem) {
        boolean htmx = "true".equals(ctx.header("HX-Request"));
        if (problem.code() == Problem.Code.NOT_LOGGED_IN && !ctx.path().equals("/login")) {
            ctx.status(htmx ? 401 : 303);
            ctx.header(htmx ? "HX-Redirect" : "Location", "/login");
            return;
        }
        if (htmx) {
            ctx.html(fill("part/problem.jte", Map.of("problem", problem)));
            return;
        }
        show(ctx, "problem", "Not possible", Map.of("problem", problem));
    }
}
