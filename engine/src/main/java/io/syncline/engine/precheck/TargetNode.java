package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a target node is.
final class TargetNode {
    /// Without these nothing can be written exactly once.
    private static final List<String> REQUIRED =
            List.of("GET", "SET", "DEL", "RESTORE", "SELECT", "WATCH", "MULTI", "EXEC");

    /// Lets batches follow each other without waiting.
    static final String GUARD = "EVAL";

    static final Check.Questions COMMAND_QUESTIONS =
            (node, plan) -> List.of(Node.commandInfo(asked()));

    private TargetNode() {}

    private static List<String> asked() {
        List<String> asked = new ArrayList<>(REQUIRED);
        asked.add(GUARD);
        return asked;
    }

    static void role(Node node, Plan plan, Verdict verdict) {
        ServerInfo info = node.info();
        if (info.isPrimary()) {
            verdict.ok(node.address(), "the target is a primary");
        } else {
            verdict.error(
                    node.address(),
                    ErrorCode.TARGET_READ_ONLY,
                    "the target is a replica of "
                            + info.field("master_host")
                            + ":"
                            + info.field("master_port")
                            + " and takes no writes",
                    "Name its primary");
        }
    }

    static void commands(Node node, Plan plan, Verdict verdict) throws IOException {
        List<String> unknown = node.unknownCommands(asked());
        if (unknown == null) {
            verdict.unknown(
                    node,
                    "which commands the target knows",
                    Replies.text(node.ask(Node.commandInfo(asked()).toArray(String[]::new))));
            return;
        }
        List<String> missing = new ArrayList<>(unknown);
        boolean guarded = !missing.remove(GUARD);
        if (!missing.isEmpty()) {
            verdict.error(
                    node.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "the target knows no " + Replies.list(missing, REQUIRED.size()),
                    "Name the server itself, not a proxy, and undo its rename-command");
        } else if (!guarded) {
            verdict.warning(
                    node.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "the target knows no EVAL: each batch waits for the one before, which is slower",
                    "Undo its rename-command for EVAL, if speed matters");
        } else {
            verdict.ok(node.address(), "the target knows every command that is needed");
        }
    }

    static void eviction(Node node, Plan plan, Verdict verdict) {
        String policy = node.info().field("maxmemory_policy");
        long limit = node.info().number("maxmemory");
        if (policy.isEmpty() || limit < 0) {
            // INFO has them since 3.2 (server.c `genRedisInfoString`).
            verdict.unknown(node, "maxmemory-policy", "INFO does not tell it");
        } else if (limit == 0) {
            verdict.ok(node.address(), "no key is evicted: the target has no maxmemory");
        } else if (policy.equals("noeviction")) {
            verdict.ok(node.address(), "no key is evicted: maxmemory-policy is noeviction");
        } else {
            verdict.warning(
                    node.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "maxmemory-policy is "
                            + policy
                            + ": above "
                            + Amount.bytes(limit)
                            + (plan.bothWays()
                                    ? " it drops keys, and each is then deleted at the other side, too"
                                    : " the target drops keys, which then differ from the source's"),
                    "CONFIG SET maxmemory-policy noeviction at the target");
        }
    }
}
