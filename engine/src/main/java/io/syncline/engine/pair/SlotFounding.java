package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.TaskRegistry;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.StreamPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The first copy of a pair over slots: as [Founding] does it, with the streams of all primaries of
/// the receiver, and a place for each primary of the origin.
final class SlotFounding {
    private final LinkOptions options;
    private final Consumer<LinkEvent> events;
    private final End origin;
    private final End receiver;
    private final List<SlotNode> originNodes;
    private final List<SlotNode> receiverNodes;
    private final FirstCopy copy;
    private final long epoch;

    /// @param valve of the direction that is copied
    SlotFounding(
            LinkOptions options,
            Consumer<LinkEvent> events,
            List<SlotNode> originNodes,
            List<SlotNode> receiverNodes,
            Valve valve,
            long epoch)
            throws IOException {
        this.options = options;
        this.events = events;
        this.originNodes = originNodes;
        this.receiverNodes = receiverNodes;
        this.epoch = epoch;
        origin = originNodes.getFirst().end();
        receiver = receiverNodes.getFirst().end();
        copy =
                new FirstCopy(
                        options,
                        events,
                        origin,
                        receiver,
                        valve,
                        receiverNodes.stream().map(SlotNode::stream).toList(),
                        receiver.instance().isCluster());
    }

    void stop() {
        copy.stop();
    }

    /// The numbers of the copy; null while there is none.
    @Nullable LinkStatus status() {
        return copy.status();
    }

    /// Copies.
    ///
    /// @param unfinished what an earlier try left; null for none
    /// @param replace whether the receiver's data is to be removed first
    /// @return null when told to stop
    @Nullable FloorRecord run(@Nullable FloorRecord unfinished, boolean replace)
            throws IOException {
        boolean reopened =
                !replace
                        && unfinished != null
                        && SlotSites.isOf(unfinished.of(receiver.site()), receiverNodes)
                        && reopen(unfinished.of(receiver.site()));
        if (!reopened && !begin(replace)) {
            return null;
        }
        List<FloorRecord.Entry> begin = new ArrayList<>();
        for (SlotNode node : receiverNodes) {
            StreamPlace place = node.stream().openedAt();
            if (place == null) {
                return null;
            }
            begin.add(node.entry(node.port().slots(), place));
        }
        boolean fromSource = origin.site() == Site.SOURCE;
        write(
                record(
                        fromSource ? FloorRecord.State.FROM_SOURCE : FloorRecord.State.FROM_TARGET,
                        1,
                        List.of(),
                        begin));
        if (!copy.run()) {
            return null;
        }
        FloorRecord done = record(FloorRecord.State.READY, 2, places(), begin);
        write(done);
        return done;
    }

    private FloorRecord record(
            FloorRecord.State state,
            long sequence,
            List<FloorRecord.Entry> ofOrigin,
            List<FloorRecord.Entry> ofReceiver) {
        return origin.site() == Site.SOURCE
                ? new FloorRecord(state, epoch, sequence, ofOrigin, ofReceiver)
                : new FloorRecord(state, epoch, sequence, ofReceiver, ofOrigin);
    }

    private void write(FloorRecord record) throws IOException {
        for (End end : List.of(origin, receiver)) {
            FloorKeys.write(end, record, options.task());
        }
    }

    /// Where an earlier try began, if the receiver still has those places.
    private boolean reopen(List<FloorRecord.Entry> places) {
        try {
            for (int i = 0; i < places.size(); i++) {
                if (!receiverNodes.get(i).stream().open(places.get(i).place())) {
                    return false;
                }
            }
            return true;
        } catch (SynclineException e) {
            if (e.failure().code() != ErrorCode.POSITION_LOST) {
                throw e;
            }
            events.accept(
                    new LinkEvent.Warned(
                            receiverNodes.getFirst().stream().place(),
                            "what was written here since the first copy was begun for the first time"
                                    + " stays here, unless it is written again",
                            "Raise repl-backlog-size, or write only to the other side until the first"
                                    + " copy is done"));
            return false;
        }
    }

