package io.syncline.engine.verify;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/// One key that differs.
///
/// @param database at the source
/// @param targetDatabase where it belongs at the target
/// @param key its bytes at the source; [#keyText] for people
/// @param targetKey its bytes at the target: other ones where rules rename keys
/// @param kind what differs first
/// @param detail where, in words; may be empty
/// @param source the value at the source in a few words; `-` when there is none
/// @param target likewise at the target
/// @param repair what was done about it
public record Difference(
        int database,
        int targetDatabase,
        Key key,
        Key targetKey,
        Kind kind,
        String detail,
        String source,
        String target,
        Repair repair) {
    public Difference {
        requireNonNull(key, "key is null");
        requireNonNull(targetKey, "targetKey is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(repair, "repair is null");
    }

    /// What differs.
    public enum Kind {
        /// Only the source has it.
        MISSING_AT_TARGET,
        /// Only the target has it.
        MISSING_AT_SOURCE,
        TYPE,
        /// The number of bytes or elements, where no more was looked at.
        LENGTH,
        VALUE,
        /// Of a stream's consumer groups: names, positions, consumers, pending entries.
        GROUPS,
        EXPIRY,
        FIELD_EXPIRY;

        /// Its name in files and events: `missing-at-target`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// What became of a difference.
    ///
    /// @param action what was done or tried
    /// @param reason why not; empty when it was done
    public record Repair(Action action, String reason) {
        public static final Repair NONE = new Repair(Action.NONE, "");

        /// Whether both sides are equal now.
        public boolean isDone() {
            return action != Action.NONE && action != Action.SKIPPED;
        }
    }

    /// What a repair does to a key.
    public enum Action {
        /// None was asked for.
        NONE,
        WRITTEN,
        DELETED,
        /// Only its expiry was set or removed.
        EXPIRY_SET,
        /// Asked for and not done.
        SKIPPED;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public String keyText() {
        return key.text();
    }

    /// Whether the key has another name at the target.
    public boolean isRenamed() {
        return !targetKey.equals(key);
    }

    Difference with(String sourceSummary, String targetSummary) {
        return new Difference(
                database,
                targetDatabase,
                key,
                targetKey,
                kind,
                detail,
                sourceSummary,
                targetSummary,
                repair);
    }

    Difference with(Kind otherKind, String otherDetail) {
        return new Difference(
                database,
                targetDatabase,
                key,
                targetKey,
                otherKind,
                otherDetail,
                source,
                target,
                repair);
    }

    Difference with(Repair other) {
        return new Difference(
                database, targetDatabase, key, targetKey, kind, detail, source, target, other);
    }
}
