package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.resp.Reply;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/// A job by which a node moves slots, or takes them, as its answer to CLUSTER GETSLOTMIGRATIONS
/// tells of it (Valkey 9.0, cluster_migrateslots.c).
///
/// @param state in the server's words
/// @param updatedSeconds when it last changed, by the node's clock, in seconds since 1970
record MoveJob(BitSet slots, String state, long updatedSeconds) {
    /// States of an export behind its fork.
    private static final Set<String> COPYING =
            Set.of(
                    "snapshotting",
                    "replicating",
                    "waiting-to-pause",
                    "failover-paused",
                    "failover-granted");

    MoveJob {
        slots = (BitSet) slots.clone();
    }

    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /// All that a node remembers; none where it may not be asked.
    static List<MoveJob> of(Reply reply) {
        List<MoveJob> jobs = new ArrayList<>();
        if (reply instanceof Reply.Items all) {
            for (Reply one : all.items()) {
                if (one instanceof Reply.Items fields) {
                    jobs.add(
                            new MoveJob(
                                    ranges(field(fields, "slot_ranges")),
                                    field(fields, "state"),
                                    number(field(fields, "last_update_time"))));
                }
            }
        }
        return jobs;
    }

    boolean hasEndedWell() {
        return state.equals("success");
    }

    /// Those that are under way, or have ended well behind a moment or in the same second.
    static List<MoveJob> concerning(List<MoveJob> jobs, long seconds) {
        return jobs.stream()
                .filter(job -> !job.state.equals("failed") && !job.state.equals("cancelled"))
                .filter(job -> !job.hasEndedWell() || job.updatedSeconds >= seconds)
                .toList();
    }

    /// Whether one is under way.
    static boolean anyUnderWay(List<MoveJob> jobs) {
        return jobs.stream()
                .anyMatch(job ->
                        !job.hasEndedWell()
                                && !job.state.equals("failed")
                                && !job.state.equals("cancelled"));
    }

    /// Slots that the node copies to another one, from the moment on that the copy is of.
    static BitSet copying(List<MoveJob> jobs) {
        BitSet slots = new BitSet();
        jobs.stream()
                .filter(job -> COPYING.contains(job.state))
                .forEach(job -> slots.or(job.slots));
        return slots;
    }

    /// When the last one ended well; 0 for none.
    static long lastEnd(List<MoveJob> jobs) {
        return jobs.stream()
                .filter(MoveJob::hasEndedWell)
                .mapToLong(MoveJob::updatedSeconds)
                .max()
                .orElse(0);
    }

    /// Slots of jobs that ended well behind a moment.
    static BitSet movedSince(List<MoveJob> jobs, long seconds) {
        BitSet moved = new BitSet();
        jobs.stream()
                .filter(job -> job.hasEndedWell() && job.updatedSeconds > seconds)
                .forEach(job -> moved.or(job.slots));
        return moved;
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

    private static BitSet ranges(String text) {
        BitSet slots = new BitSet();
        for (String range : text.split("[ ,]+", -1)) {
            String[] ends = range.split("-", 2);
            long first = number(ends[0]);
            long last = ends.length > 1 ? number(ends[1]) : first;
            if (first >= 0 && last >= first && last < ClusterMap.SLOTS) {
                slots.set((int) first, (int) last + 1);
            }
        }
        return slots;
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }
}
