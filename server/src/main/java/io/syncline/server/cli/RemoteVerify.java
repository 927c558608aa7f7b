package io.syncline.server.cli;

import io.syncline.server.client.ApiClient;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.VerifyFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;

/// `syncline task verify`: begins a verification, and waits for its verdict on demand.
final class RemoteVerify {
    private static final String CONFIRM = "--confirm";
    private static final List<String> OPEN = List.of("waiting", "running");

    private final ApiClient api;
    private final ParseResult parsed;
    private final String task;

    /// Talks to a service.
    ///
    /// @param task the path of the task
    RemoteVerify(ApiClient api, ParseResult parsed, String task) {
        this.api = api;
        this.parsed = parsed;
        this.task = task;
    }

    static void options(CommandSpec spec) {
        for (Setting setting : VerifyFields.KNOWN) {
            spec.addOption(
                    setting.isFlag()
                            ? LinkCommand.flag(setting.option(), setting.description())
                            : OptionSpec.builder(setting.option())
                                    .paramLabel(setting.label())
                                    .completionCandidates(ServerCommand.choices(setting.label()))
                                    .type(String.class)
                                    .description(setting.description())
                                    .build());
        }
        spec.addOption(
                OptionSpec.builder(CONFIRM)
                        .paramLabel("NAME")
                        .type(String.class)
                        .description("With --repair: the task's name, since it cannot be undone.")
                        .build());
        spec.addOption(
                LinkCommand.flag(
                        RemoteCommand.WAIT, "Wait for the verdict: exit code 0 equal, 5 not."));
    }

    ExitCode run() {
        Map<String, Object> body = new HashMap<>();
        for (Setting setting : VerifyFields.KNOWN) {
            if (LinkCommand.has(parsed, setting.option()) && setting.isFlag()) {
                body.put(VerifyFields.field(setting), true);
            } else if (parsed.hasMatchedOption(setting.option())) {
                body.put(
                        VerifyFields.field(setting),
                        parsed.matchedOptionValue(setting.option(), ""));
            }
        }
        if (parsed.hasMatchedOption(CONFIRM)) {
            body.put("name", parsed.matchedOptionValue(CONFIRM, ""));
        }
        JsonNode run = api.send("POST", task + "/verifications", body);
        if (LinkCommand.has(parsed, RemoteCommand.WAIT)) {
            run = await(run);
        }
        RemoteCommand.show(parsed, run);
        return switch (run.path("state").asString("")) {
            case "different" -> ExitCode.DIFFERENT;
            case "failed" -> ExitCode.FAILED;
            case "cancelled", "interrupted" -> ExitCode.INTERRUPTED;
            default -> ExitCode.DONE;
        };
    }

    /// For as long as it takes; Ctrl-C leaves it running at the service.
    private JsonNode await(JsonNode begun) {
        JsonNode run = begun;
        String path = task + "/verifications/" + begun.path("id").asString("");
        try {
            while (OPEN.contains(run.path("state").asString(""))) {
                Thread.sleep(RemoteCommand.POLL_MILLIS);
                run = api.get(path);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return run;
    }
}
