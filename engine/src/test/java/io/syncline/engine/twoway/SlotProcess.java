package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One run of [SlotPairs] in a simulated world: a few lanes to each node, with all that is on their
/// way, and a place in its stream. A killed one is a ghost whose last requests may still arrive.
final class SlotProcess {
    static final int LANES = 2;

    private final SlotWorld world;
    private final SplittableRandom random;
    private final long epoch;
    private final List<List<Node>> nodes = new ArrayList<>();
    private final List<SimRounds> rounds;
    private final @Nullable SimCopy copy;
    private @Nullable SlotPairs pairs;

    /// Both directions of one connection.
    private static final class Wire {
        Object connection = new Object();
        boolean watchable = true;
        final ArrayDeque<Object> requests = new ArrayDeque<>();
        final ArrayDeque<Runnable> answers = new ArrayDeque<>();
    }

    /// One primary, as a process knows it.
    private static final class Node {
        final List<Wire> lanes = new ArrayList<>();

        /// Where epochs are written.
        final Wire control = new Wire();

        @Nullable UnitReader reader;

        /// While the first copy writes to it.
        KeptWrites keeping = new KeptWrites(null);

        int index;
        @Nullable StreamUnit next;
        long fence = -1;
        boolean away;

        Node() {
            for (int i = 0; i < LANES; i++) {
                lanes.add(new Wire());
            }
        }
    }

    private record EpochRequest(long epoch) {}

    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Sent(Request.Transaction transaction, byte[] wire) {}

    /// @param copy that it has made; null for none
    SlotProcess(SlotWorld world, long epoch, @Nullable SimCopy copy) {
        this.copy = copy;
        this.world = world;
        this.random = world.random;
        this.epoch = epoch;
        rounds = List.of(new SimRounds(world, Site.SOURCE), new SimRounds(world, Site.TARGET));
        for (Site site : Site.values()) {
            List<Node> made = new ArrayList<>();
            for (int i = 0; i < world.nodes(site).size(); i++) {
                Node node = new Node();
                node.control.requests.add(new EpochRequest(epoch));
                made.add(node);
            }
            nodes.add(made);
        }
    }

    @Nullable SlotPairs pairs() {
        return pairs;
    }

    private Node node(Site site, int index) {
        return nodes.get(site.index()).get(index);
    }

    private SlotPairs core() {
        SlotPairs core = pairs;
        if (core == null) {
            throw new IllegalStateException("the core has not begun");
        }
        return core;
    }

    /// Puts what the core asks onto the wires.
    private boolean pump(Site site, int index) {
        SlotPairs core = pairs;
        Node node = node(site, index);
        if (core == null || node.away) {
            return false;
        }
        boolean any = false;
        for (int lane = 0; lane < LANES; lane++) {
            int slot = core.slotAt(site, index, lane);
            for (Request request = core.nextRequest(site, index, lane);
                    request != null;
                    request = core.nextRequest(site, index, lane)) {
                any = true;
                if (request instanceof Request.Transaction transaction) {
                    RequestEncoder encoder =
                            new RequestEncoder(SimSite.KEYS_BY_SLOT, d -> d, RequestEncoder.PLAIN);
                    encoder.transaction(transaction, SimSite.KEYS_BY_SLOT.marker(slot));
                    Object sent = new Sent(transaction, encoder.out().toBytes());
                    node.lanes.get(lane).requests.add(sent);
                } else {
                    node.lanes.get(lane).requests.add(request);
                }
            }
        }
        return any;
    }

    /// Executes the next request of some connection to a node.
    boolean deliverRequest(Site site, int index) {
        Node node = node(site, index);
        int first = random.nextInt(LANES + 1);
        for (int i = 0; i <= LANES; i++) {
            int at = (first + i) % (LANES + 1);
            Wire wire = at == LANES ? node.control : node.lanes.get(at);
            Object request = wire.requests.pollFirst();
            if (request != null) {
                execute(site, index, at, wire, request);
                return true;
            }
        }
        return false;
    }

