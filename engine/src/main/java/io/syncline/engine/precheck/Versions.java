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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the source can hold and the target cannot: what will be converted, what refused.
final class Versions {
    /// Reach a stream as other, older commands (replies to reading clients are not replicated):
    /// GETDEL as DEL, LMPOP as LPOP, XAUTOCLAIM as XCLAIM, and so on.
    private static final Set<String> STREAMED_OTHERWISE =
            Set.of(
                    "GETDEL",
                    "GETEX",
                    "HGETDEL",
                    "HGETEX",
                    "LMPOP",
                    "ZMPOP",
                    "XAUTOCLAIM",
                    "XREADGROUP",
                    "MIGRATE");

    private static final int MOST_COMMANDS_NAMED = 8;

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
                    && !knownByTarget.contains(command.name())
                    && isStreamed(command)
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
        List<String> called = missing.stream().filter(calls::containsKey).toList();
        return called.isEmpty()
                ? "unknown to the target: "
                        + Replies.list(missing, MOST_COMMANDS_NAMED)
                        + ", of which the source has run none since its start"
                : "unknown to the target though the source has run them: "
                        + Replies.list(called, MOST_COMMANDS_NAMED);
    }

    /// Whether it reaches older targets as commands that they know: all of it, in any form.
    private static boolean isRewritten(CommandSpec command, Node to) {
        boolean dated = (command.flags() & CommandSpec.DATED) != 0;
        return command.kind() == CommandKind.COPY
                ? to.isSince(COPIED_BY_SCRIPT_MAJOR, COPIED_BY_SCRIPT_MINOR)
                : dated && !command.name().equals("GEOSEARCHSTORE");
    }

    /// Scripts stream their effects on demand since then.
    private static final int COPIED_BY_SCRIPT_MAJOR = 3;

    private static final int COPIED_BY_SCRIPT_MINOR = 2;

    /// Whether a command can stand in a stream.
    private static boolean isStreamed(CommandSpec command) {
        boolean plain =
                command.kind() == CommandKind.DATA
                        || command.kind() == CommandKind.MOVE
                        || command.kind() == CommandKind.COPY;
        return plain
                && command.isWrite()
                && (command.flags() & CommandSpec.BLOCKING) == 0
                && !STREAMED_OTHERWISE.contains(command.name());
    }
}
