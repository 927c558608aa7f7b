package io.syncline.engine.pair;

import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.cluster.ShardGoneException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.twoway.NodeSighting;
import io.syncline.engine.twoway.StreamPlace;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks where the slots of a cluster are, and whether any of them moves. Owner thread only.
final class SlotsAtRest implements Closeable {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final List<SlotNode> nodes;
    private final Map<SlotNode, Connection> connections = new HashMap<>();
    private String moving = "";

    /// A moment, or nearly one, at which no slot was on its way.
    ///
    /// @param slots that each primary owned
    /// @param places where their streams stood
    /// @param epochs their configuration epochs: of two that differ in nothing else, one tells that
    ///   a slot went and came back
    record Rest(List<BitSet> slots, List<StreamPlace> places, List<Long> epochs) {
        /// Of a site that is no cluster.
        static final Rest NONE = new Rest(List.of(), List.of(), List.of());

        Rest {
            slots = List.copyOf(slots);
            places = List.copyOf(places);
            epochs = List.copyOf(epochs);
        }

        /// Whether no slot was moved between the two.
        boolean isStill(Rest later) {
            return slots.equals(later.slots) && epochs.equals(later.epochs);
        }
    }

    /// @param nodes all primaries of a cluster
    SlotsAtRest(List<SlotNode> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /// Asks every primary, one after the other.
    ///
    /// @return null when some slot moves, or the nodes do not agree
    /// @throws PrimariesChangedException when there are others than those
    @Nullable Rest look() throws IOException {
        List<BitSet> slots = new ArrayList<>();
        List<StreamPlace> places = new ArrayList<>();
        List<Long> epochs = new ArrayList<>();
        BitSet owned = new BitSet(ClusterMap.SLOTS);
        BitSet open = new BitSet(ClusterMap.SLOTS);
        @Nullable Set<String> primaries = null;
        for (SlotNode node : nodes) {
            SlotQuestion.Answer answer = ask(node);
            NodeSighting sighting = answer.sighting();
            BitSet twice = sighting.owned();
            twice.and(owned);
            open.or(twice);
            open.or(sighting.open());
            owned.or(sighting.owned());
            slots.add(sighting.owned());
            places.add(new StreamPlace(answer.stream(), sighting.offset(), 0));
            epochs.add(answer.epoch());
            if (primaries == null) {
                primaries = new HashSet<>(answer.primaries());
            } else {
                // A new replica is taken for a primary by those who have not heard of it yet.
                primaries.retainAll(answer.primaries());
            }
        }
        refuseStrangers(primaries == null ? Set.of() : primaries);
        BitSet unowned = new BitSet(ClusterMap.SLOTS);
        unowned.set(0, ClusterMap.SLOTS);
        unowned.andNot(owned);
        open.or(unowned);
        moving = open.isEmpty() ? "" : FloorRecord.ranges(open);
        return open.isEmpty() ? new Rest(slots, places, epochs) : null;
    }

    /// Whether each primary still owns the slot of its epoch.
    ///
    /// @throws PrimariesChangedException when one does not, so that it needs another
    void requireEpochs() throws IOException {
        for (SlotNode node : nodes) {
            BitSet owned = ask(node).sighting().owned();
            int tag = node.port().tag();
            if (tag == Port.NO_TAG ? !owned.isEmpty() : !owned.get(tag)) {
                throw new PrimariesChangedException("the slot of an epoch has moved: " + tag);
            }
        }
    }

    /// The slots that were found on their way by the last look.
    String moving() {
        return moving;
    }

    private SlotQuestion.Answer ask(SlotNode node) throws IOException {
        Connection connection = connections.get(node);
        try {
            if (connection == null) {
                connection = node.port().open();
                connection.answerLimit(ANSWER_LIMIT);
                connections.put(node, connection);
            }
            return SlotQuestion.ask(connection, node.port(), new BitSet());
        } catch (ShardGoneException e) {
            throw new PrimariesChangedException(
                    "[" + node.stream().place() + "] is no primary any more");
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void refuseStrangers(Set<String> primaries) throws PrimariesChangedException {
        Set<String> strangers = new HashSet<>(primaries);
        for (SlotNode node : nodes) {
            strangers.removeAll(node.port().identity().ids());
        }
        if (!strangers.isEmpty()) {
            throw new PrimariesChangedException("primaries have joined: " + strangers);
        }
    }

    @Override
    public void close() {
        connections.values().forEach(Connection::close);
        connections.clear();
    }
}
