package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.client.ApiClient;
import io.syncline.server.client.Login;
import io.syncline.server.report.Output;
import io.syncline.server.settings.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;

/// `syncline instance ...`, `syncline task ...` and the groups of [RemoteAccess]: each verb is a
/// call of the REST interface.
final class RemoteCommand {
    private static final List<String> SIDES = List.of("source", "target");
    private static final String DIRECTION = "--direction";
    static final String WAIT = "--wait";

    /// What a task does not stay in by itself, though a first copy may take hours.
    private static final Set<String> UNDER_WAY =
            Set.of("prechecking", "initializing", "modifying", "retrying");

    static final long POLL_MILLIS = 300;

    private final ApiClient api;
    private final ParseResult parsed;
    private final Map<String, String> environment;

    private RemoteCommand(ApiClient api, ParseResult parsed, Map<String, String> environment) {
        this.api = api;
        this.parsed = parsed;
        this.environment = environment;
    }

    /// Adds a group's verbs.
    static CommandSpec spec(CommandSpec spec, String group) {
        for (RemoteVerb verb : RemoteVerb.values()) {
            if (verb.group().equals(group)) {
                spec.addSubcommand(verb.word(), verbSpec(verb));
            }
        }
        return spec;
    }

    private static CommandSpec verbSpec(RemoteVerb verb) {
        CommandSpec spec = SynclineCommand.command(verb.word(), verb.description());
        int index = 0;
        for (String parameter : verb.parameters()) {
            spec.addPositional(positional(parameter, index++));
        }
        RemoteAccess.options(spec, verb);
        RemoteInstance.options(spec, verb);
        if (verb == RemoteVerb.TASK_CREATE) {
            spec.addOption(
                    LinkCommand.flag(
                            Setting.TWO_WAY.option(),
                            "Both sides are written by users: keep both equal."));
            for (String side : SIDES) {
                option(
                        spec,
                        account(side),
                        "ACCOUNT",
                        "Account whose instance the " + side + " is; its id then, not its name.");
                option(spec, role(side), "ROLE", "Role by which that account lets ours use it.");
            }
        }
        if (verb == RemoteVerb.TASK_VERIFY) {
            RemoteVerify.options(spec);
        }
        if (verb == RemoteVerb.TASK_PAUSE
                || verb == RemoteVerb.TASK_RESUME
                || verb == RemoteVerb.TASK_THROTTLE) {
            option(spec, DIRECTION, "forward|reverse", "Of a two-way task: this one alone.");
        }
        if (verb == RemoteVerb.TASK_THROTTLE) {
            option(spec, Setting.MAX_MBPS.option(), "NUMBER", "Megabytes per second, likewise.");
        }
        if (verb == RemoteVerb.TASK_START || verb == RemoteVerb.TASK_RESUME) {
            spec.addOption(LinkCommand.flag(WAIT, "Wait until it runs or fails."));
        }
        return spec.addOption(LinkCommand.flag(LinkCommand.JSON, "The service's own answer."));
    }

