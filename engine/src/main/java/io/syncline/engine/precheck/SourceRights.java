package io.syncline.engine.precheck;

import io.syncline.engine.command.FilterRules;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the account may do at a source node, asked without doing it: a real PSYNC would make the
/// source fork.
final class SourceRights {
    static final Check.Questions REPLICATION = SourceRights::replicationQuestions;

    static final Check.Questions HEARTBEAT = SourceRights::heartbeatQuestions;

    private static final List<String> PSYNC = List.of("PSYNC", "?", "-1");

    /// Changes what the server thinks of this connection only, and only after a PSYNC.
    private static final List<String> REPLCONF = List.of("REPLCONF", "capa", "psync2");

    /// Of PSYNC and REPLCONF in Redis 6 (server.c `redisCommandTable`).
    private static final Set<String> REPLICATION_CATEGORIES = Set.of("admin", "slow", "dangerous");

    private static final Set<String> SETEX_CATEGORIES = Set.of("write", "string", "slow");

    private static final String REMEDY =
            "Allow the account +psync +replconf +ping +info, or ask the provider to open"
                    + " replication for it; a proxy cannot be a source. Where replication stays blocked,"
                    + " choose --source-mode scan, which promises less";

    private SourceRights() {}

    private static List<List<String>> replicationQuestions(Node node, Plan plan)
            throws IOException {
        List<List<String>> questions = new ArrayList<>();
        questions.add(REPLCONF);
        questions.add(Node.commandInfo(List.of("PSYNC")));
        addRightsQuestion(questions, node, PSYNC);
        return questions;
    }

    private static List<List<String>> heartbeatQuestions(Node node, Plan plan) throws IOException {
        List<List<String>> questions = new ArrayList<>();
        addRightsQuestion(questions, node, heartbeat(plan));
        return questions;
    }

    private static void addRightsQuestion(
            List<List<String>> questions, Node node, List<String> command) throws IOException {
        List<String> question = Rights.question(node, command);
        if (question != null) {
            questions.add(question);
        }
    }

    private static List<String> heartbeat(Plan plan) {
        return List.of("SETEX", FilterRules.HEARTBEAT_PREFIX + ":" + plan.task(), "60", "0");
    }

    static void replication(Node node, Plan plan, Verdict verdict) throws IOException {
        String refusal = replicationRefusal(node);
        if (refusal != null) {
            verdict.error(
                    node.address(),
                    ErrorCode.PSYNC_REFUSED,
                    "the source does not let us replicate: " + refusal,
                    REMEDY);
            return;
        }
        Rights rights = Rights.of(node, PSYNC, REPLICATION_CATEGORIES, "");
        if (rights instanceof Rights.Refused refused) {
            verdict.error(
                    node.address(),
                    ErrorCode.PSYNC_REFUSED,
                    "the source does not let us replicate: " + refused.reason(),
                    REMEDY);
        } else if (rights instanceof Rights.Unknown unknown) {
            verdict.ok(
                    node.address(),
                    "PSYNC is known; whether this account may run it shows at the start ("
                            + unknown.reason()
                            + ")");
        } else {
            verdict.ok(node.address(), "PSYNC is allowed");
        }
    }

    private static @Nullable String replicationRefusal(Node node) throws IOException {
        if (node.ask(REPLCONF.toArray(String[]::new)) instanceof Reply.Failure failure
                && (failure.kind() == ErrorKind.NOPERM
                        || failure.kind() == ErrorKind.UNKNOWN_COMMAND)) {
            return failure.text();
        }
        List<String> unknown = node.unknownCommands(List.of("PSYNC"));
        return unknown == null || unknown.isEmpty()
                ? null
                : "it knows no PSYNC (renamed, or hidden by a proxy or a provider)";
    }

    static void heartbeat(Node node, Plan plan, Verdict verdict) throws IOException {
        if (!node.info().isPrimary()) {
            verdict.ok(node.address(), "none can be written to a replica");
            return;
        }
        List<String> command = heartbeat(plan);
        Rights rights = Rights.of(node, command, SETEX_CATEGORIES, command.get(1));
        if (rights instanceof Rights.Refused refused) {
            verdict.warning(
                    node.address(),
                    ErrorCode.NOT_PERMITTED,
                    "the account may not write the heartbeat key, so the latency in"
                            + " milliseconds is unknown: "
                            + refused.reason(),
                    "Allow the account +setex on keys ~" + FilterRules.HEARTBEAT_PREFIX + "*");
        } else if (rights instanceof Rights.Unknown unknown) {
            verdict.unknown(node, "the right to write a heartbeat", unknown.reason());
        } else {
            verdict.ok(node.address(), "the heartbeat key can be written");
        }
    }
}
