package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkOptions.End;
import io.syncline.engine.link.LinkOptions.OnExisting;
import io.syncline.engine.link.LinkOptions.OnFlush;
import io.syncline.engine.link.LinkOptions.OnGap;
import io.syncline.engine.link.LinkOptions.OnRefused;
import io.syncline.engine.link.LinkOptions.SourceMode;
import io.syncline.engine.link.LinkOptions.SpoolLimits;
import io.syncline.engine.link.LinkOptions.Throttle;
import io.syncline.engine.link.LinkOptions.Tuning;
import io.syncline.engine.net.Endpoint;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Turns what a user gave into the engine's options, or into one error about the first thing that
/// cannot be.
public final class LinkOptionsReader {
    /// A year: longer is a typing error.
    private static final long MAX_RETRY_MINUTES = 525_600;

    /// Ten years: longer is a typing error.
    private static final long MAX_EXTEND_SECONDS = 315_360_000;

    /// A day: a longer pause is no synchronization.
    private static final long MAX_SCAN_SECONDS = 86_400;

    private static final long MAX_RPS = 1_000_000_000;
    private static final long MAX_MBPS = 1_000_000;

    /// Below this a single read does not fit.
    private static final long MIN_SPOOL = 1L << 20;

    private static final long MAX_SPOOL_MEMORY = 64L << 30;
    private static final long MAX_SPOOL_DISK = 100L << 40;
    private static final int MAX_BATCH_COMMANDS = 100_000;
    private static final long MIN_BATCH_BYTES = 1 << 10;

    /// A transaction occupies the target alone for as long as it runs.
    private static final long MAX_BATCH_BYTES = 64L << 20;

    private static final long MAX_WINDOW_BYTES = 1L << 30;

    /// The heartbeat key expires; a longer pause would read as an outage.
    private static final long MAX_PERIOD_SECONDS = 60;

    private final Settings settings;
    private final Map<String, String> environment;

    private LinkOptionsReader(Settings settings, Map<String, String> environment) {
        this.settings = settings;
        this.environment = environment;
    }

    public static LinkOptions read(Settings settings, Map<String, String> environment) {
        return new LinkOptionsReader(settings, environment).read();
    }

    private LinkOptions read() {
        Endpoint source = EndpointSettings.source(settings, environment);
        Endpoint target = EndpointSettings.target(settings, environment);
        SortedMap<Integer, Integer> databases = DatabaseList.read(settings);
        String task = task(source, target);
        return new LinkOptions(
                task,
                source,
                target,
                databases,
                CommandList.read(settings),
                Values.choice(settings, Setting.ON_EXISTING, OnExisting.class),
                Duration.ofSeconds(number(Setting.EXTEND_EXPIRY, 0, MAX_EXTEND_SECONDS)),
                Duration.ofMinutes(number(Setting.RETRY_MINUTES, 0, MAX_RETRY_MINUTES)),
                Values.choice(settings, Setting.ON_REFUSED, OnRefused.class),
                Values.choice(settings, Setting.ON_GAP, OnGap.class),
                Values.choice(settings, Setting.ON_FLUSH, OnFlush.class),
                new Throttle(
                        number(Setting.MAX_RPS, 0, MAX_RPS),
                        Values.scaled(settings, Setting.MAX_MBPS, 1 << 20, MAX_MBPS)),
                end(),
                spool(task),
                tuning(),
                sourceMode(source),
                RuleList.read(settings));
    }

