package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.handover.JobTimes;
import io.syncline.engine.handover.Sighting;
import io.syncline.engine.net.AtOnce;
import io.syncline.engine.net.Connection;
import java.io.IOException;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds out at a start whether jobs of a cluster source moved slots while no process of the task
/// looked, or while one died.
///
/// The streams tell a job's copy and what it clears away by ordinary commands. Which is which is
/// known to a process that saw who owned the slot when; afterwards, what clients deleted before the
/// move cannot be told from what was cleared away behind it.
final class UnseenMoves {
    static final String REMEDY = "Let the task run while slots are moved";

    static final String PAUSE =
            "Nothing: the shard is copied again; pause the rebalancing while shards are copied";

    private static final int MOST_SLOTS_NAMED = 5;

    private UnseenMoves() {}

    /// @param words what happened; empty for nothing
    /// @param looks at the shards' nodes in the same moment, by pipeline
    record Found(String words, Map<Integer, Sighting> looks) {}

    private record Answer(int pipeline, BitSet moved, @Nullable Sighting look) {}

    /// Asks every shard's node for its jobs, where it can have any.
    ///
    /// @param shards by pipeline
    /// @param notes what each pipeline noted about slots
    static Found find(
            Instance source, SortedMap<Integer, Instance.Shard> shards, Map<Integer, byte[]> notes)
            throws IOException {
        BitSet moved = new BitSet();
        Map<Integer, Sighting> looks = new TreeMap<>();
        var noted =
                shards.entrySet().stream()
                        .filter(entry -> notes.containsKey(entry.getKey()))
                        .toList();
        if (!noted.isEmpty() && isValkey(source, noted.getFirst().getValue())) {
            for (Answer answer :
                    AtOnce.each(
                            noted, each -> ask(source, each.getKey(), each.getValue(), notes))) {
                moved.or(answer.moved);
                if (answer.look != null) {
                    looks.put(answer.pipeline, answer.look);
                }
            }
        }
        return new Found(words(moved), looks);
    }

    /// All shards are of the same make, though maybe not of the same version.
    private static boolean isValkey(Instance source, Instance.Shard shard) throws IOException {
        try (Connection connection = source.connector().open(shard.primary())) {
            return ServerInfo.read(connection).isValkey();
        }
    }

    private static Answer ask(
            Instance source, int pipeline, Instance.Shard shard, Map<Integer, byte[]> notes)
            throws IOException {
        try (Connection connection = source.connector().open(shard.primary())) {
            byte[] note = notes.get(pipeline);
            if (note == null || !SourceParts.hasJobs(ServerInfo.read(connection))) {
                return new Answer(pipeline, new BitSet(), null);
            }
            ShardLook look = ShardLook.at(connection, true, new BitSet());
            long followed = JobTimes.followedBy(note);
            BitSet moved = MoveJob.movedSince(look.jobs(), followed);
            // What a process that died midway had heard of is not all there was to be heard.
            moved.or(JobTimes.unfinished(note));
            return new Answer(pipeline, moved, look.sighting(followed, 0));
        }
    }

    private static String words(BitSet moved) {
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
        return "the source's own jobs moved slots while the task did not run, or just before, and"
                + " its streams do not tell what they cleared away from what clients deleted: slots "
                + named
                + (more ? " and " + (moved.cardinality() - MOST_SLOTS_NAMED) + " more" : "");
    }
}
