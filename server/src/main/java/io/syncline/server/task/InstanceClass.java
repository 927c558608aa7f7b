package io.syncline.server.task;

import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import java.util.Arrays;
import java.util.stream.Collectors;

/// A task's size: a ceiling on commands written per second. The names and numbers are those that
/// users of such services know.
public enum InstanceClass {
    UNLIMITED("unlimited", 0),
    MICRO("micro", 200),
    SMALL("small", 2_000),
    MEDIUM("medium", 5_000),
    LARGE("large", 11_000),
    XLARGE("xlarge", 17_000),
    XLARGE_2("2xlarge", 34_000),
    XLARGE_4("4xlarge", 68_000);

    private final String code;
    private final long commandsPerSecond;

    InstanceClass(String code, long commandsPerSecond) {
        this.code = code;
        this.commandsPerSecond = commandsPerSecond;
    }

    public String code() {
        return code;
    }

    /// 0 is no ceiling.
    public long commandsPerSecond() {
        return commandsPerSecond;
    }

    /// The lower of two ceilings.
    long withCeiling(long other) {
        return commandsPerSecond == 0 || other == 0
                ? Math.max(commandsPerSecond, other)
                : Math.min(commandsPerSecond, other);
    }

    static InstanceClass ofCode(String code) {
        return Arrays.stream(values())
                .filter(c -> c.code.equals(code))
                .findFirst()
                .orElseThrow(() ->
                        Problem.badRequest(
                                "settings." + TaskSettings.CLASS,
                                "'" + Names.shown(code) + "' is not an instance class",
                                "One of "
                                        + Arrays.stream(values())
                                                .map(InstanceClass::code)
                                                .collect(Collectors.joining(", "))));
    }
}
