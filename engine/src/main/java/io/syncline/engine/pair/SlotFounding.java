package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.net.Connection;
import io.syncline.engine.pair.SlotsAtRest.Rest;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.TaskRegistry;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.StreamPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
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
    private final OriginPast past;
    private final StrayKeys strays;
    private final Map<KeyId, Site> owed = new HashMap<>();
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
                        streams(receiverNodes),
                        receiver.instance().isCluster());
        past = new OriginPast(origin, streams(originNodes), copy::isStopping);
        copy.tell(past);
        strays = new StrayKeys(copy, past, streams(receiverNodes), origin.site(), events);
    }

    private static List<SiteStream> streams(List<SlotNode> nodes) {
        return nodes.stream().map(SlotNode::stream).toList();
    }

    /// The keys that only the receiver has, each with the side that knows what becomes of it.
    Map<KeyId, Site> owed() {
        return owed;
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
        try (SlotCopy slots = new SlotCopy(copy, events, originNodes, receiverNodes)) {
            List<FloorRecord.Entry> begin =
                    replace || unfinished == null ? null : reopened(unfinished.of(receiver.site()));
            boolean all = begin != null || replace || unfinished == null;
            if (begin == null) {
                begin = begin(slots, replace);
            }
            if (begin == null) {
                return null;
            }
            if (unfinished == null || replace) {
                past.begin();
            }
            boolean first = unfinished == null || replace;
            boolean early = first && strays.areEarly(receiver, replace, options.onExisting());
            if (unfinished != null) {
                copy.again();
            }
            boolean whole = past.isWhole(all && !early);
            List<FloorRecord.Entry> receiving = begin;
            List<FloorRecord.Entry> known =
                    unfinished == null ? List.of() : unfinished.of(origin.site());
            Rest rest =
                    slots.run(
                            unfinished == null ? null : now -> isAsIn(known, now),
                            now -> write(record(copying(), 1, entries(now), receiving)));
            if (rest == null) {
                return null;
            }
            Map<KeyId, Site> left = strays.judge(whole);
            if (left == null) {
                return null;
            }
            owed.putAll(left);
            FloorRecord done = record(FloorRecord.State.READY, 2, places(rest), receiving);
            write(done);
            return done;
        }
    }

    private FloorRecord.State copying() {
        return origin.site() == Site.SOURCE
                ? FloorRecord.State.FROM_SOURCE
                : FloorRecord.State.FROM_TARGET;
    }

    /// What is written down of the origin before it is copied.
    private List<FloorRecord.Entry> entries(Rest rest) {
        List<FloorRecord.Entry> entries = new ArrayList<>();
        for (int i = 0; i < rest.slots().size(); i++) {
            entries.add(originNodes.get(i).entry(rest.slots().get(i), rest.places().get(i)));
        }
        return entries;
    }

    /// Whether all slots are where they were when an earlier try began.
    private boolean isAsIn(List<FloorRecord.Entry> known, Rest rest) {
        for (int i = 0; i < rest.slots().size(); i++) {
            BitSet owned = rest.slots().get(i);
            Set<String> ids = originNodes.get(i).port().identity().ids();
            if (!owned.isEmpty()
                    && known.stream()
                            .noneMatch(
                                    each -> each.isOf(ids, owned) && each.slots().equals(owned))) {
                return false;
            }
        }
        return true;
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
    private @Nullable List<FloorRecord.Entry> reopened(List<FloorRecord.Entry> places)
            throws IOException {
        List<FloorRecord.Entry> opened = new ArrayList<>();
        try {
            for (SlotNode node : receiverNodes) {
                FloorRecord.Entry entry = SlotOpening.known(places, node);
                BitSet slots = entry == null ? new BitSet() : entry.slots();
                StreamPlace place = entry == null ? SlotOpening.fresh(node) : entry.place();
                if (place == null || !node.stream().open(place)) {
                    return null;
                }
                node.stream().owns(slots);
                opened.add(node.entry(slots, place));
            }
            boolean whole =
                    places.stream()
                            .allMatch(entry ->
                                    entry.slots().isEmpty()
                                            || receiverNodes.stream()
                                                    .anyMatch(
                                                            node -> SlotOpening.isOf(entry, node)));
            if (whole) {
                return opened;
            }
        } catch (SynclineException e) {
            if (e.failure().code() != ErrorCode.POSITION_LOST
                    && e.failure().code() != ErrorCode.TOPOLOGY_UNUSABLE) {
                throw e;
            }
        }
        events.accept(
                new LinkEvent.Warned(
                        receiverNodes.getFirst().stream().place(),
                        "of what was written here since the first copy was begun for the first time,"
                                + " new keys are brought to the other side; what it has as well is"
                                + " overwritten",
                        "Raise repl-backlog-size, or write only to the other side until the first"
                                + " copy is done"));
        return null;
    }

    /// @return where the receiver's streams are read from; null when told to stop
    private @Nullable List<FloorRecord.Entry> begin(SlotCopy slots, boolean replace)
            throws IOException {
        if (replace) {
            // A process of this task that still runs would bring the flushes to the origin.
            for (List<SlotNode> nodes : List.of(originNodes, receiverNodes)) {
                for (SlotNode node : nodes) {
                    node.begin("resync." + epoch + "." + System.nanoTime(), List.of());
                }
            }
        }
        for (SlotNode node : receiverNodes) {
            if (!hasBacklog(node)) {
                return null;
            }
        }
        if (!receiver.instance().isCluster()) {
            return begin(receiverNodes.getFirst(), replace);
        }
        while (true) {
            Rest before = slots.await(receiver);
            if (before == null) {
                return null;
            }
            if (replace) {
                announce(opened(before));
                for (SlotNode node : receiverNodes) {
                    try (Connection connection = node.port().open()) {
                        empty(connection, node);
                    }
                }
            }
            Rest rest = slots.await(receiver);
            if (rest == null) {
                return null;
            }
            if (!replace || before.isStill(rest)) {
                return opened(rest);
            }
        }
    }

    private @Nullable List<FloorRecord.Entry> opened(Rest rest) {
        List<FloorRecord.Entry> opened = new ArrayList<>();
        for (int i = 0; i < receiverNodes.size(); i++) {
            SlotNode node = receiverNodes.get(i);
            BitSet slots = rest.slots().get(i);
            if (!node.stream().open(rest.places().get(i))) {
                return null;
            }
            node.stream().owns(slots);
            opened.add(node.entry(slots, rest.places().get(i)));
        }
        return opened;
    }

    private static boolean hasBacklog(SlotNode node) throws IOException {
        try (Connection connection = node.port().open()) {
            return "1".equals(ServerInfo.read(connection).field("repl_backlog_active"))
                    || node.stream().beginBacklog();
        }
    }

    /// Of a receiver that is no cluster.
    private @Nullable List<FloorRecord.Entry> begin(SlotNode node, boolean replace)
            throws IOException {
        try (Connection connection = node.port().open()) {
            if (replace) {
                StreamPlace before = Founding.here(connection);
                announce(List.of(node.entry(node.port().slots(), before)));
                empty(connection, node);
            }
            StreamPlace place = Founding.here(connection);
            return node.stream().open(place)
                    ? List.of(node.entry(node.port().slots(), place))
                    : null;
        }
    }

    /// A start behind a kill from here on begins with the copy.
    private void announce(@Nullable List<FloorRecord.Entry> receiving) throws IOException {
        write(record(copying(), 1, List.of(), receiving == null ? List.of() : receiving));
    }

    /// The epoch stands there again from the same moment on. A key of the first copy's is written
    /// beside it, so that whoever reads the stream does not take it for a user's flush.
    private static void empty(Connection connection, SlotNode node) throws IOException {
        require(connection, connection.call("MULTI"));
        require(connection, connection.call("FLUSHDB"));
        require(
                connection,
                connection.call(
                        "SET".getBytes(UTF_8),
                        node.port().keys().epoch(),
                        node.epoch().getBytes(UTF_8)));
        byte[] emptied = node.port().emptied();
        require(connection, connection.call("SET".getBytes(UTF_8), emptied, "1".getBytes(UTF_8)));
        require(connection, connection.call("DEL".getBytes(UTF_8), emptied));
        if (!(connection.call("EXEC") instanceof Reply.Items items)) {
            throw new IOException("EXEC is not answered with items");
        }
        Answers.accept(connection.address().toString(), items.items());
    }

    private static void require(Connection connection, Reply reply) throws IOException {
        Answers.accept(connection.address().toString(), List.of(reply));
    }

    /// Where the snapshot of each primary of the origin was taken.
    private List<FloorRecord.Entry> places(Rest rest) throws IOException {
        OwnKeys keys = new OwnKeys(options.task());
        try (Connection connection = receiver.openFor(keys.manifest())) {
            TaskRegistry registry = TaskRegistry.find(connection, keys, List.of(0));
            SortedMap<Integer, Set<String>> shards = TaskRegistry.shards(registry.read(connection));
            Map<Integer, Integer> pipelines = pipelines(shards);
            List<FloorRecord.Entry> places = new ArrayList<>();
            for (int i = 0; i < originNodes.size(); i++) {
                SlotNode node = originNodes.get(i);
                Checkpoint checkpoint =
                        registry.checkpoint(connection, pipelines.getOrDefault(i, i));
                if (checkpoint == null || checkpoint.phase() != Checkpoint.Phase.STREAMING) {
                    throw new IOException("the first copy ended without a place: " + checkpoint);
                }
                StreamPlace place =
                        new StreamPlace(
                                checkpoint.replicationId(),
                                checkpoint.offset(),
                                checkpoint.database());
                boolean alone = rest.slots().isEmpty();
                places.add(node.entry(alone ? node.port().slots() : rest.slots().get(i), place));
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
                    // As the link chooses: a later one was for a replica, taken for a primary.
                    byNode.putIfAbsent(node, pipeline);
                }
            });
        }
        return byNode;
    }
}
