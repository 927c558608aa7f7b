package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads keys of a cluster together with the marks of their slots, so that it is certain of which
/// moment of the stream their values are: a primary that has just been promoted may lack writes
/// that were acknowledged, and what it says must not be written elsewhere.
final class OperandReader {
    /// What the keys of one command may take in the target. DUMP and RESTORE block a node, about
    /// half a second for so much, and all of it is held here.
    static final long LARGEST_BYTES = 128 << 20;

    private final SlotBatches batches;
    private final ClusterLanes lanes;
    private final SidePeers peers;
    private final SlotMark[] found = new SlotMark[ClusterMap.SLOTS];

    OperandReader(SlotBatches batches, ClusterLanes lanes, SidePeers peers) {
        this.batches = batches;
        this.lanes = lanes;
        this.peers = peers;
        Arrays.fill(found, SlotMark.ABSENT);
    }

    /// What to ask of a key.
    ///
    /// @param whole whether the answer is the whole value, which may be large
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    record Question(byte[] key, boolean whole, List<byte[]> command) {
        int slot() {
            return Slots.of(key);
        }
    }

    /// @param value null when there is no such key
    /// @param expireAtMillis in Unix time; -1 for never
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    record Answer(byte @Nullable [] value, long expireAtMillis) {}

    /// Asks all questions; nothing may be on its way to their slots.
    ///
    /// @return in the order of the questions
    /// @throws IOException when trying again may help
    /// @throws RefusedException when it cannot
    /// @throws RewindException when a node has lost what it had acknowledged
    Answer[] read(List<Question> questions) throws IOException, RefusedException, RewindException {
        requireHoldable(questions);
        Map<Integer, List<Integer>> bySlot = new TreeMap<>();
        for (int i = 0; i < questions.size(); i++) {
            bySlot.computeIfAbsent(questions.get(i).slot(), slot -> new ArrayList<>()).add(i);
        }
        for (Map.Entry<Integer, List<Integer>> entry : bySlot.entrySet()) {
            ask(entry.getKey(), entry.getValue(), questions);
        }
        Answer[] answers = new Answer[questions.size()];
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        for (Map.Entry<Integer, List<Integer>> entry : bySlot.entrySet()) {
            slots.set(entry.getKey());
            take(entry.getKey(), entry.getValue(), answers);
        }
        if (batches.marks().isLost(slots, found)) {
            batches.requireNothingLost(slots, found, lanes.standing().floorsOfAll());
        }
        return answers;
    }

    private SidePeers.Peer peerOf(int slot) throws IOException {
        return peers.at(lanes.laneOf(slot).node());
    }

    /// Asks how much memory the values take, before any node has to write them out.
    private void requireHoldable(List<Question> questions) throws IOException, RefusedException {
        Map<HostPort, Integer> asked = new LinkedHashMap<>();
        for (Question question : questions) {
            if (question.whole) {
                SidePeers.Peer peer = peerOf(question.slot());
                ByteBuilder wire = new ByteBuilder(64);
                RespWriter.array(wire, 3);
                RespWriter.bulk(wire, "MEMORY");
                RespWriter.bulk(wire, "USAGE");
                RespWriter.bulk(wire, question.key);
                peer.connection().send(wire);
                asked.merge(peer.connection().address(), 1, Integer::sum);
            }
        }
        long bytes = 0;
        for (Map.Entry<HostPort, Integer> entry : asked.entrySet()) {
            for (int i = 0; i < entry.getValue(); i++) {
                // A server before 4.0 does not know the question; values are smaller there.
                if (peers.at(entry.getKey()).read() instanceof Reply.Whole size) {
                    bytes += size.value();
                }
            }
        }
        if (bytes > LARGEST_BYTES) {
            throw new RefusedException(
                    "CROSSSLOT its keys are in different slots of the target and take "
                            + (bytes >> 20)
                            + " MB there, more than the "
                            + (LARGEST_BYTES >> 20)
                            + " MB that are moved between slots at once");
        }
    }

    private void ask(int slot, List<Integer> indexes, List<Question> questions) throws IOException {
        SidePeers.Peer peer = peerOf(slot);
        ByteBuilder wire = new ByteBuilder(256);
        RespWriter.command(wire, "MULTI");
        RespWriter.array(wire, 2);
        RespWriter.bulk(wire, "GET");
        RespWriter.bulk(wire, batches.marks().key(slot));
        for (int index : indexes) {
            Question question = questions.get(index);
            RespWriter.array(wire, question.command.size());
            question.command.forEach(word -> RespWriter.bulk(wire, word));
            RespWriter.array(wire, 2);
            RespWriter.bulk(wire, peer.tellsExpireTime() ? "PEXPIRETIME" : "PTTL");
            RespWriter.bulk(wire, question.key);
            if (!peer.tellsExpireTime()) {
                RespWriter.command(wire, "TIME");
            }
        }
        RespWriter.command(wire, "EXEC");
        peer.connection().send(wire);
    }

    private void take(int slot, List<Integer> indexes, Answer[] answers)
            throws IOException, RefusedException {
        SidePeers.Peer peer = peerOf(slot);
        int repliesEach = peer.tellsExpireTime() ? 2 : 3;
        List<Reply> replies = peer.transaction(1 + repliesEach * indexes.size());
        found[slot] =
                replies.getFirst() instanceof Reply.Bulk mark
                        ? SlotMark.decode(mark.bytes(), batches.epoch())
                        : SlotMark.ABSENT;
        int at = 1;
        for (int index : indexes) {
            byte[] value = replies.get(at) instanceof Reply.Bulk bulk ? bulk.bytes() : null;
            long expiry = replies.get(at + 1) instanceof Reply.Whole whole ? whole.value() : -1;
            if (expiry >= 0 && !peer.tellsExpireTime()) {
                expiry += millis(replies.get(at + 2));
            }
            answers[index] = new Answer(value, Math.max(-1, expiry));
            at += repliesEach;
        }
    }

    /// TIME answers with seconds and microseconds, as texts.
    private static long millis(Reply time) throws IOException {
        if (time instanceof Reply.Items items
                && items.items().size() == 2
                && items.items().get(0) instanceof Reply.Bulk seconds
                && items.items().get(1) instanceof Reply.Bulk micros) {
            return Long.parseLong(seconds.utf8()) * 1000 + Long.parseLong(micros.utf8()) / 1000;
        }
        throw new IOException("TIME is answered with " + time);
    }
}
