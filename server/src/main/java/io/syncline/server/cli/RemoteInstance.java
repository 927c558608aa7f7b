package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.client.ApiClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;

/// The verbs of `instance`.
final class RemoteInstance {
    private static final String PASSWORD_FILE = "--password-file";
    private static final String NAME = "--name";
    private static final String URI = "--uri";

    private final ApiClient api;
    private final ParseResult parsed;
    private final Map<String, String> environment;

    RemoteInstance(ApiClient api, ParseResult parsed, Map<String, String> environment) {
        this.api = api;
        this.parsed = parsed;
        this.environment = environment;
    }

    static void options(CommandSpec spec, RemoteVerb verb) {
        if (verb == RemoteVerb.INSTANCE_ADD || verb == RemoteVerb.INSTANCE_CHANGE) {
            option(
                    spec,
                    PASSWORD_FILE,
                    "FILE",
                    "File whose first line is the instance's password.");
        }
        if (verb == RemoteVerb.INSTANCE_CHANGE) {
            option(spec, NAME, "NAME", "What it is called from now on.");
            option(spec, URI, "URI", "Where it is from now on.");
        }
    }

    private static void option(CommandSpec spec, String name, String label, String text) {
        spec.addOption(ServerCommand.option(name, label, text));
    }

    ExitCode run(RemoteVerb verb) {
        return switch (verb) {
            case INSTANCE_LIST -> show(api.get("/api/v1/instances"));
            case INSTANCE_ADD -> show(api.send("POST", "/api/v1/instances", newInstance()));
            case INSTANCE_CHANGE -> show(api.send("PATCH", instance(), changedInstance()));
            case INSTANCE_TEST -> test();
            case INSTANCE_REMOVE ->
                    RemoteCommand.done(parsed, api.send("DELETE", instance(), null));
            // Those of the other groups are RemoteCommand's.
            default -> throw new IllegalArgumentException(verb.group() + ' ' + verb.word());
        };
    }

    private ExitCode show(JsonNode answer) {
        return RemoteCommand.show(parsed, answer);
    }

    private String argument(int index) {
        return parsed.matchedPositionalValue(index, "");
    }

    private String instance() {
        for (JsonNode each : api.get("/api/v1/instances").path("instances")) {
            if (each.path("name").asString().equals(argument(0))) {
                return "/api/v1/instances/" + each.path("id").asString();
            }
        }
        return "/api/v1/instances/" + ApiClient.part(argument(0));
    }

    private Map<String, Object> newInstance() {
        Map<String, Object> body = new HashMap<>();
        body.put("name", argument(0));
        body.put("uri", argument(1));
        putPassword(body);
        return body;
    }

    private void putPassword(Map<String, Object> body) {
        String password =
                parsed.hasMatchedOption(PASSWORD_FILE)
                        ? RemoteCommand.file(parsed.matchedOptionValue(PASSWORD_FILE, ""))
                                .lines()
                                .findFirst()
                                .orElse("")
                        : environment.getOrDefault("SYNCLINE_INSTANCE_PASSWORD", "");
        if (!password.isEmpty()) {
            body.put("password", password);
        }
    }

    private Map<String, Object> changedInstance() {
        Map<String, Object> body = new HashMap<>();
        for (String option : List.of(NAME, URI)) {
            if (parsed.hasMatchedOption(option)) {
                body.put(option.substring(2), parsed.matchedOptionValue(option, ""));
            }
        }
        // The variable stands for every call of a shell: a mere new name is no new password.
        boolean named = body.containsKey("name") && !body.containsKey("uri");
        if (!named || parsed.hasMatchedOption(PASSWORD_FILE)) {
            putPassword(body);
        }
        if (body.isEmpty()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    "instance change",
                    "there is nothing to change",
                    "Give " + NAME + ", " + URI + " or " + PASSWORD_FILE);
        }
        return body;
    }

    private ExitCode test() {
        JsonNode probe = api.send("POST", instance() + "/test", Map.of());
        RemoteCommand.show(parsed, probe);
        return probe.path("reachable").asBoolean() ? ExitCode.DONE : ExitCode.PRECHECK_FAILED;
    }
}
