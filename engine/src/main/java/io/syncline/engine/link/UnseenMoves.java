package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.handover.JobTimes;
import io.syncline.engine.net.Connection;
import java.io.IOException;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;

/// Finds out at a start whether jobs of a cluster source moved a slot on, or back, while no process
/// of the task looked.
///
/// The streams tell a job's copy and what it clears away by ordinary commands. Who owned the slot
/// when is seen while the task runs; of one move the source's own list of jobs says enough
/// afterwards; of several moves of one slot nothing does.
final class UnseenMoves {
    static final String REMEDY = "Let the task run while slots are moved";

    private static final int MOST_SLOTS_NAMED = 5;

    private UnseenMoves() {}

    /// @param shards by pipeline
    /// @param notes what each pipeline noted about slots
    /// @return what happened, in words; empty for nothing
    static String find(
            Instance source, SortedMap<Integer, Instance.Shard> shards, Map<Integer, byte[]> notes)
            throws IOException {
        BitSet again = new BitSet();
        for (var entry : shards.entrySet()) {
            byte[] note = notes.get(entry.getKey());
            if (note == null) {
                continue;
            }
            try (Connection connection = source.connector().open(entry.getValue().primary())) {
                if (SourceParts.hasJobs(ServerInfo.read(connection))) {
                    var jobs = MoveJob.of(connection.call("CLUSTER", "GETSLOTMIGRATIONS"));
                    again.or(MoveJob.movedAgain(jobs, JobTimes.followedBy(note)));
                }
            }
        }
        if (again.isEmpty()) {
            return "";
        }
        String named =
                String.join(
                        ", ",
                        again.stream()
                                .limit(MOST_SLOTS_NAMED)
                                .mapToObj(Integer::toString)
                                .toList());
        boolean more = again.cardinality() > MOST_SLOTS_NAMED;
        return "the source's own jobs moved slots more than once while the task did not run, and its"
                + " streams do not tell what happened in between: "
                + named
                + (more ? " and " + (again.cardinality() - MOST_SLOTS_NAMED) + " more" : "");
    }
}
