package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.handover.Sighting;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/// Asks one shard of a cluster source which slots it owns, and at which place of its stream that is
/// so. Belongs to the shard's monitor.
final class TopologyWatch {
    /// A slot's commands are held back for about so long when it moves; a node answers from memory.
    private static final long EVERY_NANOS = 100_000_000;

    /// While a command waits for the answer. Each answer settles everything received so far.
    private static final long URGENT_NANOS = 10_000_000;

    /// A job that ended earlier has nothing to do with a slot that is lost now.
    private static final long JOB_SECONDS = 120;

    /// Of slots at once of which is asked whether keys are left.
    private static final int DOUBTFUL_SLOTS = 1_024;

    private final SlotLedger ledger;
    private final int pipeline;
    private final ShardIdentity identity;
    private final boolean hasJobs;
    private final Heartbeat heartbeat;
    private final Consumer<ClusterNodes> seen;
    private long askedNanos = System.nanoTime() - EVERY_NANOS;

    /// @param hasJobs whether the source can move slots by a job of its own
    /// @param seen hears of the whole cluster
    TopologyWatch(
            SlotLedger ledger,
            int pipeline,
            ShardIdentity identity,
            boolean hasJobs,
            Heartbeat heartbeat,
            Consumer<ClusterNodes> seen) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.identity = identity;
        this.hasJobs = hasJobs;
        this.heartbeat = heartbeat;
        this.seen = seen;
    }

    boolean isDue(long now) {
        return now - askedNanos >= (ledger.isUrgent(pipeline) ? URGENT_NANOS : EVERY_NANOS);
    }

    boolean isUrgent() {
        return ledger.isUrgent(pipeline);
    }

    /// Asks the shard's primary, in one write, so that little can happen in between.
    ///
    /// @param clockSkewMillis how far its clock is ahead of ours
    void ask(Connection open, long clockSkewMillis) throws IOException {
        askedNanos = System.nanoTime();
        ByteBuilder question = new ByteBuilder(256);
        RespWriter.command(question, "INFO", "replication");
        RespWriter.command(question, "CLUSTER", "NODES");
        if (hasJobs) {
            RespWriter.command(question, "CLUSTER", "GETSLOTMIGRATIONS");
        }
        BitSet doubtful = ledger.doubtful(pipeline, DOUBTFUL_SLOTS);
        doubtful.stream()
                .forEach(slot ->
                        RespWriter.command(
                                question, "CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)));
        RespWriter.command(question, "INFO", "replication");
        open.send(question);
        List<Reply> replies = new ArrayList<>();
        int fixed = hasJobs ? 4 : 3;
        for (int i = fixed + doubtful.cardinality(); i > 0; i--) {
            replies.add(open.replies().read());
        }
        ClusterNodes nodes = ClusterNodes.of(replies.get(1), open.address());
        ClusterNodes.Node myself = nodes.myself();
        if (myself == null || !myself.primary()) {
            throw new IOException("[" + open.address() + "] the node is no primary any more");
        }
        long before = ServerInfo.of(replies.getFirst(), open.address()).replicationOffset();
        long after = ServerInfo.of(replies.getLast(), open.address()).replicationOffset();
        BitSet moved = new BitSet();
        if (hasJobs) {
            long now = (System.currentTimeMillis() + clockSkewMillis) / 1000;
            addJobs(replies.get(2), now, moved);
        }
        identity.update(nodes);
        BitSet slots = myself.slots();
        heartbeat.keepIn(slots);
        BitSet empty = empty(doubtful, replies.subList(fixed - 1, replies.size() - 1));
        ledger.observed(
                pipeline, new Sighting(before, slots, myself.importing(), moved, empty, after));
        seen.accept(nodes);
    }

    /// Where the account may not count keys, none are believed to be there: only an import that was
    /// forgotten midway leaves some.
    private static BitSet empty(BitSet slots, List<Reply> counts) {
        BitSet empty = new BitSet();
        int at = 0;
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            Reply count = counts.get(at++);
            empty.set(slot, !(count instanceof Reply.Whole whole) || whole.value() == 0);
        }
        return empty;
    }

    /// Slots of jobs that are under way or have ended well of late.
    private static void addJobs(Reply reply, long nowSeconds, BitSet slots) {
        if (!(reply instanceof Reply.Items jobs)) {
            return;
        }
        for (Reply job : jobs.items()) {
            if (job instanceof Reply.Items fields) {
                String state = field(fields, "state");
                long updated = number(field(fields, "last_update_time"));
                boolean over = state.equals("failed") || state.equals("cancelled");
                if (!over && nowSeconds - updated <= JOB_SECONDS) {
                    addRanges(field(fields, "slot_ranges"), slots);
                }
            }
        }
    }

    private static String field(Reply.Items fields, String name) {
        for (int i = 0; i + 1 < fields.items().size(); i += 2) {
            if (fields.items().get(i) instanceof Reply.Bulk key && key.utf8().equals(name)) {
                return switch (fields.items().get(i + 1)) {
                    case Reply.Bulk bulk -> bulk.utf8();
                    case Reply.Whole whole -> Long.toString(whole.value());
                    default -> "";
                };
            }
        }
        return "";
    }

    private static void addRanges(String text, BitSet slots) {
        for (String range : text.split("[ ,]+", -1)) {
            String[] ends = range.split("-", 2);
            long first = number(ends[0]);
            long last = ends.length > 1 ? number(ends[1]) : first;
            if (first >= 0 && last >= first && last < ClusterMap.SLOTS) {
                slots.set((int) first, (int) last + 1);
            }
        }
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }
}
