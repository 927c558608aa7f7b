package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.account.Audit;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AuditEntry;
import io.syncline.server.model.Role;
import io.syncline.server.web.Gate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `/audit`: who did what. For admins.
final class AuditPage {
    private static final int LINES = 100;

    /// A search looks at no more than this many of the newest entries.
    private static final int SEARCHED = 5_000;

    private final Pages pages;
    private final Audit audit;

    AuditPage(Pages pages, Audit audit) {
        this.pages = pages;
        this.audit = audit;
    }

    void routes(JavalinConfig config) {
        config.routes.get("/audit", this::show);
    }

    private void show(Context ctx) {
        Actor actor = Gate.actor(ctx);
        actor.require(Role.ADMIN, "read the audit log");
        Form asked = Form.asked(ctx);
        String search = asked.value("q");
        String before = asked.value("before");
        long from = before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        List<AuditEntry> entries =
                search.isEmpty()
                        ? audit.entries(actor, from, LINES)
                        : audit.entries(actor, from, SEARCHED).stream()
                                .filter(entry -> words(entry).contains(lower(search)))
                                .limit(LINES)
                                .toList();
        String older =
                entries.size() < LINES
                        ? ""
                        : asked.put("before", Long.toString(entries.getLast().id()))
                                .query(List.of("q", "before"));
        pages.show(
                ctx,
                "audit",
                t("audit-log"),
                Map.of("entries", entries, "search", search, "older", older));
    }

    private static String words(AuditEntry it) {
        return lower(String.join(" ", it.actor(), it.action(), it.subject(), it.detail()));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
