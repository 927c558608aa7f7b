package io.syncline.server.settings;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One thing a user may choose. This table is the only place that names a setting: the command
/// line, the YAML file, `--help`, `--print-config` and the completion script are made from it.
///
/// The order is the order of `--help`.
public enum Setting {
    SOURCE(
            Section.ENDPOINTS,
            "source",
            "URI",
            "",
            "Where to read; file:PATH for an RDB or append-only file. Required."),
    TARGET(Section.ENDPOINTS, "target", "URI", "", "Where to write. Required."),
    SOURCE_PASSWORD_FILE(
            Section.ENDPOINTS,
            "source-password-file",
            "FILE",
            "",
            "File whose first line is the source's password."),
    TARGET_PASSWORD_FILE(
            Section.ENDPOINTS,
            "target-password-file",
            "FILE",
            "",
            "File whose first line is the target's password."),
    TASK(
            Section.TASK,
            "task",
            "NAME",
            "",
            "Stable identity: the same name resumes. Default: made from both endpoints."),
    SOURCE_MODE(
            Section.TASK,
            "source-mode",
            "psync|scan",
            "psync",
            "How to read: as a replica does, or, where that is blocked, by scanning (weaker)."),
    SCAN_INTERVAL(
            Section.TASK,
            "scan-interval",
            "SECONDS",
            "60",
            "Pause between two full scans of --source-mode scan; ten times that where keyspace"
                    + " notifications tell of changes."),
    SCAN_SET_NOTIFICATIONS(
            Section.TASK,
            "scan-set-notifications",
            "",
            "",
            "Let --source-mode scan switch keyspace notifications on at the source while it runs."),
    DATABASES(
            Section.TASK,
            "databases",
            "LIST",
            "all",
            "Databases to copy; 3:5 writes database 3 to 5. Example: 0,3:5."),
    ETL(
            Section.TASK,
            "etl",
            "RULE",
            "",
            "A rule for keys, or @FILE with one a line; give it again for more. The first that a key"
                    + " fits counts. Examples: 'drop tmp:*', 'keep user:* db 0,3',"
                    + " 'rename user:* to customer:*'."),
    COMMANDS(
            Section.TASK,
            "commands",
            "LIST",
            "all",
            "Commands and @groups to copy while streaming; '!' leaves out. Examples:"
                    + " set,del,@hash or '!flushall,!@stream'."),
    SNAPSHOT_ONLY(Section.TASK, "snapshot-only", "", "", "End after the snapshot."),
    UNTIL_CAUGHT_UP(
            Section.TASK,
            "until-caught-up",
            "",
            "",
            "End when the target has everything the source had at that moment."),
    TWO_WAY(
            Section.TWO_WAY,
            "two-way",
            "",
            "",
            "Both sides are written by users: copy the source to the target once, then keep both"
                    + " equal."),
    CONFLICT_GUARD(
            Section.TWO_WAY,
            "conflict-guard",
            "always|contended|never",
            "always",
            "For which keys a write waits until the other side's are seen, so that the later write"
                    + " wins exactly. Both sides end equal in any case."),
    CONFLICT_LOG(
            Section.TWO_WAY,
            "conflict-log",
            "FILE",
            "",
            "Append each conflict as a line of JSON: key, times, winner."),
    RESYNC_FROM(
            Section.TWO_WAY,
            "resync-from",
            "source|target",
            "",
            "Once: replace the other side's data by this side's, after a gap."),
    ON_EXISTING(
            Section.CHOICES,
            "on-existing",
            "report|overwrite",
            "report",
            "When the target already holds keys."),
    ON_REFUSED(
            Section.CHOICES,
            "on-refused",
            "stop|skip",
            "stop",
            "When the target refuses a command for good."),
    ON_GAP(
            Section.CHOICES,
            "on-gap",
            "resync|stop",
            "resync",
            "When the source no longer holds the position."),
    ON_FLUSH(
            Section.CHOICES,
            "on-flush",
            "apply|ignore|stop",
            "apply",
            "When FLUSHALL, FLUSHDB or SWAPDB arrives."),
    EXTEND_EXPIRY(
            Section.CHOICES,
            "extend-expiry",
            "SECONDS",
            "0",
            "Added to every expiry written to the target."),
    RETRY_MINUTES(
            Section.LIMITS,
            "retry-minutes",
            "MINUTES",
            "720",
            "How long to retry while a side is away; 0: do not retry."),
    MAX_RPS(
            Section.LIMITS,
            "max-rps",
            "NUMBER",
            "0",
            "Most commands per second written to the target; 0: no limit."),
    MAX_MBPS(
            Section.LIMITS,
            "max-mbps",
            "NUMBER",
            "0",
            "Most megabytes per second written to the target; 0: no limit."),
    SPOOL_MEMORY(
            Section.LIMITS,
            "spool-memory",
            "SIZE",
            "64mb",
            "Memory for bytes the target has not taken yet, shared by the source's shards."),
    SPOOL_DISK(
            Section.LIMITS,
            "spool-disk",
            "SIZE",
            "10gb",
            "Disk for the same beyond that, per source shard."),
    SPOOL_DIR(
            Section.LIMITS,
            "spool-dir",
            "DIR",
            "",
            "Where; each task uses its own folder inside. Default: syncline-USER in the system's"
                    + " temporary folder."),
    NO_MERGE(
            Section.ADVANCED,
            "no-merge",
            "",
            "",
            "Do not join adjacent plain commands (SET into MSET and the like)."),
    BATCH_COMMANDS(
            Section.ADVANCED,
            "batch-commands",
            "NUMBER",
            "512",
            "Most commands in one transaction at the target."),
    BATCH_BYTES(
            Section.ADVANCED,
            "batch-bytes",
            "SIZE",
            "64kb",
            "Most bytes in one transaction at the target."),
    WINDOW_BYTES(
            Section.ADVANCED,
            "window-bytes",
            "SIZE",
            "8mb",
            "Most bytes sent to a target node and not yet answered; up to eight times that where"
                    + " answers take long."),
    HEARTBEAT_SECONDS(
            Section.ADVANCED,
            "heartbeat-seconds",
            "SECONDS",
            "1",
            "How often to write the heartbeat key at the source; 0: never."),
    CHECKPOINT_SECONDS(
            Section.ADVANCED,
            "checkpoint-seconds",
            "SECONDS",
            "1",
            "Longest progress without data that goes without a checkpoint."),
    JSON(Section.OUTPUT, "json", "", "", "One JSON event a line on standard output."),
    MODE(
            Section.VERIFY,
            "mode",
            "full|length|exists|sample",
            "full",
            "What to compare of a key: everything, type and length and expiry, that it is there, or"
                    + " everything of some keys."),
    SAMPLE(
            Section.VERIFY,
            "sample",
            "PERCENT",
            "10",
            "How many of the keys to compare in mode sample, which it implies."),
    MATCH(
            Section.VERIFY,
            "match",
            "PATTERNS",
            "",
            "Compare only keys that fit one of them, as in SCAN MATCH. Example: 'user:*,order:*'."),
    EXPIRY_TOLERANCE(
            Section.VERIFY,
            "expiry-tolerance",
            "SECONDS",
            "1",
            "How far two expiries may be apart and still be the same."),
    RECHECK_AFTER(
            Section.VERIFY,
            "recheck-after",
            "SECONDS",
            "1",
            "Pause before something that differs is looked at again; longer than the usual lag."),
    RECHECKS(
            Section.VERIFY,
            "rechecks",
            "NUMBER",
            "3",
            "Further looks that a difference must survive."),
    RATE_KEYS(
            Section.VERIFY,
            "rate-keys",
            "NUMBER",
            "0",
            "Most keys per second to look at; 0: no limit."),
    RATE_MBPS(
            Section.VERIFY,
            "rate-mbps",
            "NUMBER",
            "0",
            "Most megabytes per second to read from both sides; 0: no limit."),
    CONNECTIONS(
            Section.VERIFY,
            "connections",
            "NUMBER",
            "4",
            "Threads that compare, each with a connection to every node it needs."),
    OUTPUT(
            Section.VERIFY,
            "output",
            "FILE",
            "",
            "Write every difference to this file: .jsonl or .csv."),
    RESUME(
            Section.VERIFY,
            "resume",
            "FILE",
            "",
            "Keep the state of the run in this file; when it is there, go on from it."),
    REPAIR(
            Section.VERIFY,
            "repair",
            "source-to-target|target-to-source",
            "",
            "Make what differs at one side what it is at the other, unless it is being written."),
    DELETE_EXTRA(
            Section.VERIFY,
            "delete-extra",
            "",
            "",
            "With --repair: delete keys that only the side to be mended has.");

