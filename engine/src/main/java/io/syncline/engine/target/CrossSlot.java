package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;

/// How a command whose keys are in several slots is done by a cluster, which takes none such.
///
/// A command in the stream has taken effect at the source, so a condition that it carries (NX of
/// MSETNX, a member that SMOVE found) was true there and is not asked again.
final class CrossSlot {
    private CrossSlot() {}

    /// What it takes.
    enum Way {
        /// One command per key, or per pair of keys, has the same effect: it loses only that all
        /// keys change at the same instant.
        SPLIT,
        /// The first key's value becomes the second's; the first is deleted.
        RENAME,
        /// The first key's value becomes the second's, too.
        COPY,
        /// An end of the first key's list goes to an end of the second's.
        MOVE_ELEMENT,
        /// One key becomes what a command makes of others: run elsewhere, its result is written.
        COMPUTE,
        /// A script, or a command of a module that ties keys together.
        NONE
    }

    static Way wayOf(CommandView command, CommandSpec spec) {
        return switch (spec.name()) {
            case "DEL", "UNLINK", "TOUCH", "MSET", "MSETNX", "JSON.MSET", "TS.MADD" ->
                    (command.argumentCount - 1) % step(spec) == 0 ? Way.SPLIT : Way.NONE;
            case "MSETEX" -> pairs(command, spec) > 0 ? Way.SPLIT : Way.NONE;
            case "SMOVE" -> Way.SPLIT;
            case "RENAME", "RENAMENX" -> Way.RENAME;
            case "COPY" -> Way.COPY;
            case "RPOPLPUSH", "BRPOPLPUSH" -> Way.MOVE_ELEMENT;
            case "LMOVE", "BLMOVE" -> command.argumentCount > 4 ? Way.MOVE_ELEMENT : Way.NONE;
            case "SINTERSTORE",
                    "SUNIONSTORE",
                    "SDIFFSTORE",
                    "ZINTERSTORE",
                    "ZUNIONSTORE",
                    "ZDIFFSTORE",
                    "ZRANGESTORE",
                    "BITOP",
                    "SORT",
                    "GEORADIUS",
                    "GEORADIUSBYMEMBER",
                    "GEOSEARCHSTORE",
                    "PFMERGE",
                    "CMS.MERGE",
                    "TDIGEST.MERGE" ->
                    Way.COMPUTE;
            default -> Way.NONE;
        };
    }

    /// Whether it is done by reading here and writing there, in forms that every version knows.
    static boolean isCoLocated(CommandView command, CommandSpec spec) {
        return switch (wayOf(command, spec)) {
            case MOVE_ELEMENT, COMPUTE -> true;
            case COPY -> !leavesDatabase(command);
            case SPLIT, RENAME, NONE -> false;
        };
    }

    /// Whether the key that is written to is one of those the command reads, and keeps its expiry.
    static boolean changesResult(CommandSpec spec) {
        return switch (spec.name()) {
            case "PFMERGE", "CMS.MERGE", "TDIGEST.MERGE" -> true;
            default -> false;
        };
    }

    /// The argument that names the key which is written to.
    ///
    /// @param lastFound the last key that the finder names: targets named at the end are there
    static int resultArgument(CommandSpec spec, int lastFound) {
        return switch (spec.name()) {
            case "SORT", "GEORADIUS", "GEORADIUSBYMEMBER" -> lastFound;
            case "BITOP" -> 2;
            default -> 1;
        };
    }

    /// Whether COPY names a database other than the only one of a cluster.
    static boolean leavesDatabase(CommandView copy) {
        for (int i = 3; i + 1 < copy.argumentCount; i++) {
            if (copy.isWord(i, "DB")) {
                return !copy.isWord(i + 1, "0");
            }
        }
        return false;
    }

    private static int step(CommandSpec spec) {
        return switch (spec.name()) {
            case "MSET", "MSETNX" -> 2;
            case "JSON.MSET", "TS.MADD" -> 3;
            default -> 1;
        };
    }

    private static int pairs(CommandView command, CommandSpec spec) {
        return new KeyFinder().find(command, spec);
    }

    /// The commands that say the same, each with its key as first argument.
    static List<CommandView> split(CommandView whole, CommandSpec spec) {
        return switch (spec.name()) {
            case "SMOVE" ->
                    List.of(command("SADD", whole, 2, 4), command("SREM", whole, 1, 2, 3, 4));
            case "MSETEX" -> setsWithOptions(whole, spec);
            case "MSET", "MSETNX" -> each(whole, "SET", 2);
            default -> each(whole, spec.name(), step(spec));
        };
    }

    private static List<CommandView> each(CommandView whole, String name, int step) {
        List<CommandView> parts = new ArrayList<>();
        for (int i = 1; i < whole.argumentCount; i += step) {
            parts.add(command(name, whole, i, i + step));
        }
        return parts;
    }

    /// `MSETEX n key value ... [NX|XX] [PXAT ms|KEEPTTL]`.
    private static List<CommandView> setsWithOptions(CommandView whole, CommandSpec spec) {
        int options = 2 + 2 * pairs(whole, spec);
        int from = options;
        while (from < whole.argumentCount
                && (whole.isWord(from, "NX") || whole.isWord(from, "XX"))) {
            from++;
        }
        int until = whole.argumentCount;
        while (until > from && (whole.isWord(until - 1, "NX") || whole.isWord(until - 1, "XX"))) {
            until--;
        }
        List<CommandView> parts = new ArrayList<>();
        for (int i = 2; i < options; i += 2) {
            parts.add(command("SET", whole, i, i + 2, from, until));
        }
        return parts;
    }

    /// @param ranges of arguments of the whole command: first and behind the last
    private static CommandView command(String name, CommandView whole, int... ranges) {
        ByteBuilder text = new ByteBuilder(128);
        int count = 1;
        for (int i = 0; i < ranges.length; i += 2) {
            count += ranges[i + 1] - ranges[i];
        }
        RespWriter.array(text, count);
        RespWriter.bulk(text, name);
        for (int i = 0; i < ranges.length; i += 2) {
            for (int j = ranges[i]; j < ranges[i + 1]; j++) {
                RespWriter.bulk(text, whole.buffer, whole.offsets[j], whole.lengths[j]);
            }
        }
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        return view;
    }
}
