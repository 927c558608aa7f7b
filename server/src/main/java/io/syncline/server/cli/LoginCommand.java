package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.client.ApiClient;
import io.syncline.server.client.Login;
import io.syncline.server.report.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;

/// `syncline login`: makes a token at a service and keeps it for `instance` and `task`.
final class LoginCommand {
    static final String DESCRIPTION = "Log in to a service, for 'instance' and 'task'.";

    private static final String URL = "--url";
    private static final String USER = "--user";
    private static final String PASSWORD_FILE = "--password-file";
    private static final String CA = "--ca";
    static final String PASSWORD_VARIABLE = "SYNCLINE_PASSWORD";

    private LoginCommand() {}

    static CommandSpec spec(CommandSpec spec) {
        return spec.addOption(
                        ServerCommand.option(
                                URL, "URL", "The service. Default: " + Login.USUAL_URL + "."))
                .addOption(ServerCommand.option(USER, "NAME", "Default: admin."))
                .addOption(
                        ServerCommand.option(
                                CA,
                                "FILE",
                                "PEM file of the CA that has signed the service's certificate. Or "
                                        + Login.CA_VARIABLE
                                        + "."))
                .addOption(LinkCommand.flag(LinkCommand.JSON, "What was done, as JSON."))
                .addOption(
                        ServerCommand.option(
                                PASSWORD_FILE,
                                "FILE",
                                "File whose first line is the password. Default: "
                                        + PASSWORD_VARIABLE
                                        + ", else it is asked for."));
    }

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        String url =
                parsed.matchedOptionValue(
                        URL, environment.getOrDefault(Login.URL_VARIABLE, Login.USUAL_URL));
        String user = parsed.matchedOptionValue(USER, "admin");
        String password = password(parsed, environment);
        String ca = ca(parsed, environment);
        ApiClient api = new ApiClient(new Login(url, "", ca));
        JsonNode made =
                api.send("POST", "/api/v1/login", Map.of("user", user, "password", password));
        new Login(url, made.path("token").asString(), ca).keep(environment);
        String file = Login.file(environment).toString();
        if (LinkCommand.has(parsed, LinkCommand.JSON)) {
            // The token itself stays in the file: what a script prints ends in logs.
            Map<String, String> told = new TreeMap<>(Map.of("url", url, "user", user));
            told.put("file", file);
            told.put("token", made.path("id").asString());
            told.put("expires", made.path("expires").asString());
            Output.standard().line(api.text(told));
        } else {
            Output.standard()
                    .line("Logged in at " + url + " as " + user + "; the token is in " + file);
        }
        return ExitCode.DONE;
    }

    /// The same file whichever folder the next command is called in.
    private static String ca(ParseResult parsed, Map<String, String> environment) {
        String file =
                parsed.matchedOptionValue(CA, environment.getOrDefault(Login.CA_VARIABLE, ""));
        return file.isEmpty() ? "" : Path.of(file).toAbsolutePath().toString();
    }

    private static String password(ParseResult parsed, Map<String, String> environment) {
        String file = parsed.matchedOptionValue(PASSWORD_FILE, "");
        if (!file.isEmpty()) {
            try {
                return Files.readString(Path.of(file)).lines().findFirst().orElse("");
            } catch (IOException e) {
                throw new SynclineException(
                        new Failure(
                                ErrorCode.BAD_OPTION,
                                PASSWORD_FILE,
                                "the file cannot be read",
                                "Name a file whose first line is the password"),
                        e);
            }
        }
        String given = environment.getOrDefault(PASSWORD_VARIABLE, "");
        if (!given.isEmpty()) {
            return given;
        }
        // Null where there is no terminal.
        return Optional.ofNullable(System.console())
                .map(console -> console.readPassword("Password: "))
                .map(String::new)
                .orElseThrow(() ->
                        new SynclineException(
                                ErrorCode.BAD_OPTION,
                                PASSWORD_FILE,
                                "there is no terminal to ask for the password",
                                "Give " + PASSWORD_FILE + " or set " + PASSWORD_VARIABLE));
    }
}
