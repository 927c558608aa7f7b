package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/// Decides by name and by key whether a command is passed on. Which database is included is
/// [DatabaseMap]'s to say, once per SELECT.
///
/// Not for several threads at once: it keeps the list of keys that it looked at last.
public final class CommandFilter {
    private final FilterRules rules;

    /// By index of the command.
    private final boolean[] passes;

    private final boolean unknownNeedsName;

    /// Whether some excluded prefix, or a key that a rule may concern, begins with this byte: one
    /// look decides for nearly all keys.
    private final boolean[] suspectFirst = new boolean[256];

    /// First bytes of keys that a rule may concern; 256 stands for the empty key.
    private final BitSet ruled;

    private final boolean suspectEmpty;

    private final byte[][] prefixes;
    private final KeyFinder finder = new KeyFinder();

    /// Without rules for keys.
    public CommandFilter(FilterRules rules, CommandTable table) {
        this(rules, table, new BitSet());
    }

    /// @param ruled first bytes of keys that a rule of the user's may concern, and 256 for the
    ///   empty key: of those [#verdict] says RULED
    public CommandFilter(FilterRules rules, CommandTable table, BitSet ruled) {
        this.rules = rules;
        this.ruled = (BitSet) ruled.clone();
        suspectEmpty = ruled.get(suspectFirst.length);
        List<CommandSpec> specs = table.all();
        passes = new boolean[specs.size() + 1];
        for (CommandSpec spec : specs) {
            passes[spec.index()] = rules.passes(spec.name(), spec.group());
        }
        passes[CommandSpec.UNKNOWN.index()] =
                rules.passes(CommandSpec.UNKNOWN.name(), CommandGroup.UNKNOWN);
        unknownNeedsName = !rules.allow().isEmpty() || !rules.deny().isEmpty();
        prefixes = new byte[rules.excludedPrefixes().size()][];
        for (int i = 0; i < prefixes.length; i++) {
            prefixes[i] = rules.excludedPrefixes().get(i).getBytes(StandardCharsets.UTF_8);
            suspectFirst[prefixes[i][0] & 0xff] = true;
        }
        for (int first = 0; first < suspectFirst.length; first++) {
            suspectFirst[first] |= ruled.get(first);
        }
    }

    /// Whether the command may pass by its name and group.
    public boolean passes(CommandView view, CommandSpec spec) {
        if (spec.kind() == CommandKind.UNKNOWN && unknownNeedsName) {
            return rules.passes(view.text(0).toUpperCase(Locale.ROOT), CommandGroup.UNKNOWN);
        }
        return passes[spec.index()];
    }

    /// Judges a command by its keys.
    public KeyVerdict verdict(CommandView view, CommandSpec spec) {
        if (spec.singleKey()) {
            return view.argumentCount > 1 && isSuspect(view, 1)
                    ? verdict(view, 1)
                    : KeyVerdict.PASS;
        }
        int count = finder.find(view, spec);
        int excluded = 0;
        KeyVerdict passing = KeyVerdict.PASS;
        for (int i = 0; i < count; i++) {
            int argument = finder.indexes[i];
            if (isSuspect(view, argument)) {
                KeyVerdict verdict = verdict(view, argument);
                excluded += verdict == KeyVerdict.DROP ? 1 : 0;
                passing = verdict == KeyVerdict.RULED ? verdict : passing;
            }
        }
        if (excluded == 0) {
            return passing == KeyVerdict.PASS && hasFurtherKeys(spec) ? KeyVerdict.RULED : passing;
        }
        if (excluded == count) {
            return KeyVerdict.DROP;
        }
        return isSplittable(spec) ? KeyVerdict.SPLIT : KeyVerdict.REFUSE;
    }

    private boolean isSuspect(CommandView view, int argument) {
        return view.lengths[argument] > 0
                ? suspectFirst[view.buffer[view.offsets[argument]] & 0xff]
                : suspectEmpty;
    }

    /// Of one key that is suspect.
    private KeyVerdict verdict(CommandView view, int argument) {
        if (isExcluded(view.buffer, view.offsets[argument], view.lengths[argument])) {
            return KeyVerdict.DROP;
        }
        int first =
                view.lengths[argument] > 0
                        ? view.buffer[view.offsets[argument]] & 0xff
                        : suspectFirst.length;
        return ruled.get(first) ? KeyVerdict.RULED : KeyVerdict.PASS;
    }

    /// Whether a command may touch keys beside those it names where keys stand: by a pattern, or in
    /// a script. Of interest only where there are rules.
    private boolean hasFurtherKeys(CommandSpec spec) {
        return !ruled.isEmpty() && (spec.kind() == CommandKind.EVAL || spec.name().equals("SORT"));
    }

    /// Whether a key is not to be synchronized: also asked for keys of a snapshot.
    public boolean isExcluded(byte[] buffer, int offset, int length) {
        for (byte[] prefix : prefixes) {
            if (length >= prefix.length
                    && Arrays.equals(
                            buffer, offset, offset + prefix.length, prefix, 0, prefix.length)) {
                return true;
            }
        }
        return false;
    }

    /// Commands that treat each key by itself. `MSETNX` is not: its effect was decided by all.
    private static boolean isSplittable(CommandSpec spec) {
        return switch (spec.name()) {
            case "DEL", "UNLINK", "MSET", "JSON.MSET", "TS.MADD", "TOUCH" -> true;
            default -> false;
        };
    }

    /// Appends the command without its excluded keys and what belongs to them; only after the
    /// verdict SPLIT.
    public void copyWithoutExcluded(CommandView view, CommandSpec spec, ByteBuilder out) {
        int step = spec.keys().step();
        int kept = 0;
        for (int i = 1; i < view.argumentCount; i += step) {
            if (!isExcluded(view.buffer, view.offsets[i], view.lengths[i])) {
                kept += Math.min(step, view.argumentCount - i);
            }
        }
        RespWriter.array(out, kept + 1);
        RespWriter.bulk(out, view.buffer, view.offsets[0], view.lengths[0]);
        for (int i = 1; i < view.argumentCount; i += step) {
            if (!isExcluded(view.buffer, view.offsets[i], view.lengths[i])) {
                for (int j = i; j < Math.min(i + step, view.argumentCount); j++) {
                    RespWriter.bulk(out, view.buffer, view.offsets[j], view.lengths[j]);
                }
            }
        }
    }
}
