package io.syncline.server.cli;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `syncline demo`.
final class DemoCommand {
    static final String DESCRIPTION =
            "Start two servers, sync sample data and live traffic, prove both sides equal.";

    private DemoCommand() {}

    static CommandSpec spec(CommandSpec spec) {
        return spec;
    }

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        return ExitCode.DONE;
    }
}