    private boolean begin(boolean replace) throws IOException {
        if (replace) {
            // A process of this task that still runs would bring the flushes to the origin.
            for (List<SlotNode> nodes : List.of(originNodes, receiverNodes)) {
                for (SlotNode node : nodes) {
                    node.begin("resync." + epoch + "." + System.nanoTime(), List.of());
                }
            }
        }
        for (SlotNode node : receiverNodes) {
            if (!begin(node, replace)) {
                return false;
            }
        }
        return true;
    }

    private boolean begin(SlotNode node, boolean replace) throws IOException {
        try (Connection connection = node.port().open()) {
            if (!"1".equals(ServerInfo.read(connection).field("repl_backlog_active"))
                    && !node.stream().beginBacklog()) {
                return false;
            }
            if (replace) {
                empty(connection, node);
            }
            StreamPlace place =
                    receiver.instance().isCluster()
                            ? place(ServerInfo.read(connection))
                            : Founding.here(connection);
            return node.stream().open(place);
        }
    }

    /// The epoch stands there again from the same moment on.
    private static void empty(Connection connection, SlotNode node) throws IOException {
        require(connection, connection.call("MULTI"));
        require(connection, connection.call("FLUSHDB"));
        require(
                connection,
                connection.call(
                        "SET".getBytes(UTF_8),
                        node.port().keys().epoch(),
                        node.epoch().getBytes(UTF_8)));
        if (!(connection.call("EXEC") instanceof Reply.Items items)) {
            throw new IOException("EXEC is not answered with items");
        }
        Answers.accept(connection.address().toString(), items.items());
    }

    private static StreamPlace place(ServerInfo info) {
        return new StreamPlace(info.replicationId(), info.replicationOffset(), 0);
    }

    private static void require(Connection connection, Reply reply) throws IOException {
        Answers.accept(connection.address().toString(), List.of(reply));
    }

    /// Where the snapshot of each primary of the origin was taken.
    private List<FloorRecord.Entry> places() throws IOException {
        OwnKeys keys = new OwnKeys(options.task());
        try (Connection connection = receiver.openFor(keys.manifest())) {
            TaskRegistry registry = TaskRegistry.find(connection, keys, List.of(0));
            SortedMap<Integer, Set<String>> shards = TaskRegistry.shards(registry.read(connection));
            Map<Integer, Integer> pipelines = pipelines(shards);
            List<FloorRecord.Entry> places = new ArrayList<>();
            for (int i = 0; i < originNodes.size(); i++) {
                if (originNodes.get(i).port().slots().isEmpty()) {
                    // It has nothing; it joins like one that came later.
                    continue;
                }
                Checkpoint checkpoint =
                        registry.checkpoint(connection, pipelines.getOrDefault(i, i));
                if (checkpoint == null || checkpoint.phase() != Checkpoint.Phase.STREAMING) {
                    throw new IOException("the first copy ended without a place: " + checkpoint);
                }
                places.add(
                        originNodes
                                .get(i)
                                .entry(
                                        originNodes.get(i).port().slots(),
                                        new StreamPlace(
                                                checkpoint.replicationId(),
                                                checkpoint.offset(),
                                                checkpoint.database())));
            }
            return places;
        }
    }

    /// Which pipeline of the copy was for which primary: by the nodes of its shard.
    private Map<Integer, Integer> pipelines(SortedMap<Integer, Set<String>> shards)
            throws IOException {
        Map<Integer, Integer> byNode = new TreeMap<>();
        if (!origin.instance().isCluster()) {
            return byNode;
        }
        for (int i = 0; i < originNodes.size(); i++) {
            int node = i;
            Set<String> nodes = originNodes.get(i).port().identity().ids();
            shards.forEach((pipeline, ids) -> {
                if (nodes.stream().anyMatch(ids::contains)) {
                    byNode.put(node, pipeline);
                }
            });
        }
        return byNode;
    }
}
