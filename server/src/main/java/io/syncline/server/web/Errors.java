package io.syncline.server.web;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/// How a request that cannot be done is answered: code, place, message, remedy.
public final class Errors {

    private Errors() {}

    static void answer(Problem problem, Context ctx) {
        ctx.status(problem.code().status());
        if (problem.code() == Problem.Code.NOT_LOGGED_IN) {
            ctx.header("WWW-Authenticate", "Bearer");
        }
        if (isApi(ctx)) {
            Json.answer(ctx, body(problem));
        } else {
            ErrorPage page = ctx.appData(ErrorPage.KEY);
            page.show(ctx, problem);
        }
    }

    /// As the REST interface says it.
    public static Map<String, Object> body(Problem problem) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("code", problem.code().name());
        body.put("place", problem.place());
        body.put("message", problem.message());
        body.put("remedy", problem.remedy());
        return body;
    }

    /// What Javalin itself refuses: no such route, a method that is not there, too much.
    static void http(HttpResponseException e, Context ctx) {
        String methods = e.getDetails().get("availableMethods");
        if (methods != null) {
            ctx.header("Allow", methods);
        }
        Problem.Code code =
                switch (e.getStatus()) {
                    case 404, 405 -> Problem.Code.NOT_FOUND;
                    case 413 -> Problem.Code.TOO_LARGE;
                    default -> Problem.Code.BAD_REQUEST;
                };
        answer(
                new Problem(
                        code,
                        Names.shown(ctx.path()),
                        code == Problem.Code.TOO_LARGE
                                ? "the request is larger than 1 MB"
                                : "there is nothing at this address for " + ctx.method(),
                        "See /api/openapi.yaml for what there is"),
                ctx);
        ctx.status(e.getStatus());
    }

    private static boolean isApi(Context ctx) {
        return ctx.path().startsWith("/api/")
                || ctx.path().startsWith("/health")
                || ctx.path().startsWith("/live/")
                || ctx.path().equals("/ready")
                || ctx.path().equals("/metrics");
    }
}