    private SourceMode sourceMode(Endpoint source) {
        Duration interval = Duration.ofSeconds(number(Setting.SCAN_INTERVAL, 1, MAX_SCAN_SECONDS));
        if (Values.choice(settings, Setting.SOURCE_MODE, Mode.class) == Mode.PSYNC) {
            refuseScanSettings();
            return new SourceMode.Psync();
        }
        Setting setting = Setting.SOURCE_MODE;
        if (source.isFile()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(setting),
                    "a source that is a file is not scanned",
                    "Leave " + setting.option() + " out");
        }
        if (!CommandList.read(settings).equals(LinkOptions.CommandChoice.ALL)) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(Setting.COMMANDS),
                    "a scan sees values, not commands, so none can be chosen",
                    "Leave " + Setting.COMMANDS.option() + " out");
        }
        return new SourceMode.Scan(interval, settings.flag(Setting.SCAN_SET_NOTIFICATIONS));
    }

    /// What has no effect was meant for something.
    private void refuseScanSettings() {
        for (Setting setting : List.of(Setting.SCAN_INTERVAL, Setting.SCAN_SET_NOTIFICATIONS)) {
            String none = setting.isFlag() ? "false" : setting.initial();
            if (settings.given(setting) != null && !settings.text(setting).strip().equals(none)) {
                throw new SynclineException(
                        ErrorCode.BAD_OPTION,
                        settings.place(setting),
                        "it needs " + Setting.SOURCE_MODE.option() + " scan",
                        "Leave it out, or choose that mode");
            }
        }
    }

    private enum Mode {
        PSYNC,
        SCAN
    }

    private long number(Setting setting, long least, long most) {
        return Values.number(settings, setting, least, most);
    }

    private String task(Endpoint source, Endpoint target) {
        String name = settings.text(Setting.TASK).strip();
        if (settings.given(Setting.TASK) == null) {
            return TaskName.of(source, target, settings.text(Setting.DATABASES));
        }
        if (!TaskName.isValid(name)) {
            throw Values.bad(settings, Setting.TASK, "a task's name: " + TaskName.RULE);
        }
        return name;
    }

    private End end() {
        boolean snapshot = settings.flag(Setting.SNAPSHOT_ONLY);
        boolean caughtUp = settings.flag(Setting.UNTIL_CAUGHT_UP);
        if (snapshot && caughtUp) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(Setting.SNAPSHOT_ONLY),
                    "it cannot stand together with " + Setting.UNTIL_CAUGHT_UP.option(),
                    "Choose one of the two ends");
        }
        return snapshot ? End.SNAPSHOT : caughtUp ? End.CAUGHT_UP : End.NEVER;
    }

    private SpoolLimits spool(String task) {
        long memory = Values.size(settings, Setting.SPOOL_MEMORY, MIN_SPOOL, MAX_SPOOL_MEMORY);
        long disk = Values.size(settings, Setting.SPOOL_DISK, 0, MAX_SPOOL_DISK);
        return new SpoolLimits(memory, disk, spoolDirectory().resolve(task));
    }

    private Path spoolDirectory() {
        String text = settings.text(Setting.SPOOL_DIR);
        if (settings.given(Setting.SPOOL_DIR) == null) {
            String user = System.getProperty("user.name", "user").replaceAll("[^\\w.-]", "_");
            return Path.of(System.getProperty("java.io.tmpdir"), "syncline-" + user);
        }
        if (text.isBlank()) {
            throw Values.bad(settings, Setting.SPOOL_DIR, "the name of a folder");
        }
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw Values.bad(settings, Setting.SPOOL_DIR, "a path: " + e.getReason());
        }
    }

    private Tuning tuning() {
        return new Tuning(
                !settings.flag(Setting.NO_MERGE),
                (int) number(Setting.BATCH_COMMANDS, 1, MAX_BATCH_COMMANDS),
                (int) size(Setting.BATCH_BYTES, MIN_BATCH_BYTES, MAX_BATCH_BYTES),
                (int) size(Setting.WINDOW_BYTES, MIN_BATCH_BYTES, MAX_WINDOW_BYTES),
                Duration.ofSeconds(number(Setting.HEARTBEAT_SECONDS, 0, MAX_PERIOD_SECONDS)),
                Duration.ofSeconds(number(Setting.CHECKPOINT_SECONDS, 1, MAX_PERIOD_SECONDS)),
                Tuning.DEFAULT.answerLimit(),
                Tuning.DEFAULT.silenceLimit());
    }

    private long size(Setting setting, long least, long most) {
        return Values.size(settings, setting, least, most);
    }
}