    private void execute(Site site, int index, int lane, Wire wire, Object request) {
        Object connection = wire.connection;
        SimSite server = world.nodes(site).get(index);
        switch (request) {
            case EpochRequest each -> {
                server.setEpoch(each.epoch());
                long offset = server.offset;
                Map<Integer, Marker> markers = markers(site, index, server);
                if (node(site, index).away) {
                    // Nothing is done between the question and the answer.
                    begun(site, index, offset, markers);
                } else {
                    wire.answers.add(() -> begun(site, index, offset, markers));
                }
            }
            case Request.Watch watch -> {
                wire.watchable = world.moves.servesAll(site, index, watch.keys());
                server.watch(connection, watch);
            }
            case Request.Unwatch unwatch -> server.unwatch(connection);
            case Request.AskOffset ask -> {
                long offset = server.offset;
                wire.answers.add(
                        wire.watchable
                                ? () -> core().fenced(site, index, lane, offset)
                                : () -> core().displaced(site, index, lane, ask));
            }
            case Request.AskRecords ask -> {
                if (!world.moves.servesAll(site, index, ask.keys())) {
                    server.unwatch(connection);
                    wire.answers.add(() -> core().displaced(site, index, lane, ask));
                    return;
                }
                long offset = server.offset;
                List<KeyRecord> records = server.records(connection, ask.keys());
                wire.answers.add(
                        () -> core().snapshot(site, index, lane, ask.token(), offset, records));
            }
            case Sent sent -> {
                if (!world.moves.serves(site, index, SlotUsers.keys(sent.wire()))) {
                    server.unwatch(connection);
                    wire.answers.add(() -> core().displaced(site, index, lane, sent.transaction()));
                    return;
                }
                SimSite.Unit unit = server.execute(connection, sent.wire());
                world.executed(unit, this);
                var made = sent.transaction().madeOf(server.values.missed);
                wire.answers.add(() -> core().executed(site, index, lane, unit != null, made));
            }
            default -> throw new IllegalStateException(request.toString());
        }
    }

    private Map<Integer, Marker> markers(Site site, int index, SimSite server) {
        Map<Integer, Marker> markers = new HashMap<>();
        if (pairs != null) {
            for (int slot : core().unanswered(site, index)) {
                Marker marker =
                        server.marker(
                                "0/" + new String(SimSite.KEYS_BY_SLOT.marker(slot), ISO_8859_1));
                if (marker != null) {
                    markers.put(slot, marker);
                }
            }
        }
        return markers;
    }

    private void begun(Site site, int index, long offset, Map<Integer, Marker> markers) {
        Node node = node(site, index);
        if (node.away) {
            node.away = false;
            core().reconnected(site, index, markers);
            return;
        }
        node.fence = offset;
        if (nodes.stream().allMatch(each -> each.stream().allMatch(n -> n.fence >= 0))) {
            begin();
        }
    }

    private void begin() {
        Floor floor = world.durable;
        pairs =
                new SlotPairs(
                        epoch,
                        floor,
                        fences(Site.SOURCE),
                        fences(Site.TARGET),
                        LANES,
                        world.options(),
                        world::resolved,
                        world.rules());
        for (Site site : Site.values()) {
            for (int i = 0; i < world.nodes(site).size(); i++) {
                StreamPlace place = floor.places(site).get(i);
                pairs.stream(site, i, "stream" + i);
                Node node = node(site, i);
                node.reader =
                        new UnitReader(
                                new Intake(Intake.VERBATIM, d -> d),
                                SimSite.KEYS_BY_SLOT,
                                d -> d,
                                (view, spec, database, into) -> into.add(FlushScope.ALL),
                                place.offset(),
                                place.database());
                node.index = world.nodes(site).get(i).indexBehind(place.offset());
                boolean alone = world.nodes(site).size() == 1;
                node.keeping = new KeptWrites(alone ? null : floor.slots(site).slots().get(i));
            }
        }
    }

    private List<Long> fences(Site site) {
        return nodes.get(site.index()).stream().map(node -> node.fence).toList();
    }

    /// Asks one more node of a site about its slots, if something waits for that, or uncalled.
    boolean deliverRound(Site site, boolean uncalled) {
        SlotPairs core = pairs;
        if (core == null || !rounds.get(site.index()).step(core, uncalled)) {
            return false;
        }
        settle(core);
        return true;
    }

