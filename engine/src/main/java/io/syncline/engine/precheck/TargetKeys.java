package io.syncline.engine.precheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.FilterRules;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.net.AtOnce;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.OwnKeys;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/// What a target holds before a task writes to it. Our own keys and heartbeats do not count.
final class TargetKeys {
    /// A node with more keys is not looked through: some keys are certainly not ours then, and
    /// looking would take longer than a start should.
    static final long MOST_KEYS_SCANNED = 10_000;

    /// Keys per answer: few round trips, and an answer of under a megabyte.
    private static final String SCAN_COUNT = "2000";

    private static final String TASK_PREFIX = OwnKeys.PREFIX + "{";
    private static final String TASK_SUFFIX = "}:task";

    private TargetKeys() {}

    /// Counted keys.
    ///
    /// @param foreign those that no task of ours made for itself
    /// @param tasks that keep their checkpoints here
    record Census(long foreign, NavigableSet<String> tasks) {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        String place = target.first().address().toString();
        if (plan.resumes()) {
            verdict.ok(place, "the target already knows this task");
            return;
        }
        if (source.isUsable() && SameInstance.sameness(source, target) != null) {
            // To empty it, as is said otherwise, would empty the source.
            verdict.ok(place, "its keys are the source's own");
            return;
        }
        long keys = 0;
        for (Census census : AtOnce.each(target.nodes(), node -> census(node, plan))) {
            keys += census.foreign();
        }
        if (keys == 0) {
            verdict.ok(place, "the target holds no keys");
        } else if (plan.mayHoldKeys()) {
            verdict.warning(
                    target.first().address(),
                    ErrorCode.TARGET_NOT_EMPTY,
                    "the target holds "
                            + Amount.count(keys, "key")
                            + "; those of the same name are overwritten, the others stay",
                    "Empty the target first, if it shall equal the source");
        } else {
            verdict.error(
                    target.first().address(),
                    ErrorCode.TARGET_NOT_EMPTY,
                    "the target holds " + Amount.count(keys, "key"),
                    "Empty it, or choose --on-existing overwrite: keys of the same name are then"
                            + " overwritten by the source's"
                            + (plan.bothWays()
                                    ? ". Of a pair that ran before and was flushed at both sides"
                                            + " since, name the side whose data stand, once:"
                                            + " --resync-from source|target"
                                    : ""));
        }
    }

    /// Counts keys of a node in the databases that the task writes to.
    static Census census(Node node, Plan plan) throws IOException {
        TreeSet<String> tasks = new TreeSet<>();
        long foreign = 0;
        for (Map.Entry<Integer, Long> database : node.info().keysByDatabase().entrySet()) {
            if (!plan.writes(database.getKey())) {
                continue;
            }
            boolean selected =
                    node.askNow("SELECT", database.getKey().toString()) instanceof Reply.Text;
            foreign +=
                    selected && database.getValue() <= MOST_KEYS_SCANNED
                            ? scan(node, tasks, database.getValue())
                            : database.getValue();
        }
        return new Census(foreign, tasks);
    }

    private static long scan(Node node, NavigableSet<String> tasks, long expected)
            throws IOException {
        long foreign = 0;
        String cursor = "0";
        do {
            if (!(node.askNow("SCAN", cursor, "COUNT", SCAN_COUNT) instanceof Reply.Items page)
                    || page.items().size() != 2
                    || !(page.items().getLast() instanceof Reply.Items names)) {
                return expected;
            }
            for (Reply name : names.items()) {
                foreign += name instanceof Reply.Bulk key && isForeign(key, tasks) ? 1 : 0;
            }
            cursor = Replies.text(page.items().getFirst());
        } while (!cursor.equals("0"));
        return foreign;
    }

    private static boolean isForeign(Reply.Bulk key, NavigableSet<String> tasks) {
        if (startsWith(key.bytes(), OwnKeys.PREFIX)) {
            String name = key.utf8();
            if (name.startsWith(TASK_PREFIX)
                    && name.endsWith(TASK_SUFFIX)
                    && name.length() > TASK_PREFIX.length() + TASK_SUFFIX.length()) {
                tasks.add(
                        name.substring(TASK_PREFIX.length(), name.length() - TASK_SUFFIX.length()));
            }
            return false;
        }
        return !startsWith(key.bytes(), FilterRules.HEARTBEAT_PREFIX);
    }

    private static boolean startsWith(byte[] key, String prefix) {
        byte[] bytes = prefix.getBytes(UTF_8);
        return key.length >= bytes.length
                && Arrays.equals(key, 0, bytes.length, bytes, 0, bytes.length);
    }
}
