package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.handover.JobTimes;
import io.syncline.engine.net.Connection;
import java.io.IOException;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;

/// Finds out at a start whether jobs of a cluster source moved slots while no process of the task
/// looked.
///
/// The streams tell a job's copy and what it clears away by ordinary commands. Which is which is
/// known to a process that saw who owned the slot when; afterwards, what clients deleted before the
/// move cannot be told from what was cleared away behind it.
final class UnseenMoves {
    static final String REMEDY = "Let the task run while slots are moved";

    private static final int MOST_SLOTS_NAMED = 5;

    private UnseenMoves() {}

    /// Asks every shard's node for its jobs.
    ///
    /// @param shards by pipeline
    /// @param notes what each pipeline noted about slots
    /// @return what happened, in words; empty for nothing
    static String find(
            Instance source, SortedMap<Integer, Instance.Shard> shards, Map<Integer, byte[]> notes)
            throws IOException {
        BitSet moved = new BitSet();
        for (var entry : shards.entrySet()) {
            byte[] note = notes.get(entry.getKey());
            if (note == null) {
                continue;
            }
            try (Connection connection = source.connector().open(entry.getValue().primary())) {
                if (SourceParts.hasJobs(ServerInfo.read(connection))) {
                    var jobs = MoveJob.of(connection.call("CLUSTER", "GETSLOTMIGRATIONS"));
                    moved.or(MoveJob.movedSince(jobs, JobTimes.followedBy(note)));
                }
            }
        }
        if (moved.isEmpty()) {
            return "";
        }
        String named =
                String.join(
                        ", ",
                        moved.stream()
                                .limit(MOST_SLOTS_NAMED)
                                .mapToObj(Integer::toString)
                                .toList());
        boolean more = moved.cardinality() > MOST_SLOTS_NAMED;
        return "the source's own jobs moved slots while the task did not run, and its streams do not"
                + " tell what they cleared away from what clients deleted: slots "
                + named
                + (more ? " and " + (moved.cardinality() - MOST_SLOTS_NAMED) + " more" : "");
    }
}
