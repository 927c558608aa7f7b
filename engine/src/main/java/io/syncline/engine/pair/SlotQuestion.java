package io.syncline.engine.pair;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.twoway.NodeSighting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a primary of a cluster is asked about slots, in one transaction, so that all of the answer
/// is of one moment of its stream.
final class SlotQuestion {
    private SlotQuestion() {}

    /// What it says.
    ///
    /// @param primaries ids of all primaries that it knows
    /// @param epoch its configuration epoch
    record Answer(NodeSighting sighting, Set<String> primaries, String stream, long epoch) {
        Answer {
            primaries = Set.copyOf(primaries);
        }
    }

    /// Asks, and takes note of who belongs to the shard now.
    ///
    /// @param slots of which it is to say whether it has keys of them
    /// @throws IOException when it cannot say now, or is no primary any more
    static Answer ask(Connection open, Port port, BitSet slots) throws IOException {
        ByteBuilder question = new ByteBuilder(256);
        RespWriter.command(question, "MULTI");
        RespWriter.command(question, "CLUSTER", "NODES");
        RespWriter.command(question, "INFO", "replication");
        slots.stream()
                .forEach(slot ->
                        RespWriter.command(
                                question, "CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)));
        RespWriter.command(question, "EXEC");
        open.send(question);
        List<Reply> replies = new ArrayList<>();
        for (int i = slots.cardinality() + 4; i > 0; i--) {
            replies.add(open.replies().read());
        }
        String place = open.address().toString();
        for (Reply reply : replies) {
            if (reply instanceof Reply.Failure failure && failure.text().startsWith("NOPERM")) {
                throw notPermitted(place, failure.text());
            }
        }
        Answers.accept(place, replies);
        if (!(replies.getLast() instanceof Reply.Items items)) {
            throw new IOException("[" + place + "] EXEC is answered with " + replies.getLast());
        }
        Answers.accept(place, items.items());
        return answer(open, port, slots, items.items());
    }

    private static Answer answer(Connection open, Port port, BitSet slots, List<Reply> answers)
            throws IOException {
        ClusterNodes cluster = ClusterNodes.of(answers.getFirst(), open.address());
        ClusterNodes.Node myself = cluster.myself();
        if (myself == null || !myself.primary()) {
            throw new IOException("[" + open.address() + "] the node is no primary any more");
        }
        port.identity().update(cluster);
        Set<String> primaries = new HashSet<>();
        for (ClusterNodes.Node node : cluster.nodes()) {
            if (node.primary() && node.usable()) {
                primaries.add(node.id());
            }
        }
        BitSet openSlots = myself.importing();
        openSlots.or(myself.migrating());
        BitSet used = new BitSet();
        int at = 2;
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            used.set(slot, answers.get(at++) instanceof Reply.Whole count && count.value() > 0);
        }
        return new Answer(
                new NodeSighting(myself.slots(), openSlots, used, Answers.offset(answers.get(1))),
                primaries,
                Answers.streamId(answers.get(1)),
                myself.epoch());
    }

    private static SynclineException notPermitted(String place, String text) {
        return new SynclineException(
                ErrorCode.NOT_PERMITTED,
                place,
                "the account may not ask which slots move: " + text,
                "Allow it +cluster|nodes and +cluster|countkeysinslot: without them the deletion"
                        + " that a move makes could not be told from a user's");
    }
}
