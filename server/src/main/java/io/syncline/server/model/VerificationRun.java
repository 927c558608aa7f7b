package io.syncline.server.model;

import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One verification of a task: asked for, by schedule, or the continuous one of what is written.
///
/// @param by who asked; `schedule` for none
/// @param options by the names of the command line
/// @param ended null while it goes on
/// @param reason why it ended without a verdict; empty otherwise
public record VerificationRun(
        String id,
        String task,
        Kind kind,
        String by,
        Map<String, String> options,
        State state,
        Instant created,
        @Nullable Instant ended,
        Numbers numbers,
        String reason,
        String remedy) {
    /// Where it comes from.
    public enum Kind {
        MANUAL,
        SCHEDULED,
        INCREMENTAL;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Where it stands.
    public enum State {
        /// Others have their turn first.
        WAITING,
        RUNNING,
        /// Nothing differs, or everything that did was repaired.
        EQUAL,
        DIFFERENT,
        CANCELLED,
        /// It could not be made or finished.
        FAILED,
        /// A restart of the service ended it, and it could not go on.
        INTERRUPTED;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        public boolean isOver() {
            return this != WAITING && this != RUNNING;
        }
    }

    /// How far it is. Unknown numbers are -1.
    ///
    /// @param keys of the source that were compared; of a continuous one, keys checked so far
    /// @param targetKeys of the target that were looked up at the source
    /// @param bytes read from both sides
    /// @param byKind differences; of a continuous one, those that stand now
    public record Numbers(
            long keys,
            long keysTotal,
            long targetKeys,
            long targetKeysTotal,
            long bytes,
            Map<String, Long> byKind,
            long repaired) {
        public static final Numbers NONE = new Numbers(0, -1, 0, -1, 0, Map.of(), 0);

        public Numbers {
            byKind = Collections.unmodifiableMap(new TreeMap<>(byKind));
        }

        public long differences() {
            return byKind.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    public VerificationRun {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    /// A new one, without numbers yet.
    public static VerificationRun begun(
            String task,
            Kind kind,
            String by,
            Map<String, String> options,
            State state,
            Instant now) {
        return new VerificationRun(
                Names.id("v"), task, kind, by, options, state, now, null, Numbers.NONE, "", "");
    }

    public VerificationRun at(State next, Numbers now) {
        return new VerificationRun(
                id, task, kind, by, options, next, created, ended, now, reason, remedy);
    }

    public VerificationRun over(State last, Numbers now, Instant when, String why, String what) {
        return new VerificationRun(
                id, task, kind, by, options, last, created, when, now, why, what);
    }
}
