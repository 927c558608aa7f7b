package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.scan.NotifySetting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a source can be read by scanning, and what that does not promise.
final class SourceScan {
    /// What a scan asks. DUMP shows values, so that an account may lack it.
    private static final List<String> COMMANDS = List.of("SCAN", "DUMP", "PTTL", "EXISTS");

    /// Of DUMP in Redis 6 (server.c `redisCommandTable`).
    private static final Set<String> DUMP_CATEGORIES = Set.of("read", "keyspace", "slow");

    private static final List<String> DUMP = List.of("DUMP", "syncline");
    private static final List<String> CONFIG = List.of("CONFIG", "GET", NotifySetting.NAME);

    static final Check.Questions QUESTIONS = SourceScan::questions;

    private static final String NOT_PROMISED =
            "read by scanning: not promised are the order of changes across keys, transactions as a"
                    + " whole, values that a key had only for a moment, and a position to go on from"
                    + " (each start copies everything); ";

    private SourceScan() {}

    private static List<List<String>> questions(Node node, Plan plan) throws IOException {
        List<List<String>> questions = new ArrayList<>();
        questions.add(Node.commandInfo(COMMANDS));
        questions.add(CONFIG);
        List<String> rights = Rights.question(node, DUMP);
        if (rights != null) {
            questions.add(rights);
        }
        return questions;
    }

    static void judge(Node node, Plan plan, Verdict verdict) throws IOException {
        List<String> unknown = node.unknownCommands(COMMANDS);
        if (unknown != null && !unknown.isEmpty()) {
            refused(node, verdict, "it knows no " + Replies.list(unknown, COMMANDS.size()));
            return;
        }
        if (Rights.of(node, DUMP, DUMP_CATEGORIES, DUMP.getLast())
                instanceof Rights.Refused refused) {
            refused(node, verdict, refused.reason());
            return;
        }
        String flags = node.config(NotifySetting.NAME);
        verdict.warning(
                node.address(),
                ErrorCode.PSYNC_REFUSED,
                NOT_PROMISED + changes(flags, plan),
                flags != null && (NotifySetting.isComplete(flags) || plan.setsNotifications())
                        ? "Use --source-mode psync where the source allows replication"
                        : "Use --source-mode psync where the source allows replication; set "
                                + NotifySetting.NAME
                                + " to AE at the source, or let --scan-set-notifications do that");
    }

    private static String changes(@Nullable String flags, Plan plan) {
        if (flags != null && NotifySetting.isComplete(flags)) {
            return "keyspace notifications tell of changes";
        }
        if (flags != null && plan.setsNotifications()) {
            return "keyspace notifications will be switched on";
        }
        return flags == null
                ? "whether keyspace notifications are on is not told, so changes are found by full"
                        + " scans"
                : "keyspace notifications are off, so changes are found by full scans";
    }

    private static void refused(Node node, Verdict verdict, String reason) {
        verdict.error(
                node.address(),
                ErrorCode.NOT_PERMITTED,
                "the source cannot be scanned: " + reason,
                "Allow the account +scan +dump +pttl +pexpiretime +exists +select +info on all keys");
    }
}
