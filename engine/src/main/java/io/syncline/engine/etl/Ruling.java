package io.syncline.engine.etl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.FilterRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules that count for one database of the source. Holds nothing that changes, so any thread
/// may ask.
public final class Ruling {
    private static final byte[][] RESERVED = {
        FilterRules.OWN_PREFIX.getBytes(US_ASCII), FilterRules.HEARTBEAT_PREFIX.getBytes(US_ASCII)
    };

    private final List<KeyRule> rules;

    Ruling(List<KeyRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /// What becomes of a key.
    public enum Fate {
        KEPT,
        DROPPED,
        RENAMED
    }

    /// Tells a key's fate: by the first rule that it fits; one that fits none is kept.
    ///
    /// A name that would begin as our own keys do is given to no key: the next rule is asked.
    ///
    /// @param name the new name of a key to be renamed is appended
    public Fate of(byte[] buffer, int offset, int length, ByteBuilder name) {
        int start = name.length;
        for (KeyRule rule : rules) {
            if (rule.takes(buffer, offset, length, name)) {
                switch (rule.action()) {
                    case DROP -> {
                        return Fate.DROPPED;
                    }
                    case KEEP -> {
                        return Fate.KEPT;
                    }
                    case RENAME -> {
                        if (!isReserved(name, start)) {
                            boolean same =
                                    Arrays.equals(
                                            name.array,
                                            start,
                                            name.length,
                                            buffer,
                                            offset,
                                            offset + length);
                            name.length = same ? start : name.length;
                            return same ? Fate.KEPT : Fate.RENAMED;
                        }
                        name.length = start;
                    }
                }
            }
        }
        return Fate.KEPT;
    }

    private static boolean isReserved(ByteBuilder name, int start) {
        for (byte[] prefix : RESERVED) {
            if (name.length - start >= prefix.length
                    && Arrays.equals(
                            name.array, start, start + prefix.length, prefix, 0, prefix.length)) {
                return true;
            }
        }
        return false;
    }

    /// The name that a key has at the target; null when it is not carried over.
    public byte @Nullable [] targetName(byte[] key) {
        ByteBuilder name = new ByteBuilder(key.length + 64);
        return switch (of(key, 0, key.length, name)) {
            case KEPT -> key;
            case DROPPED -> null;
            case RENAMED -> name.toBytes();
        };
    }

    /// The keys of the source that have this name at the target; none when the rules make no such
    /// name of any key; null when there may be too many to tell.
    public @Nullable List<byte[]> origins(byte[] targetName) {
        List<byte[]> candidates = new ArrayList<>();
        candidates.add(targetName);
        for (KeyRule rule : rules) {
            Renaming renaming = rule.renaming();
            if (renaming != null && !renaming.origins(targetName, candidates)) {
                return null;
            }
        }
        List<byte[]> origins = new ArrayList<>();
        for (byte[] candidate : candidates) {
            if (Arrays.equals(targetName(candidate), targetName)
                    && origins.stream().noneMatch(known -> Arrays.equals(known, candidate))) {
                origins.add(candidate);
            }
        }
        return origins;
    }
}
