package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.engine.verify.VerifyOptions.Direction;
import io.syncline.engine.verify.VerifyOptions.Mode;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns what a user gave to `verify` into the engine's options, or into one error about the first
/// thing that cannot be.
public final class VerifyOptionsReader {
    private static final long MAX_RATE_KEYS = 1_000_000_000;
    private static final long MAX_RATE_MBPS = 1_000_000;

    /// An hour of patience with one key is a typing error.
    private static final long MAX_RECHECK_SECONDS = 3_600;

    private static final long MAX_RECHECKS = 100;

    /// Each is a connection to every node of both sides.
    private static final long MAX_CONNECTIONS = 64;

    /// A year: longer is a typing error.
    private static final long MAX_RETRY_MINUTES = 525_600;

    /// Ten years: longer is a typing error.
    private static final long MAX_SECONDS = 315_360_000;

    private static final int MILLIS = 1_000;

    /// Settings of `sync` that mean the same to `verify`.
    private static final Set<Setting> SHARED =
            EnumSet.of(
                    Setting.DATABASES, Setting.ETL, Setting.EXTEND_EXPIRY, Setting.RETRY_MINUTES);

    private final Settings settings;
    private final Map<String, String> environment;

    private VerifyOptionsReader(Settings settings, Map<String, String> environment) {
        this.settings = settings;
        this.environment = environment;
    }

    /// Whether `verify` takes a setting.
    public static boolean takes(Setting setting) {
        return SHARED.contains(setting)
                || setting.section() == Setting.Section.ENDPOINTS
                || setting.section() == Setting.Section.OUTPUT
                || setting.section() == Setting.Section.VERIFY;
    }

    public static VerifyOptions read(Settings settings, Map<String, String> environment) {
        return new VerifyOptionsReader(settings, environment).read();
    }

    private VerifyOptions read() {
        return new VerifyOptions(
                server(Setting.SOURCE, EndpointSettings.source(settings, environment)),
                server(Setting.TARGET, EndpointSettings.target(settings, environment)),
                DatabaseList.read(settings),
                scope(),
                new VerifyOptions.ExpiryRules(
                        millis(Setting.EXPIRY_TOLERANCE, MAX_SECONDS),
                        Duration.ofSeconds(number(Setting.EXTEND_EXPIRY, 0, MAX_SECONDS))),
                new VerifyOptions.Recheck(
                        millis(Setting.RECHECK_AFTER, MAX_RECHECK_SECONDS),
                        (int) number(Setting.RECHECKS, 0, MAX_RECHECKS)),
                new VerifyOptions.Limits(
                        number(Setting.RATE_KEYS, 0, MAX_RATE_KEYS),
                        Values.scaled(settings, Setting.RATE_MBPS, 1 << 20, MAX_RATE_MBPS),
                        (int) number(Setting.CONNECTIONS, 1, MAX_CONNECTIONS)),
                repairs(),
                Duration.ofMinutes(number(Setting.RETRY_MINUTES, 0, MAX_RETRY_MINUTES)),
                file(Setting.RESUME),
                RuleList.read(settings));
    }

    /// A file cannot be asked for a key.
    private Endpoint server(Setting setting, Endpoint endpoint) {
        if (endpoint.isFile()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(setting),
                    "a file cannot be compared",
                    "Load it into a server and name that");
        }
        return endpoint;
    }

    private long number(Setting setting, long least, long most) {
        return Values.number(settings, setting, least, most);
    }

    private Duration millis(Setting setting, long mostSeconds) {
        return Duration.ofMillis(Values.scaled(settings, setting, MILLIS, mostSeconds));
    }

    private VerifyOptions.Scope scope() {
        boolean sampled = settings.given(Setting.SAMPLE) != null;
        String mode = settings.text(Setting.MODE).strip();
        if (sampled && settings.given(Setting.MODE) != null && !mode.equals("sample")) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(Setting.SAMPLE),
                    "it cannot stand together with mode " + mode,
                    "Choose --mode sample, or leave --sample out");
        }
        Mode compared =
                switch (mode) {
                    case "full", "sample" -> Mode.FULL;
                    case "length" -> Mode.LENGTH;
                    case "exists" -> Mode.EXISTS;
                    default ->
                            throw Values.bad(
                                    settings,
                                    Setting.MODE,
                                    "one of " + Setting.MODE.label().replace("|", ", "));
                };
        double percent = sampled || mode.equals("sample") ? percent() : 100;
        return new VerifyOptions.Scope(compared, percent, patterns());
    }

    /// Patterns between commas; one that is meant as it is stands behind a backslash.
    private List<String> patterns() {
        String text = settings.text(Setting.MATCH);
        if (text.isBlank()) {
            return List.of();
        }
        List<String> patterns = List.of(text.split("(?<!\\\\),", -1));
        if (patterns.stream().anyMatch(String::isBlank)) {
            throw Values.bad(settings, Setting.MATCH, "patterns of keys, such as 'user:*,order:*'");
        }
        return patterns;
    }

    private double percent() {
        String text = settings.text(Setting.SAMPLE).strip().replaceFirst("%$", "");
        String rule = "a percentage above 0 and at most 100, such as 5 or 0.1";
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?")) {
            throw Values.bad(settings, Setting.SAMPLE, rule);
        }
        double percent = new BigDecimal(text).doubleValue();
        if (percent <= 0 || percent > 100) {
            throw Values.bad(settings, Setting.SAMPLE, rule);
        }
        return percent;
    }

    private VerifyOptions.Repairs repairs() {
        boolean delete = settings.flag(Setting.DELETE_EXTRA);
        Direction direction =
                switch (settings.text(Setting.REPAIR).strip()) {
                    case "" -> Direction.NONE;
                    case "source-to-target" -> Direction.SOURCE_TO_TARGET;
                    case "target-to-source" -> Direction.TARGET_TO_SOURCE;
                    default ->
                            throw Values.bad(
                                    settings,
                                    Setting.REPAIR,
                                    "one of " + Setting.REPAIR.label().replace("|", ", "));
                };
        if (direction == Direction.NONE && settings.given(Setting.REPAIR) != null) {
            throw Values.bad(
                    settings,
                    Setting.REPAIR,
                    "one of " + Setting.REPAIR.label().replace("|", ", "));
        }
        if (delete && direction == Direction.NONE) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(Setting.DELETE_EXTRA),
                    "it needs a repair to be part of",
                    "Add --repair source-to-target or --repair target-to-source");
        }
        return new VerifyOptions.Repairs(direction, delete);
    }

    /// Where differences go; null for nowhere.
    public static @Nullable Path output(Settings settings) {
        Path file = new VerifyOptionsReader(settings, Map.of()).file(Setting.OUTPUT);
        if (file != null && !file.toString().matches("(?s).*\\.(jsonl|csv)")) {
            throw Values.bad(settings, Setting.OUTPUT, "a file whose name ends in .jsonl or .csv");
        }
        return file;
    }

    /// A file that may not be there yet, in a folder that is.
    private @Nullable Path file(Setting setting) {
        if (settings.given(setting) == null) {
            return null;
        }
        try {
            Path file = Path.of(settings.text(setting)).toAbsolutePath();
            Path folder = file.getParent();
            boolean usable =
                    folder != null && Files.isDirectory(folder) && !Files.isDirectory(file);
            if (!settings.text(setting).isBlank() && usable) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw Values.bad(settings, setting, "the name of a file: " + e.getReason());
        }
        throw Values.bad(settings, setting, "a file in a folder that is there");
    }
}