    /// A heading of `--help`.
    public enum Section {
        ENDPOINTS("Instances"),
        TASK("What to copy, and until when"),
        TWO_WAY("Two-way"),
        CHOICES("What to do when"),
        LIMITS("Limits"),
        ADVANCED("Advanced"),
        OUTPUT("Output"),
        /// Of `verify` alone.
        VERIFY("Verification");

        private final String heading;

        Section(String heading) {
            this.heading = heading;
        }

        public String heading() {
            return heading;
        }
    }

    private final Section section;
    private final String key;
    private final String label;
    private final String initial;
    private final String description;

    Setting(Section section, String key, String label, String initial, String description) {
        this.section = section;
        this.key = key;
        this.label = label;
        this.initial = initial;
        this.description = description;
    }

    public Section section() {
        return section;
    }

    /// Its name in a YAML file.
    public String key() {
        return key;
    }

    /// Its name on the command line.
    public String option() {
        return "--" + key;
    }

    /// What stands for its value in help; empty for a flag.
    public String label() {
        return label;
    }

    /// A flag is there or not; on the command line it takes no value, in a file `true` or `false`.
    public boolean isFlag() {
        return label.isEmpty();
    }

    /// What joins several values, each of a list in a file or each time that the option is given;
    /// empty where only one can be.
    public String separator() {
        return switch (this) {
            case DATABASES, COMMANDS, MATCH -> ",";
            case ETL -> "\n";
            default -> "";
        };
    }

    /// Whether the option may be given more than once.
    public boolean isRepeatable() {
        return this == ETL;
    }

    /// The value that counts when none is given; empty when there is none or it depends.
    public String initial() {
        return initial;
    }

    public String description() {
        return description;
    }

    public static @Nullable Setting ofKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst().orElse(null);
    }
}
