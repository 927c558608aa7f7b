package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.rdb.RdbType;
import io.syncline.engine.rdb.TargetFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the source can hold and the target cannot: what will be converted, what refused.
final class Versions {
    /// What others reach a target as, from the source or from us: replies to reading clients are
    /// not replicated, and expiries of fields all come as one command.
    private static final Map<String, String> STREAMED_AS =
            Map.ofEntries(
                    Map.entry("DELIFEQ", "DEL"),
                    Map.entry("GEOADD", "ZADD"),
                    Map.entry("GETDEL", "DEL"),
                    Map.entry("GETEX", "PEXPIREAT"),
                    Map.entry("HEXPIRE", "HPEXPIREAT"),
                    Map.entry("HEXPIREAT", "HPEXPIREAT"),
                    Map.entry("HGETDEL", "HDEL"),
                    Map.entry("HGETEX", "HPEXPIREAT"),
                    Map.entry("HPEXPIRE", "HPEXPIREAT"),
                    Map.entry("HSETEX", "HPEXPIREAT"),
                    Map.entry("LMPOP", "LTRIM"),
                    Map.entry("MIGRATE", "DEL"),
                    Map.entry("MSETEX", "PEXPIREAT"),
                    Map.entry("UNLINK", "DEL"),
                    Map.entry("XAUTOCLAIM", "XCLAIM"),
                    Map.entry("ZMPOP", "ZREMRANGEBYRANK"));

    /// Have older forms in part only, or none where there are no streams.
    private static final Set<String> NOT_ALWAYS_DATED =
            Set.of("GEOSEARCHSTORE", "XGROUP", "XSETID");

    /// Subcommands of FUNCTION that write.
    private static final Set<String> FUNCTION_WRITES =
            Set.of("FUNCTION|LOAD", "FUNCTION|DELETE", "FUNCTION|FLUSH", "FUNCTION|RESTORE");

    private static final int MOST_COMMANDS_NAMED = 32;

    static final Check.Questions QUESTIONS =
            (node, plan) -> List.of(node.commandsQuestion(), Node.statisticsQuestion());

