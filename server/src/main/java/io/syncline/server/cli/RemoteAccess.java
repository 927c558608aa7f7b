package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.client.ApiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;

/// Who may do what, and who is told: the verbs of `grant`, `user`, `account`, `token`, `alert` and
/// `audit`.
final class RemoteAccess {
    static final List<String> GROUPS =
            List.of("grant", "user", "account", "token", "alert", "audit");

    static final String PASSWORD_FILE = "--password-file";

    /// A new password for somebody, where no terminal can be asked.
    static final String PASSWORD_VARIABLE = "SYNCLINE_NEW_PASSWORD";

    private static final String OLD_PASSWORD_FILE = "--old-password-file";
    private static final String ROLE = "--role";
    private static final String KEEP_TOKENS = "--keep-tokens";
    private static final String DAYS = "--days";
    private static final String TEMPLATE = "--template";
    private static final String MAIL = "--mail";
    private static final String SECRET_FILE = "--secret-file";
    private static final String CHANNELS = "/api/v1/alerts/channels";

    private final ApiClient api;
    private final ParseResult parsed;
    private final Map<String, String> environment;

    RemoteAccess(ApiClient api, ParseResult parsed, Map<String, String> environment) {
        this.api = api;
        this.parsed = parsed;
        this.environment = environment;
    }

    static void options(CommandSpec spec, RemoteVerb verb) {
        switch (verb) {
            case USER_ADD, USER_CHANGE, USER_PASSWORD, ACCOUNT_ADD ->
                    option(
                            spec,
                            PASSWORD_FILE,
                            "FILE",
                            "File whose first line is the password; else "
                                    + PASSWORD_VARIABLE
                                    + ", or the terminal asks.");
            default -> {}
        }
        switch (verb) {
            case USER_ADD, USER_CHANGE ->
                    option(spec, ROLE, "viewer|operator|admin", "What the user may do.");
            case TOKEN_ADD -> option(spec, DAYS, "DAYS", "Until it ends: 90; 0 never ends.");
            case ALERT_CHANNEL_ADD -> {
                option(
                        spec,
                        TEMPLATE,
                        "syncline|slack|teams|discord|feishu|dingtalk",
                        "The form of a webhook's messages.");
                option(
                        spec,
                        MAIL,
                        "URI",
                        "Where mail is handed in: smtp://user@host:587?from=a@b.");
                option(
                        spec,
                        SECRET_FILE,
                        "FILE",
                        "File whose first line signs a webhook, or is the mail server's password.");
            }
            default -> {}
        }
        if (verb == RemoteVerb.USER_PASSWORD) {
            option(spec, OLD_PASSWORD_FILE, "FILE", "File whose first line is the present one.");
        }
        if (verb == RemoteVerb.USER_PASSWORD || verb == RemoteVerb.USER_CHANGE) {
            spec.addOption(
                    LinkCommand.flag(
                            KEEP_TOKENS,
                            "With a new password: do not revoke the user's API tokens."));
        }
    }

    private static void option(CommandSpec spec, String name, String label, String text) {
        spec.addOption(ServerCommand.option(name, label, text));
    }

    static String description(String group) {
        return switch (group) {
            case "grant" -> "Roles over instances between accounts: list, give, revoke.";
            case "user" -> "Users of an account: list, add, change, ...";
            case "account" -> "Accounts: show, list, add.";
            case "token" -> "API tokens: list, add, remove.";
            case "alert" -> "Alerts: list, rule, channels, ...";
            default -> "Who did what.";
        };
    }

    JsonNode run(RemoteVerb verb) {
        return switch (verb) {
            case GRANT_LIST -> api.get("/api/v1/grants");
            case GRANT_GIVE -> api.send("POST", "/api/v1/grants", grant());
            case GRANT_REVOKE -> remove("/api/v1/grants/");
            case USER_LIST -> api.get("/api/v1/users");
            case USER_ADD -> api.send("POST", "/api/v1/users", newUser());
            case USER_CHANGE -> api.send("PATCH", user(), userChange());
            case USER_PASSWORD -> ownPassword();
            case USER_REMOVE -> api.send("DELETE", user(), null);
            case ACCOUNT_SHOW -> api.get("/api/v1/me");
            case ACCOUNT_LIST -> api.get("/api/v1/accounts");
            case ACCOUNT_ADD -> api.send("POST", "/api/v1/accounts", newAccount());
            case TOKEN_LIST -> api.get("/api/v1/tokens");
            case TOKEN_ADD -> api.send("POST", "/api/v1/tokens", newToken());
            case TOKEN_REMOVE -> remove("/api/v1/tokens/");
            case ALERT_LIST -> api.get("/api/v1/alerts");
            case ALERT_RULE -> api.send("PATCH", "/api/v1/tasks/" + part(0), rule());
            case ALERT_CHANNELS -> api.get(CHANNELS);
            case ALERT_CHANNEL_ADD -> api.send("POST", CHANNELS, newChannel());
            case ALERT_CHANNEL_TEST -> api.send("POST", channel() + "/test", Map.of());
            case ALERT_CHANNEL_REMOVE -> api.send("DELETE", channel(), null);
            case AUDIT_LIST -> api.get("/api/v1/audit");
            // Those of the other groups are RemoteCommand's.
            default -> throw new IllegalArgumentException(verb.group() + ' ' + verb.word());
        };
    }

