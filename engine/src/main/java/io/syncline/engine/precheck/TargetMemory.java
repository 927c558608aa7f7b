package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;

/// Whether the target has room for what the source holds: by the sums over all shards, and for each
/// shard with a limit of its own, since keys spread evenly over them.
final class TargetMemory {
    private TargetMemory() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) {
        long incoming = plan.resumes() ? 0 : source.sum("used_memory");
        long used = target.sum("used_memory");
        boolean limited =
                target.nodes().stream().allMatch(node -> node.info().number("maxmemory") > 0);
        // Nodes of one machine share its memory; the largest is what one node may hope for.
        long room =
                limited
                        ? target.sum("maxmemory")
                        : target.nodes().stream()
                                .mapToLong(node -> node.info().number("total_system_memory"))
                                .max()
                                .orElse(-1);
        if (room <= 0) {
            verdict.unknown(target.first(), "room for the data", "INFO does not tell it");
            return;
        }
        String reason = reason(used, incoming, room, limited);
        if (isTooLittle(used, incoming, room)) {
            verdict.warning(
                    target.first().address(),
                    ErrorCode.TARGET_OUT_OF_MEMORY,
                    reason,
                    limited
                            ? "Raise maxmemory at the target to a tenth more than both together"
                            : "Give the target a machine with more memory");
        } else if (!limited || incoming == 0 || isEnoughEverywhere(target, incoming, verdict)) {
            verdict.ok(target.first().address(), reason);
        }
    }

    private static boolean isEnoughEverywhere(Side target, long incoming, Verdict verdict) {
        long share = incoming / target.nodes().size();
        boolean enough = true;
        for (Node node : target.nodes()) {
            long used = node.info().number("used_memory");
            long room = node.info().number("maxmemory");
            if (isTooLittle(used, share, room)) {
                enough = false;
                verdict.warning(
                        node.address(),
                        ErrorCode.TARGET_OUT_OF_MEMORY,
                        "this shard uses "
                                + Amount.bytes(used)
                                + " of "
                                + Amount.bytes(room)
                                + " (maxmemory), and about "
                                + Amount.bytes(share)
                                + " of the source come to it",
                        "Raise maxmemory of this shard as that of the others");
            }
        }
        return enough;
    }

    /// A tenth is left for buffers and for what is written meanwhile.
    static boolean isTooLittle(long used, long incoming, long room) {
        return used + incoming + incoming / 10 > room;
    }

    private static String reason(long used, long incoming, long room, boolean limited) {
        return "the target uses "
                + Amount.bytes(used)
                + " of "
                + Amount.bytes(room)
                + (limited ? " (maxmemory)" : " (the machine's memory)")
                + (incoming == 0 ? "" : ", and the source brings " + Amount.bytes(incoming));
    }
}
