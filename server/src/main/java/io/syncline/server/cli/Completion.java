package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.report.Output;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// `syncline completion`: what makes a shell complete our commands. One script does it for both
/// shells: in zsh it loads what understands bash's.
final class Completion {
    static final String TEXT = "Print a completion script: source <(./syncline completion).";
    private static final List<String> SHELLS = List.of("bash", "zsh");

    private Completion() {}

    static CommandSpec spec(CommandSpec spec) {
        return spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("0..1")
                        .paramLabel("SHELL")
                        .completionCandidates(SHELLS)
                        .type(String.class)
                        .description("bash or zsh; the script is the same.")
                        .build());
    }

    static ExitCode run(ParseResult parsed, CommandLine commands) {
        if (!SHELLS.contains(parsed.matchedPositionalValue(0, SHELLS.getFirst()))) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    "completion",
                    "there is no script for that shell",
                    "One of " + String.join(", ", SHELLS));
        }
        Output.standard().write(AutoComplete.bash("syncline", commands));
        return ExitCode.DONE;
    }
}