    private Versions() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        Node from = source.newest();
        Node to = target.oldest();
        if (plan.kind() == SourceKind.FILE && !from.saysItsVersion()) {
            verdict.ok(
                    to.address(),
                    "the file does not say which version wrote it; what the target does not know is"
                            + " met when it comes");
            return;
        }
        if (!from.saysItsVersion() || !to.saysItsVersion()) {
            verdict.warning(
                    to.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "a side does not say its version, so what the target can hold is unknown",
                    "Name the servers themselves, not a proxy");
            return;
        }
        if (!to.isSince(2, 6)) {
            verdict.error(
                    to.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    to.info().product() + " has no RESTORE; 2.6 is the first version that has",
                    "Upgrade the target");
            return;
        }
        List<String> losses = losses(format(from.info()), format(to.info()));
        String commands = commandLosses(from, to);
        if (commands != null) {
            losses.add(commands);
        }
        String pair = from.info().product() + " to " + to.info().product();
        if (losses.isEmpty()) {
            verdict.ok(to.address(), pair + ": the target knows all that the source has");
        } else {
            verdict.warning(
                    to.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    pair + ": " + String.join("; ", losses),
                    "Upgrade the target to the source's version, or make sure that the source uses"
                            + " none of what is refused");
        }
    }

    private static TargetFormat format(ServerInfo info) {
        return TargetFormat.of(info.isValkey(), info.major(), info.minor());
    }

    /// What happens to values, in words.
    static List<String> losses(TargetFormat from, TargetFormat to) {
        List<String> refused = new ArrayList<>();
        if (from.hasStreams() && !to.hasStreams()) {
            refused.add("streams");
        }
        if (from.hasFieldExpiry() && !to.hasFieldExpiry()) {
            refused.add("hashes with fields that expire");
        }
        if (from.knows(RdbType.ARRAY) && !to.knows(RdbType.ARRAY)) {
            refused.add("arrays");
        }
        List<String> losses = new ArrayList<>();
        if (!refused.isEmpty()) {
            losses.add("refused: " + Replies.list(refused, refused.size()));
        }
        if (from.version() != to.version() && !to.acceptsVersion(from.version())) {
            losses.add("rewritten in an older encoding: values of newer encodings");
        }
        if (to.hasStreams()) {
            if (from.knows(RdbType.STREAM_2) && !to.knows(RdbType.STREAM_2)) {
                losses.add("left out: counters and consumer activity of streams");
            } else if (from.knows(RdbType.STREAM_3) && !to.knows(RdbType.STREAM_3)) {
                losses.add("left out: when consumers of streams were last active");
            } else if (from.knows(RdbType.STREAM_4) && !to.knows(RdbType.STREAM_4)) {
                losses.add("left out: which producers of streams are idempotent");
            }
        }
        return losses;
    }

    private static @Nullable String commandLosses(Node from, Node to) throws IOException {
        Set<String> known = from.commands();
        Set<String> knownByTarget = to.commands();
        if (known == null || knownByTarget == null) {
            return null;
        }
        List<String> missing = new ArrayList<>();
        for (CommandSpec command : CommandTable.standard().all()) {
            if (known.contains(command.name())
                    && isStreamed(command)
                    && !knownByTarget.contains(streamedAs(command.name()))
                    && !isRewritten(command, to)) {
                missing.add(command.name());
            }
        }
        if (missing.isEmpty()) {
            return null;
        }
        Map<String, Long> calls = from.calls();
        if (calls == null) {
            return "unknown to the target: " + Replies.list(missing, MOST_COMMANDS_NAMED);
        }
        List<String> called =
                missing.stream().filter(name -> isCalled(name, calls.keySet())).toList();
        return called.isEmpty()
                ? "unknown to the target: "
                        + Replies.list(missing, MOST_COMMANDS_NAMED)
                        + ", of which the source has run none since its start"
                : "unknown to the target though the source has run them: "
                        + Replies.list(called, MOST_COMMANDS_NAMED);
    }

    private static String streamedAs(String name) {
        return STREAMED_AS.getOrDefault(name, name);
    }

    /// Since 7.0 calls of subcommands are counted each by itself. Our own checks call some that
    /// read.
    private static boolean isCalled(String name, Set<String> calls) {
        return name.equals("FUNCTION")
                ? !Collections.disjoint(calls, FUNCTION_WRITES)
                : calls.stream().anyMatch(call -> call.equals(name) || call.startsWith(name + "|"));
    }

    /// Whether it reaches older targets as commands that they know: all of it, in any form.
    private static boolean isRewritten(CommandSpec command, Node to) {
        boolean dated = (command.flags() & CommandSpec.DATED) != 0;
        return command.kind() == CommandKind.COPY
                ? to.isSince(COPIED_BY_SCRIPT_MAJOR, COPIED_BY_SCRIPT_MINOR)
                : dated && !NOT_ALWAYS_DATED.contains(command.name());
    }

    /// Scripts stream their effects on demand since then.
    private static final int COPIED_BY_SCRIPT_MAJOR = 3;

    private static final int COPIED_BY_SCRIPT_MINOR = 2;

    /// Whether a command can stand in a stream, as it is or as another one. Scripts and functions
    /// that are called come as what they did, and messages that a target cannot pass on are left
    /// out.
    private static boolean isStreamed(CommandSpec command) {
        return switch (command.kind()) {
            case FUNCTION -> true;
            case DATA, SET, DELETE, EXPIRY, STREAM, MOVE, COPY, FLUSHALL, FLUSHDB, SWAPDB ->
                    command.isWrite() && (command.flags() & CommandSpec.BLOCKING) == 0;
            // RESTORE-ASKING comes as RESTORE.
            case RESTORE, SELECT, MULTI, EXEC, EVAL, PUBLISH, SCRIPT, CONTROL, READ, UNKNOWN ->
                    false;
        };
    }
}
