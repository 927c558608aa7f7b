package io.syncline.server.web;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HttpResponseException;
import io.javalin.http.SameSite;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.account.Logins;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.security.Secrets;
import io.syncline.server.store.Store;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Stands before every request: says who calls, refuses what another site could have sent, and sets
/// the headers that keep a browser on our side.
public final class Gate {
    private static final System.Logger LOG = System.getLogger(Gate.class.getName());
    private static final String SESSION_COOKIE = "syncline-session";
    private static final String PROTO = "X-Forwarded-Proto";
    private static final String CSRF_HEADER = "X-CSRF-Token";
    private static final String CSRF_FIELD = "csrf";
    private static final String ACTOR = "actor";
    private static final String SESSION = "session";
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    /// Nothing from elsewhere, nothing inline, in nobody's frame.
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
                    + " frame-ancestors 'none'; form-action 'self'";

    /// Go out with every answer.
    static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    POLICY,
                    "X-Content-Type-Options",
                    "nosniff",
                    "X-Frame-Options",
                    "DENY",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cross-Origin-Opener-Policy",
                    "same-origin",
                    "Cross-Origin-Resource-Policy",
                    "same-origin",
                    "Permissions-Policy",
                    "camera=(), geolocation=(), microphone=()",
                    "Cache-Control",
                    "no-store");

    private final Logins logins;
    private boolean secure;
    private volatile boolean open;

    public Gate(Logins logins) {
        this.logins = logins;
    }

    /// Lets requests in: there is a first user now, and tasks go on.
    public void open() {
        open = true;
    }

    public boolean isOpen() {
        return open;
    }

    void guard(JavalinConfig config, boolean tls) {
        secure = tls;
        config.routes.before(this::before);
        config.routes.exception(Problem.class, Errors::answer);
        config.routes.exception(
                SynclineException.class, (e, ctx) -> Errors.answer(Problem.of(e.failure()), ctx));
        config.routes.exception(HttpResponseException.class, Errors::http);
        config.routes.exception(Exception.class, Gate::answer);
    }

    /// Answers what nobody expected. An exception from here would be handled here, too, for ever.
    static void answer(Exception e, Context ctx) {
        if (isGone(ctx)) {
            return;
        }
        if (Store.isAway(e)) {
            LOG.log(System.Logger.Level.WARNING, "the database does not answer", e);
            Errors.answer(storeAway(), ctx);
            return;
        }
        LOG.log(System.Logger.Level.ERROR, ctx.method() + " " + ctx.path(), e);
        Errors.answer(
                new Problem(
                        Problem.Code.INTERNAL,
                        "syncline",
                        "a bug of Syncline: " + e.getClass().getSimpleName(),
                        "Try again; if it repeats, report it with the log"),
                ctx);
    }

    /// Whether the request is over, and what it was held in is used for others: a page that was
    /// closed while something was sent to it.
    private static boolean isGone(Context ctx) {
        try {
            return ctx.path().isEmpty() || ctx.statusCode() == 0;
        } catch (IllegalStateException | NullPointerException e) {
            LOG.log(System.Logger.Level.DEBUG, "an answer to nobody", e);
            return true;
        }
    }

    private static Problem storeAway() {
        return new Problem(
                Problem.Code.UNAVAILABLE,
                "store",
                "the service's database does not answer",
                "Tasks that run go on; check the database, and try again");
    }

    /// What is answered between the first moment of listening and the last of starting.
    public static Problem starting() {
        return new Problem(
                Problem.Code.UNAVAILABLE,
                "service",
                "it is starting: tasks do not go on yet",
                "Ask again in a second");
    }

    private void before(Context ctx) {
        HEADERS.forEach(ctx::header);
        if (secure) {
            ctx.header("Strict-Transport-Security", "max-age=31536000");
        }
        if (ctx.path().startsWith("/health") || ctx.path().equals("/ready")) {
            // Who calls stands in the store, which a process that lives may have lost.
            return;
        }
        if (!open) {
            throw starting();
        }
        identify(ctx);
        boolean login = ctx.path().equals("/api/v1/login");
        boolean live = ctx.path().startsWith("/live/");
        if (live || (ctx.path().startsWith("/api/v1/") && !login)) {
            // Before anything is read of the request, or answered: a stream begins with its status.
            actor(ctx);
        }
        if (!SAFE.contains(ctx.method().name())) {
            requireOurPage(ctx);
        }
    }

    private void identify(Context ctx) {
        String authorization = ctx.header("Authorization");
        if (authorization != null) {
            // A header that is wrong is never helped out by a cookie.
            ctx.attribute(ACTOR, byHeader(authorization).orElseThrow(Gate::badToken));
            return;
        }
        String session = ctx.cookie(SESSION_COOKIE);
        if (session != null) {
            logins.bySession(session)
                    .ifPresent(actor -> {
                        ctx.attribute(ACTOR, actor);
                        ctx.attribute(SESSION, session);
                    });
        }
    }

    private Optional<Actor> byHeader(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")
                ? logins.byToken(authorization.substring("bearer ".length()).strip())
                : Optional.empty();
    }

    private static Problem badToken() {
        return new Problem(
                Problem.Code.NOT_LOGGED_IN,
                "Authorization",
                "this is no token that is valid",
                "Make one with ./syncline login, or in the console under Tokens");
    }

    /// A browser sends cookies along with what other sites make it send; only our own pages know
    /// the session's token.
    private static void requireOurPage(Context ctx) {
        String site = ctx.header("Sec-Fetch-Site");
        boolean foreign = site != null && !Set.of("same-origin", "none").contains(site);
        String session = ctx.attribute(SESSION);
        boolean proven = session == null;
        if (session != null) {
            String given = ctx.header(CSRF_HEADER);
            if (given == null && ctx.isFormUrlencoded()) {
                given = ctx.formParam(CSRF_FIELD);
            }
            proven = given != null && Secrets.same(given, Secrets.csrf(session));
        }
        boolean cookieMatters = session != null || ctx.header("Authorization") == null;
        if ((foreign && cookieMatters) || !proven) {
            throw new Problem(
                    Problem.Code.FORBIDDEN,
                    "csrf",
                    "this request does not come from a page of this session",
                    "Load the page again and repeat what you did");
        }
    }

    /// Who calls.
    public static Actor actor(Context ctx) {
        Actor actor = ctx.attribute(ACTOR);
        if (actor == null) {
            throw new Problem(
                    Problem.Code.NOT_LOGGED_IN,
                    "session",
                    "nobody is logged in",
                    "Log in, or send 'Authorization: Bearer' with a token");
        }
        return actor;
    }

    /// Who calls, for whoever asks again later: sessions and tokens end, and roles change.
    public Supplier<Optional<Actor>> later(Context ctx) {
        String session = ctx.attribute(SESSION);
        if (session != null) {
            return () -> logins.bySession(session);
        }
        String authorization = ctx.header("Authorization");
        return () -> authorization == null ? Optional.empty() : byHeader(authorization);
    }

    public static boolean isLoggedIn(Context ctx) {
        return ctx.attribute(ACTOR) != null;
    }

    /// What forms and scripts of this session must send.
    public static String csrf(Context ctx) {
        String session = ctx.attribute(SESSION);
        return session == null ? "" : Secrets.csrf(session);
    }

    /// Begins a session in the caller's browser, which forgets the one it had: so does the service.
    public void begin(Context ctx, String session) {
        forget(ctx);
        ctx.cookie(cookie(session, (int) Logins.SESSION.toSeconds(), ctx.header(PROTO)));
    }

    /// Ends it.
    public void end(Context ctx) {
        forget(ctx);
        ctx.cookie(cookie("", 0, ctx.header(PROTO)));
    }

    private void forget(Context ctx) {
        String session = ctx.attribute(SESSION);
        if (session != null) {
            logins.logOut(session);
        }
    }

    /// @param proto what a proxy that ends TLS says the browser uses; whoever makes it up only
    ///   makes the cookie of the own browser stricter
    private Cookie cookie(String value, int seconds, @Nullable String proto) {
        Cookie cookie = new Cookie(SESSION_COOKIE, value);
        cookie.setPath("/");
        cookie.setMaxAge(seconds);
        cookie.setHttpOnly(true);
        cookie.setSecure(secure || "https".equals(proto));
        cookie.setSameSite(SameSite.STRICT);
        return cookie;
    }

    /// Where a request comes from, for limits and the audit log.
    public static String address(Context ctx) {
        return Names.shown(ctx.ip());
    }
}
