package io.syncline.server.cli;

import static io.syncline.server.cli.RemoteText.text;

import io.syncline.server.view.Numbers;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The service's answers about users, roles, alerts and the audit log for people: one line a thing.
final class AccessText {
    /// Lists about access, and what is said of an empty one.
    static final Map<String, String> LISTS =
            Map.of(
                    "grants", "No role was given yet. Give one with grant give.",
                    "users", "No user.",
                    "accounts", "No account.",
                    "tokens", "No token yet. Make one with token add.",
                    "alerts", "No alert yet.",
                    "channels", "Nobody is told yet. Add a channel with alert channel-add.",
                    "audit", "Nobody has done anything yet.");

    private AccessText() {}

    /// Empty for what is nothing of that.
    static String line(JsonNode it) {
        if (it.has("grantee")) {
            return "%s  %-16s %s to %s: %s%s"
                    .formatted(
                            text(it, "id"),
                            text(it, "role"),
                            text(it, "account"),
                            text(it, "grantee"),
                            it.path("instances").toString().replaceAll("[\\[\\]\"]", ""),
                            it.has("revoked") ? ", revoked " + text(it, "revoked") : "");
        }
        if (it.has("accountName")) {
            return "%s, %s of account %s (%s)"
                    .formatted(
                            text(it, "name"),
                            text(it, "role"),
                            text(it, "accountName"),
                            text(it, "account"));
        }
        if (it.has("tokensRevoked")) {
            return "%s ended, %s revoked"
                    .formatted(
                            Numbers.count(it.path("sessionsEnded").asLong(), "session"),
                            Numbers.count(it.path("tokensRevoked").asLong(), "token"));
        }
        if (it.has("token")) {
            return "%s  %-24s %s".formatted(text(it, "id"), text(it, "name"), text(it, "token"));
        }
        return told(it);
    }

    /// Alerts, channels, the audit log, and what has but a name.
    private static String told(JsonNode it) {
        if (it.has("rule")) {
            return "%s  %-12s %s  %s%s  %s"
                    .formatted(
                            text(it, "at"),
                            text(it, "rule"),
                            text(it, "task"),
                            text(it, "text"),
                            it.has("over") ? " (over " + text(it, "over") + ")" : "",
                            text(it, "delivery"));
        }
        if (it.has("outcome")) {
            return text(it, "outcome");
        }
        if (it.has("address")) {
            return "%s  %-16s %-8s %s"
                    .formatted(
                            text(it, "id"),
                            text(it, "name"),
                            text(it, "kind"),
                            text(it, "address"));
        }
        if (it.has("actor")) {
            return "%s  %-16s %-24s %s %s"
                    .formatted(
                            text(it, "at"),
                            text(it, "actor"),
                            text(it, "action"),
                            text(it, "subject"),
                            text(it, "detail"));
        }
        if (it.has("role")) {
            return "%s  %-24s %s".formatted(text(it, "id"), text(it, "name"), text(it, "role"));
        }
        if (it.has("created") && !it.has("uri")) {
            return "%s  %-24s %s%s"
                    .formatted(
                            text(it, "id"),
                            text(it, "name"),
                            text(it, "created"),
                            it.has("expires") ? ", ends " + text(it, "expires") : "");
        }
        return "";
    }
}
