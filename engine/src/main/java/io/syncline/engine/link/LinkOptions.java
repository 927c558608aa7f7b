package io.syncline.engine.link;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.net.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/// Everything a user chooses for one link.
///
/// @param task stable identity: names the checkpoint, so the same name resumes
/// @param source where to read
/// @param target where to write
/// @param databases source database to target database; empty: every database to itself
/// @param commands which commands to copy in `streaming`
/// @param onExisting what to do when the target already holds keys
/// @param extendExpiry added to every expiry written to the target
/// @param retry how long to go on trying when either side is away; zero: not at all
/// @param onRefused what to do with a command the target refuses for good
/// @param onGap what to do when the source no longer holds our position
/// @param onFlush what to do with FLUSHALL, FLUSHDB and SWAPDB
/// @param throttle ceilings on what is written to the target
/// @param end when the link ends by itself
/// @param spool where bytes wait that the target has not taken yet
/// @param tuning knobs with good defaults
/// @param sourceMode how a source that is a server is read
/// @param rules which keys are carried over, and under which names
public record LinkOptions(
        String task,
        Endpoint source,
        Endpoint target,
        SortedMap<Integer, Integer> databases,
        CommandChoice commands,
        OnExisting onExisting,
        Duration extendExpiry,
        Duration retry,
        OnRefused onRefused,
        OnGap onGap,
        OnFlush onFlush,
        Throttle throttle,
        End end,
        SpoolLimits spool,
        Tuning tuning,
        SourceMode sourceMode,
        KeyRules rules) {

    /// When it ends by itself: a source that is a file has an end of its own.
    public End effectiveEnd() {
        return source.isFile() && end == End.NEVER ? End.CAUGHT_UP : end;
    }

    /// How a source that is a server is read.
    public sealed interface SourceMode {
        /// As a replica: everything in order, each command exactly once.
        record Psync() implements SourceMode {}

        /// By SCAN and DUMP, for services that block PSYNC: states instead of commands, later, and
        /// with weaker promises.
        ///
        /// @param interval from the end of one full comparison to the start of the next
        /// @param setsNotifications whether keyspace notifications may be switched on meanwhile
        record Scan(Duration interval, boolean setsNotifications) implements SourceMode {}
    }

    /// Commands by name or by `@group`. An empty `allow` allows all; `deny` wins.
    public record CommandChoice(List<String> allow, List<String> deny) {
        public static final CommandChoice ALL = new CommandChoice(List.of(), List.of());

        public CommandChoice {
            allow = List.copyOf(allow);
            deny = List.copyOf(deny);
        }

        /// Every command that is named, without groups.
        public List<String> names() {
            return Stream.concat(allow.stream(), deny.stream())
                    .filter(name -> !name.startsWith("@"))
                    .toList();
        }
    }

    /// When the target already holds keys.
    public enum OnExisting {
        REPORT,
        OVERWRITE
    }

    /// When the target refuses a command for good (wrong type, unknown command, no right).
    public enum OnRefused {
        STOP,
        SKIP
    }

    /// When the source no longer holds the position this link stands at.
    public enum OnGap {
        RESYNC,
        STOP
    }

    /// When FLUSHALL, FLUSHDB or SWAPDB arrives.
    public enum OnFlush {
        APPLY,
        IGNORE,
        STOP
    }

    /// When the link ends by itself.
    public enum End {
        /// Never: runs until stopped.
        NEVER,
        /// After the snapshot is in the target.
        SNAPSHOT,
        /// When the target has everything the source had at that moment.
        CAUGHT_UP
    }

    /// Ceilings on writes to the target; 0 is none.
    public record Throttle(long commandsPerSecond, long bytesPerSecond) {
        public static final Throttle NONE = new Throttle(0, 0);
    }

    /// Where and how much may wait between source and target.
    ///
    /// @param memoryBytes kept in memory, by all pipelines together
    /// @param diskBytes kept in files beyond that, per pipeline
    /// @param directory for those files; emptied at start and end
    public record SpoolLimits(long memoryBytes, long diskBytes, Path directory) {}

    /// Knobs with good defaults.
    ///
    /// @param merge join adjacent plain commands (SET into MSET, ...) where the result is identical
    /// @param batchCommands most commands in one transaction
    /// @param batchBytes most bytes in one transaction, unless one command or source transaction is
    ///   larger
    /// @param windowBytes most bytes sent to a target node and not yet answered
    /// @param heartbeat how often to write the heartbeat key at the source; zero: never
    /// @param checkpointLag how long progress without data may go without a checkpoint
    /// @param answerLimit a target that answers nothing for so long is treated as gone; what it did
    ///   is found out from the checkpoint
    /// @param silenceLimit a source that says nothing for so long is treated as gone; sources send
    ///   a PING every `repl-ping-replica-period`, 10 s by default
    /// @param markedSnapshot whether a snapshot's writes to a cluster carry marks too, so that who
    ///   reads the target's streams can tell them from users'
    /// @param tracedExpiry whether a key of a snapshot that is about to expire is written with more
    ///   time, so that whoever reads the target's streams sees its end: with an expiry that is past
    ///   when it comes, it would never have been there
    public record Tuning(
            boolean merge,
            int batchCommands,
            int batchBytes,
            int windowBytes,
            Duration heartbeat,
            Duration checkpointLag,
            Duration answerLimit,
            Duration silenceLimit,
            boolean markedSnapshot,
            boolean tracedExpiry) {
        /// A snapshot goes without marks where it can.
        public Tuning(
                boolean merge,
                int batchCommands,
                int batchBytes,
                int windowBytes,
                Duration heartbeat,
                Duration checkpointLag,
                Duration answerLimit,
                Duration silenceLimit) {
            this(
                    merge,
                    batchCommands,
                    batchBytes,
                    windowBytes,
                    heartbeat,
                    checkpointLag,
                    answerLimit,
                    silenceLimit,
                    false,
                    false);
        }

        public static final Tuning DEFAULT =
                new Tuning(
                        true,
                        512,
                        64 << 10,
                        8 << 20,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60));
    }

    /// `psync`, `scan` or `file`: what the promises depend on.
    public String sourceModeText() {
        if (source.isFile()) {
            return "file";
        }
        return sourceMode instanceof SourceMode.Scan ? "scan" : "psync";
    }

    /// The database mapping as `0,3:5`, for display.
    public String databasesText() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Integer, Integer> entry : databases.entrySet()) {
            text.append(text.isEmpty() ? "" : ",").append(entry.getKey());
            if (!entry.getKey().equals(entry.getValue())) {
                text.append(':').append(entry.getValue());
            }
        }
        return text.isEmpty() ? "all" : text.toString();
    }
}