    private String argument(int index) {
        return parsed.matchedPositionalValue(index, "");
    }

    private String part(int index) {
        return ApiClient.part(argument(index));
    }

    private String option(String name, String missing) {
        return parsed.hasMatchedOption(name) ? parsed.matchedOptionValue(name, missing) : missing;
    }

    private JsonNode remove(String path) {
        return api.send("DELETE", path + part(0), null);
    }

    // ---- grants ----

    private Map<String, Object> grant() {
        List<String> instances = new ArrayList<>();
        JsonNode known = api.get("/api/v1/instances").path("instances");
        for (String each : parsed.matchedPositional(2).stringValues()) {
            instances.add(idOf(known, each));
        }
        return Map.of("role", argument(0), "grantee", argument(1), "instances", instances);
    }

    /// An id for a name; what is no name is taken for an id.
    private static String idOf(JsonNode known, String given) {
        for (JsonNode each : known) {
            if (each.path("name").asString("").equals(given)) {
                return each.path("id").asString("");
            }
        }
        return given;
    }

    // ---- users ----

    private String user() {
        JsonNode known = api.get("/api/v1/users").path("users");
        return "/api/v1/users/" + ApiClient.part(idOf(known, argument(0)));
    }

    private Map<String, Object> newUser() {
        return Map.of(
                "name", argument(0), "role", option(ROLE, "viewer"), "password", newPassword());
    }

    private Map<String, Object> userChange() {
        Map<String, Object> body = new HashMap<>();
        if (parsed.hasMatchedOption(ROLE)) {
            body.put("role", option(ROLE, ""));
        }
        if (parsed.hasMatchedOption(PASSWORD_FILE) || body.isEmpty()) {
            putPassword(body);
        }
        return body;
    }

    private void putPassword(Map<String, Object> body) {
        body.put("password", newPassword());
        if (LinkCommand.has(parsed, KEEP_TOKENS)) {
            body.put("keepTokens", true);
        }
    }

    private JsonNode ownPassword() {
        Map<String, Object> body = new HashMap<>();
        body.put(
                "oldPassword",
                secret(OLD_PASSWORD_FILE, LoginCommand.PASSWORD_VARIABLE, "Present password: "));
        putPassword(body);
        String own = api.get("/api/v1/me").path("user").asString("");
        return api.send("PATCH", "/api/v1/users/" + ApiClient.part(own), body);
    }

    private Map<String, Object> newAccount() {
        return Map.of(
                "name", argument(0), "adminName", argument(1), "adminPassword", newPassword());
    }

    private String newPassword() {
        return secret(PASSWORD_FILE, PASSWORD_VARIABLE, "New password: ");
    }

    /// From a file, else from the environment, else from the terminal.
    private String secret(String option, String variable, String question) {
        if (parsed.hasMatchedOption(option)) {
            return firstLine(option);
        }
        String given = environment.getOrDefault(variable, "");
        if (!given.isEmpty()) {
            return given;
        }
        // Null where there is no terminal.
        return Optional.ofNullable(System.console())
                .map(console -> console.readPassword(question))
                .map(String::new)
                .orElseThrow(() ->
                        new SynclineException(
                                ErrorCode.BAD_OPTION,
                                option,
                                "there is no terminal to ask for the password",
                                "Give " + option + " or set " + variable));
    }

    private String firstLine(String option) {
        try {
            return Files.readString(Path.of(option(option, ""))).lines().findFirst().orElse("");
        } catch (IOException | InvalidPathException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            option,
                            "the file cannot be read",
                            "Name a file that this user may read"),
                    e);
        }
    }

    private Map<String, Object> newToken() {
        Map<String, Object> body = new HashMap<>(Map.of("name", argument(0)));
        if (parsed.hasMatchedOption(DAYS)) {
            body.put("days", value(option(DAYS, "")));
        }
        return body;
    }

    // ---- alerts ----

    /// A number as such, and true and false; the service judges the rest.
    private static Object value(String text) {
        if (text.matches("[0-9]{1,9}")) {
            return Integer.valueOf(text);
        }
        return text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : text;
    }

    private Map<String, Object> rule() {
        StringBuilder field = new StringBuilder();
        for (String word : argument(1).split("-", -1)) {
            boolean first = field.isEmpty() || word.isEmpty();
            field.append(first ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return Map.of("alerts", Map.of(field.toString(), value(argument(2))));
    }

    private String channel() {
        JsonNode known = api.get(CHANNELS).path("channels");
        return CHANNELS + "/" + ApiClient.part(idOf(known, argument(0)));
    }

    private Map<String, Object> newChannel() {
        Map<String, Object> body = new HashMap<>();
        body.put("name", argument(0));
        body.put("kind", argument(1));
        body.put("address", argument(2));
        body.put("template", option(TEMPLATE, "syncline"));
        body.put("mail", option(MAIL, ""));
        body.put("secret", parsed.hasMatchedOption(SECRET_FILE) ? firstLine(SECRET_FILE) : "");
        return body;
    }
}