    private static PositionalParamSpec positional(String parameter, int index) {
        boolean more = parameter.endsWith(RemoteVerb.MORE);
        return PositionalParamSpec.builder()
                .index(index + (more ? "..*" : ""))
                .arity(more ? "1..*" : "1")
                .paramLabel(more ? parameter.replace(RemoteVerb.MORE, "") : parameter)
                .type(more ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .build();
    }

    private static void option(CommandSpec spec, String name, String label, String text) {
        spec.addOption(ServerCommand.option(name, label, text));
    }

    private static String account(String side) {
        return "--" + side + "-account";
    }

    private static String role(String side) {
        return "--" + side + "-role";
    }

    static ExitCode run(
            String group, String word, ParseResult parsed, Map<String, String> environment) {
        RemoteVerb verb = RemoteVerb.of(group, word);
        if (verb == null) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION, group, "a verb is missing", "See " + group + " --help");
        }
        if (parsed.matchedPositionals().size() < verb.parameters().length) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    group + " " + word,
                    "it needs " + String.join(" ", verb.parameters()),
                    "See syncline " + group + " " + word + " --help");
        }
        Login login = Login.find(environment);
        return new RemoteCommand(new ApiClient(login), parsed, environment).run(verb);
    }

    private String refusal(RemoteVerb verb) {
        return task() + "/refused/" + ApiClient.part(argument(1)) + "/" + verb.word();
    }

    private JsonNode resync() {
        Map<String, String> body = Map.of("from", argument(1), "name", argument(2));
        return api.send("POST", task() + "/resync", body);
    }

    private JsonNode plan() {
        String schedule = argument(1).equals("never") ? "" : argument(1);
        return api.send("PATCH", task() + "/verification-plan", Map.of("schedule", schedule));
    }

    private ExitCode print(String path) {
        Output.standard().write(api.text("GET", path, null, "application/json"));
        return ExitCode.DONE;
    }

    private ExitCode run(RemoteVerb verb) {
        return switch (verb) {
            case TASK_LIST -> show(api.get("/api/v1/tasks"));
            case TASK_CREATE -> show(api.send("POST", "/api/v1/tasks", newTask()));
            case TASK_IMPORT ->
                    show(
                            api.json(
                                    api.text(
                                            "POST",
                                            "/api/v1/tasks",
                                            file(argument(0)),
                                            "application/yaml")));
            case TASK_SHOW -> show(api.get(task()));
            case TASK_SET -> show(api.send("PATCH", task(), changed()));
            case TASK_PRECHECK -> precheck();
            case TASK_START, TASK_RESUME -> start(verb);
            case TASK_PAUSE, TASK_STOP, TASK_RESET -> show(act(verb.word()));
            case TASK_RELEASE -> done(api.send("DELETE", task(), null));
            case TASK_RENAME -> show(api.send("PATCH", task(), Map.of("name", argument(1))));
            case TASK_CLONE -> show(api.send("POST", task() + "/clone", Map.of()));
            case TASK_THROTTLE -> show(api.send("POST", part() + "/throttle", ceilings()));
            case TASK_REFUSED -> show(api.get(task() + "/refused"));
            case TASK_SKIP, TASK_RETRY -> show(api.send("POST", refusal(verb), Map.of()));
            case TASK_CONFLICTS -> show(api.get(task() + "/conflicts"));
            case TASK_RESYNC -> show(resync());
            case TASK_VERIFY -> new RemoteVerify(api, parsed, task()).run();
            case TASK_VERIFICATIONS -> show(api.get(task() + "/verifications"));
            case TASK_VERIFY_CANCEL -> show(api.send("POST", verification("/cancel"), Map.of()));
            case TASK_VERIFY_PLAN -> show(plan());
            case TASK_DIFFERENCES -> print(verification("/differences.jsonl"));
            case TASK_EVENTS -> show(api.get(task() + "/events"));
            case TASK_YAML -> print(task() + "/yaml");
            default ->
                    verb.group().equals("instance")
                            ? new RemoteInstance(api, parsed, environment).run(verb)
                            : access(verb);
        };
    }

    private String argument(int index) {
        return parsed.matchedPositionalValue(index, "");
    }

    private String task() {
        return "/api/v1/tasks/" + ApiClient.part(argument(0));
    }

    private String verification(String rest) {
        return task() + "/verifications/" + ApiClient.part(argument(1)) + rest;
    }

    private JsonNode act(String action) {
        String actions = hasDirection() ? "/" : "/actions/";
        return api.send("POST", part() + actions + action, Map.of());
    }

    private boolean hasDirection() {
        return parsed.commandSpec().findOption(DIRECTION) != null
                && parsed.hasMatchedOption(DIRECTION);
    }

    /// The task, or one direction of it.
    private String part() {
        return hasDirection()
                ? task() + "/directions/" + ApiClient.part(parsed.matchedOptionValue(DIRECTION, ""))
                : task();
    }

    private Map<String, String> ceilings() {
        Map<String, String> body = new HashMap<>(Map.of("maxRps", argument(1)));
        if (parsed.hasMatchedOption(Setting.MAX_MBPS.option())) {
            body.put("maxMbps", parsed.matchedOptionValue(Setting.MAX_MBPS.option(), ""));
        }
        return body;
    }

    /// What concerns no task and no instance.
    private ExitCode access(RemoteVerb verb) {
        JsonNode answer = new RemoteAccess(api, parsed, environment).run(verb);
        done(answer);
        return verb == RemoteVerb.ALERT_CHANNEL_TEST && !answer.path("told").asBoolean()
                ? ExitCode.FAILED
                : ExitCode.DONE;
    }

    private Map<String, Object> newTask() {
        return Map.of(
                "name",
                argument(0),
                "topology",
                LinkCommand.has(parsed, Setting.TWO_WAY.option()) ? "two-way" : "one-way",
                "source",
                side(0),
                "target",
                side(1));
    }

    private Map<String, String> side(int index) {
        Map<String, String> side = new HashMap<>(Map.of("instance", argument(1 + index)));
        String of = SIDES.get(index);
        if (parsed.hasMatchedOption(account(of))) {
            side.put("account", parsed.matchedOptionValue(account(of), ""));
        }
        if (parsed.hasMatchedOption(role(of))) {
            side.put("role", parsed.matchedOptionValue(role(of), ""));
        }
        return side;
    }

    private Map<String, Object> changed() {
        Map<String, String> settings = new HashMap<>();
        JsonNode task = api.get(task());
        for (Map.Entry<String, JsonNode> each : task.path("settings").properties()) {
            settings.put(each.getKey(), each.getValue().asString());
        }
        settings.put(argument(1), argument(2));
        // All are replaced, and somebody else may change another one at this moment.
        return Map.of("settings", settings, "version", task.path("version").asString());
    }

    static String file(String name) {
        try {
            return Files.readString(Path.of(name));
        } catch (IOException | InvalidPathException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "FILE",
                            "the file '" + name + "' cannot be read",
                            "Name a file that this user may read"),
                    e);
        }
    }

    private ExitCode precheck() {
        JsonNode task = awaited(act("precheck"));
        show(api.get(task() + "/precheck"));
        return task.path("state").asString().equals("precheck-passed")
                ? ExitCode.DONE
                : ExitCode.PRECHECK_FAILED;
    }

    private ExitCode start(RemoteVerb verb) {
        JsonNode task = act(verb.word());
        if (hasDirection()) {
            return show(task);
        }
        boolean waits = LinkCommand.has(parsed, WAIT);
        if (waits) {
            task = awaited(task);
        }
        show(task);
        return switch (task.path("state").asString()) {
            case "failed" -> ExitCode.FAILED;
            case "precheck-failed" -> {
                if (!LinkCommand.has(parsed, LinkCommand.JSON)) {
                    showErrors();
                }
                yield ExitCode.PRECHECK_FAILED;
            }
            case "running", "completed" -> ExitCode.DONE;
            // Somebody else paused it, say: it does not run, which is what was waited for.
            default -> waits ? ExitCode.FAILED : ExitCode.DONE;
        };
    }

    /// The checks that failed, each with its remedy.
    private void showErrors() {
        for (JsonNode check : api.get(task() + "/precheck").path("items")) {
            if (check.path("severity").asString().equals("error")) {
                show(check);
            }
        }
    }

    /// Waits, however long it takes.
    private JsonNode awaited(JsonNode begun) {
        JsonNode task = begun;
        try {
            while (UNDER_WAY.contains(task.path("state").asString())) {
                Thread.sleep(POLL_MILLIS);
                task = api.get(task());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return task;
    }

    private ExitCode done(JsonNode answer) {
        return done(parsed, answer);
    }

    /// What has nothing to tell says so to programs alone.
    static ExitCode done(ParseResult parsed, JsonNode answer) {
        return !answer.isEmpty() || LinkCommand.has(parsed, LinkCommand.JSON)
                ? show(parsed, answer)
                : ExitCode.DONE;
    }

    private ExitCode show(JsonNode answer) {
        return show(parsed, answer);
    }

    static ExitCode show(ParseResult parsed, JsonNode answer) {
        if (LinkCommand.has(parsed, LinkCommand.JSON)) {
            Output.standard().line(answer.toString());
        } else {
            RemoteText.lines(answer).forEach(Output.standard()::line);
        }
        return ExitCode.DONE;
    }
}
