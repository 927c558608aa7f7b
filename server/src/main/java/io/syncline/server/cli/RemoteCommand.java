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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;

/// `syncline instance ...` and `syncline task ...`: each is a call of the REST interface.
final class RemoteCommand {
    private static final String PASSWORD_FILE = "--password-file";
    static final String WAIT = "--wait";

    /// A precheck of a large cluster takes seconds.
    private static final int WAIT_SECONDS = 120;

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
            spec.addPositional(
                    PositionalParamSpec.builder()
                            .index(Integer.toString(index++))
                            .arity("1")
                            .paramLabel(parameter)
                            .type(String.class)
                            .build());
        }
        if (verb == RemoteVerb.INSTANCE_ADD) {
            spec.addOption(
                    OptionSpec.builder(PASSWORD_FILE)
                            .paramLabel("FILE")
                            .type(String.class)
                            .description("File whose first line is the instance's password.")
                            .build());
        }
        if (verb == RemoteVerb.TASK_CREATE) {
            spec.addOption(
                    LinkCommand.flag(
                            Setting.TWO_WAY.option(),
                            "Both sides are written by users: keep both equal."));
        }
        if (verb == RemoteVerb.TASK_VERIFY) {
            RemoteVerify.options(spec);
        }
        if (verb == RemoteVerb.TASK_START || verb == RemoteVerb.TASK_RESUME) {
            spec.addOption(LinkCommand.flag(WAIT, "Wait until it runs or fails."));
        }
        return spec.addOption(LinkCommand.flag(LinkCommand.JSON, "The service's own answer."));
    }

    static ExitCode run(
            String group, String word, ParseResult parsed, Map<String, String> environment) {
        RemoteVerb verb = RemoteVerb.of(group, word);
        if (verb == null) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION, group, "a verb is missing", "See " + group + " --help");
        }
        Login login = Login.find(environment);
        ApiClient api = new ApiClient(login.url(), login.token());
        return new RemoteCommand(api, parsed, environment).run(verb);
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
            case INSTANCE_LIST, TASK_LIST -> show(api.get("/api/v1/" + verb.group() + "s"));
            case INSTANCE_ADD -> show(api.send("POST", "/api/v1/instances", newInstance()));
            case INSTANCE_TEST -> test();
            case INSTANCE_REMOVE -> {
                api.send("DELETE", instance(), null);
                yield ExitCode.DONE;
            }
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
            case TASK_RELEASE -> {
                api.send("DELETE", task(), null);
                yield ExitCode.DONE;
            }
            case TASK_RENAME -> show(api.send("PATCH", task(), Map.of("name", argument(1))));
            case TASK_CLONE -> show(api.send("POST", task() + "/clone", Map.of()));
            case TASK_THROTTLE ->
                    show(api.send("POST", task() + "/throttle", Map.of("maxRps", argument(1))));
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

    private String instance() {
        for (JsonNode each : api.get("/api/v1/instances").path("instances")) {
            if (each.path("name").asString().equals(argument(0))) {
                return "/api/v1/instances/" + each.path("id").asString();
            }
        }
        return "/api/v1/instances/" + ApiClient.part(argument(0));
    }

    private JsonNode act(String action) {
        return api.send("POST", task() + "/actions/" + action, Map.of());
    }

    private Map<String, Object> newInstance() {
        Map<String, Object> body = new HashMap<>();
        body.put("name", argument(0));
        body.put("uri", argument(1));
        String password =
                parsed.hasMatchedOption(PASSWORD_FILE)
                        ? file(parsed.matchedOptionValue(PASSWORD_FILE, ""))
                                .lines()
                                .findFirst()
                                .orElse("")
                        : environment.getOrDefault("SYNCLINE_INSTANCE_PASSWORD", "");
        if (!password.isEmpty()) {
            body.put("password", password);
        }
        return body;
    }

    private Map<String, Object> newTask() {
        return Map.of(
                "name",
                argument(0),
                "topology",
                LinkCommand.has(parsed, Setting.TWO_WAY.option()) ? "two-way" : "one-way",
                "source",
                Map.of("instance", argument(1)),
                "target",
                Map.of("instance", argument(2)));
    }

    private Map<String, Object> changed() {
        Map<String, String> settings = new HashMap<>();
        for (Map.Entry<String, JsonNode> each : api.get(task()).path("settings").properties()) {
            settings.put(each.getKey(), each.getValue().asString());
        }
        settings.put(argument(1), argument(2));
        return Map.of("settings", settings);
    }

    private static String file(String name) {
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

    private ExitCode test() {
        JsonNode probe = api.send("POST", instance() + "/test", Map.of());
        show(probe);
        return probe.path("reachable").asBoolean() ? ExitCode.DONE : ExitCode.PRECHECK_FAILED;
    }

    private ExitCode precheck() {
        act("precheck");
        JsonNode task = await(List.of("precheck-passed", "precheck-failed"));
        show(api.get(task() + "/precheck"));
        return task.path("state").asString().equals("precheck-passed")
                ? ExitCode.DONE
                : ExitCode.PRECHECK_FAILED;
    }

    private ExitCode start(RemoteVerb verb) {
        JsonNode task = act(verb.word());
        if (LinkCommand.has(parsed, WAIT)) {
            task = await(List.of("running", "completed", "failed", "precheck-failed"));
        }
        show(task);
        return switch (task.path("state").asString()) {
            case "failed" -> ExitCode.FAILED;
            case "precheck-failed" -> ExitCode.PRECHECK_FAILED;
            default -> ExitCode.DONE;
        };
    }

    private JsonNode await(List<String> states) {
        long deadline = System.nanoTime() + WAIT_SECONDS * 1_000_000_000L;
        JsonNode task = api.get(task());
        try {
            while (!states.contains(task.path("state").asString())
                    && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
                task = api.get(task());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return task;
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