    private boolean settle(SlotPairs core) {
        boolean any = core.settle();
        if (core.lost() != null) {
            throw new Unfollowed();
        }
        return any;
    }

    boolean deliverAnswer(Site site, int index) {
        Node node = node(site, index);
        int first = random.nextInt(LANES + 1);
        for (int i = 0; i <= LANES; i++) {
            int at = (first + i) % (LANES + 1);
            Wire wire = at == LANES ? node.control : node.lanes.get(at);
            Runnable answer = wire.answers.pollFirst();
            if (answer != null) {
                answer.run();
                pump(site, index);
                return true;
            }
        }
        return false;
    }

    /// Reads one more unit of a node's stream.
    boolean deliverStream(Site site, int index) {
        SlotPairs core = pairs;
        Node node = node(site, index);
        SimSite server = world.nodes(site).get(index);
        if (core == null) {
            return false;
        }
        if (node.next == null) {
            if (node.index == server.stream.size()) {
                return false;
            }
            SimSite.Unit next = server.stream.get(node.index++);
            node.next =
                    next.read(
                            Objects.requireNonNull(node.reader),
                            world.estimate(site, next.millis()));
            if (copy != null) {
                node.next = copy.kept(site, index, node.index, node.keeping, node.next);
            }
            return true;
        }
        StreamUnit unit = node.next;
        if (unit == null || !core.mayRead(site, index, unit)) {
            return false;
        }
        node.next = null;
        JobMark job = unit.job();
        if (job != null) {
            int source = job.begins() ? Integer.parseInt(job.source().substring(4)) : -1;
            core.readJob(site, index, unit, job, source);
        } else if (SlotPairs.isFlush(unit)) {
            core.readFlush(site, index, unit, slot -> world.keysOf(site.other(), slot));
        } else {
            core.read(site, index, unit);
        }
        return true;
    }

    boolean step(Site site, int index) {
        SlotPairs core = pairs;
        if (core == null || node(site, index).away) {
            return false;
        }
        for (Site each : Site.values()) {
            core.hold(each, world.isHeld(each));
        }
        boolean done = settle(core);
        core.schedule(site, index);
        int first = random.nextInt(LANES);
        for (int i = 0; i < LANES; i++) {
            done |= core.step(site, index, (first + i) % LANES, random.nextInt(1, 5));
        }
        return pump(site, index) || done;
    }

    /// The process dies: a part of what it sent is still on its way.
    void die() {
        nodes.forEach(site -> site.forEach(this::cut));
    }

    private void cut(Node node) {
        node.lanes.forEach(this::cutWire);
        cutWire(node.control);
    }

    private void cutWire(Wire wire) {
        int kept = random.nextInt(wire.requests.size() + 1);
        while (wire.requests.size() > kept) {
            wire.requests.removeLast();
        }
        wire.answers.clear();
    }

    /// All connections to a node break; the process goes on with new ones, behind a new epoch.
    ///
    /// @return what is still on its way over the old ones, as a ghost; null when nothing could
    ///   break
    @Nullable SlotProcess loseNode(Site site, int index) {
        Node node = node(site, index);
        if (pairs == null || node.away) {
            return null;
        }
        SlotProcess ghost = new SlotProcess(world, epoch, null);
        ghost.nodes.forEach(each -> each.forEach(n -> n.control.requests.clear()));
        cut(node);
        Node old = ghost.node(site, index);
        for (int i = 0; i < LANES; i++) {
            Wire wire = node.lanes.get(i);
            old.lanes.get(i).connection = wire.connection;
            old.lanes.get(i).requests.addAll(wire.requests);
            wire.requests.clear();
            wire.connection = new Object();
        }
        node.away = true;
        node.control.requests.add(new EpochRequest(world.nextEpoch()));
        return ghost;
    }

    boolean isWriting() {
        return nodes.stream()
                .flatMap(List::stream)
                .flatMap(node -> node.lanes.stream())
                .anyMatch(each ->
                        each.requests.peekLast() instanceof Sent || !each.answers.isEmpty());
    }
}
