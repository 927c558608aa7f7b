package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Merger;
import io.syncline.engine.command.Slots;
import io.syncline.engine.etl.KeyHomes;
import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.net.TlsOptions;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A stream, its writer and a cluster of two nodes in memory, drawn from one seed: answers in any
/// order, batches that come back, processes that die or stop, primaries that lose what they
/// acknowledged, be it while a process runs or while none does.
final class ClusterSimulation {
    private static final int SLOTS = SimulatedCluster.SLOTS;
    private static final int NODES = SimulatedCluster.NODES;

    /// Where the stream begins.
    private static final long FIRST = 1000;

    private static final int STEP_LIMIT = 100_000;

    /// Rare enough that a long transaction of the source comes to its end between two.
    private static final int TROUBLE = 6;

    private final Random random;
    private final WriterSettings settings;
    private final SimulatedStream simulated;
    private final List<SimulatedStream.Event> stream;
    private final SimulatedCluster target;
    private final List<Batch> onTheWay = new ArrayList<>();
    private final List<NodeLane> lanes = new ArrayList<>();
    private final BatchSender sender = new Sender();
    private final Place place = new Place();
    private final SlotBatches batches;
    private Checkpoint durable;
    private int next;
    private int rewinds;
    private int deaths;
    private int stops;
    private int silentLosses;

    ClusterSimulation(long seed) {
        random = new Random(seed);
        settings = settings(random.nextBoolean(), 1);
        target = new SimulatedCluster(settings);
        for (int i = 0; i < NODES; i++) {
            lanes.add(new NodeLane(settings, new HostPort("127.0.0.1", i + 1), new DeafListener()));
        }
        simulated = new SimulatedStream(random, FIRST, 40 + random.nextInt(120));
        stream = simulated.events();
        batches = new SlotBatches(settings);
        durable = first();
        begin(durable);
    }

    static WriterSettings settings(boolean merge, long start) {
        Endpoint endpoint =
                new Endpoint(
                        Endpoint.Topology.CLUSTER,
                        List.of(new HostPort("127.0.0.1", 1)),
                        Credentials.NONE,
                        TlsOptions.OFF,
                        "");
        BitSet all = new BitSet();
        all.set(0, Slots.COUNT);
        return new WriterSettings(
                new OwnKeys("sim"),
                Map.of(),
                0,
                0,
                new Instance(
                        endpoint, new Connector(Credentials.NONE, TlsOptions.OFF, "sim"), true),
                start,
                all,
                new KeyHomes(KeyRules.NONE, DatabaseMap.identity()),
                all,
                false,
                new CommandFilter(FilterRules.standard(), CommandTable.standard()),
                512,
                1 << 16,
                1 << 20,
                new Throttle(0, 0),
                Duration.ZERO,
                Duration.ofSeconds(1),
                new RetryListener() {
                    @Override
                    public void retrying(String at, int count, Duration elapsed, String reason) {}

                    @Override
                    public void recovered(String at, Duration away) {}
                },
                refusal -> true,
                merge ? new Merger.Rules(true, true, true, true) : Merger.Rules.NONE,
                DatabaseMap.identity(),
                false,
                () -> {});
    }

    // ---- the writer ----

    /// As another process does, though with the same object: it must not remember anything.
    private void begin(Checkpoint from) {
        Place place = new Place();
        place.offset = from.offset();
        place.database = from.database();
        batches.begin(SimulatedCluster.EPOCH, place, true);
        SlotMark[] found = target.marks();
        NodeFloors floors = target.floors(durable);
        for (int slot = 0; slot < SLOTS; slot++) {
            if (found[slot].offset() != SlotMark.NONE) {
                batches.marks().found(slot, found[slot].offset());
            }
            batches.marks().covered(slot, floors.of(slot).offset());
        }
        place.offset = from.offset();
        place.clean = true;
        next = 0;
        while (next < stream.size() && stream.get(next).start() < from.offset()) {
            next++;
        }
        if (next < stream.size()) {
            assertThat(stream.get(next).start()).as("a boundary").isEqualTo(from.offset());
        }
        if (next > 0) {
            assertThat(from.database())
                    .as("database at %s", from.offset())
                    .isEqualTo(stream.get(next - 1).database());
        }
        place.database = from.database();
    }

    void run() {
        int steps = 0;
        while (next < stream.size() || !batches.isIdle()) {
            if (steps++ > STEP_LIMIT) {
                throw new AssertionError("no progress at event " + next + " of " + stream.size());
            }
            switch (random.nextInt(13)) {
                case 0, 1, 2, 3 -> read();
                case 4, 5, 6 -> send();
                case 7, 8, 9 -> answer();
                case 10 -> trouble();
                case 11 -> stopSometimes();
                default -> writeFloors(random.nextInt(4) == 0);
            }
        }
        assertThat(target.data())
                .as("%s rewinds, %s deaths", rewinds, deaths)
                .isEqualTo(simulated.result());
        assertThat(batches.floor(null).offset()).isEqualTo(stream.getLast().end());
    }

    int rewinds() {
        return rewinds;
    }

    int deaths() {
        return deaths;
    }

    int stops() {
        return stops;
    }

    int silentLosses() {
        return silentLosses;
    }

    private void read() {
        if (next == stream.size()) {
            return;
        }
        SimulatedStream.Event event = stream.get(next++);
        place.offset = event.end();
        place.clean = event.clean();
        place.database = event.database();
        if (event.slot() >= 0 && !batches.isApplied(event.slot(), event.end())) {
            CommandView view = SimulatedStream.command(event);
            if (random.nextInt(4) == 0) {
                rewrite(event, view);
            } else {
                batches.append(event.slot(), view, CommandTable.standard().find(view), place);
            }
        }
        batches.passed(place);
    }

    /// As what replaces a command of the source: written in place, an APPEND of nothing before it.
    private void rewrite(SimulatedStream.Event event, CommandView view) {
        ByteBuilder out = batches.open(view.length());
        int from = out.length;
        if (random.nextBoolean()) {
            RespWriter.command(out, "APPEND", event.key(), "");
            batches.written(event.slot(), from, out.length, false, place);
            from = out.length;
        }
        view.copyTo(out);
        batches.written(event.slot(), from, out.length, true, place);
    }

    private void send() {
        if (place.clean) {
            batches.ready(sender, slot -> random.nextBoolean());
        }
    }

    private final class Sender implements BatchSender {
        @Override
        public NodeLane laneOf(int slot) {
            return lanes.get(slot % NODES);
        }

        @Override
        public boolean hasRoom(NodeLane lane) {
            return random.nextInt(4) > 0;
        }

        @Override
        public void send(Batch batch, NodeLane lane) {
            onTheWay.add(batch);
        }
    }

    /// Batches are answered in any order, though a lane keeps it: slots must not depend on it.
    private void answer() {
        if (onTheWay.isEmpty()) {
            return;
        }
        Batch batch = onTheWay.remove(random.nextInt(onTheWay.size()));
        List<Batch> discarded = new ArrayList<>();
        for (int unit = 0; unit < batch.unitCount; unit++) {
            if (random.nextInt(5) == 0) {
                discarded.add(batches.takeOut(batch, unit));
            } else {
                target.execute(batch, unit);
            }
        }
        batches.applied(batch);
        for (Batch one : discarded) {
            if (random.nextInt(4) == 0 && one.isMerged(0)) {
                // As when one of its commands was refused and is to be found.
                BatchSurgery.unmerge(one, 0);
                one.units[0] = one.commandCount;
            }
            batches.returned(one);
        }
    }

    // ---- floors ----

    /// @param broken whether it does not come to its end
    private void writeFloors(boolean broken) {
        Checkpoint floor = batches.floor(null);
        if (floor.offset() < durable.offset()) {
            return;
        }
        for (int node = 0; node < NODES; node++) {
            if (broken && random.nextBoolean()) {
                return;
            }
            target.writeFloor(node, floor);
        }
        durable = floor;
    }

    // ---- trouble ----

    /// A connection breaks, or the whole process; some of what was sent is executed first.
    private void trouble() {
        if (random.nextInt(TROUBLE) > 0) {
            return;
        }
        int node = random.nextInt(NODES);
        boolean death = random.nextBoolean();
        List<Batch> lost = new ArrayList<>();
        List<Batch> discarded = new ArrayList<>();
        for (Batch batch : List.copyOf(onTheWay)) {
            if (death || batch.slots[0] % NODES == node) {
                onTheWay.remove(batch);
                lost.add(batch);
                // The connection may break anywhere: a node has executed some units, or none.
                int executed = random.nextInt(batch.unitCount + 1);
                for (int unit = 0; unit < executed; unit++) {
                    if (!death && random.nextInt(5) == 0) {
                        discarded.add(batches.takeOut(batch, unit));
                    } else {
                        target.execute(batch, unit);
                    }
                }
            }
        }
        if (death) {
            deaths++;
            startAgain();
            return;
        }
        boolean failover = random.nextInt(3) == 0;
        if (failover) {
            target.rollBack(node, random.nextInt(4));
        }
        mend(lost, discarded);
    }

    private void stopSometimes() {
        if (random.nextInt(TROUBLE) == 0) {
            stop();
        }
    }

    /// All is applied and said so; the marks are not needed any more.
    private void stop() {
        long now = batches.floor(null).offset();
        boolean needed = now < durable.offset() || batches.marks().reachesBeyond(now);
        if (!batches.isIdle() || !place.clean || needed) {
            return;
        }
        stops++;
        writeFloors(false);
        target.expireMarks();
        startAgain();
    }

    /// Another process starts, perhaps after a node has lost its newest writes.
    private void startAgain() {
        onTheWay.clear();
        if (random.nextInt(3) == 0) {
            target.rollBack(random.nextInt(NODES), random.nextInt(12));
        }
        target.keepMarks(random.nextBoolean());
        NodeFloors floors = target.floors(durable);
        if (floors.isMissing()) {
            durable = first();
            begin(durable);
            return;
        }
        Checkpoint from = floors.resume(durable);
        silentLosses += from.offset() < durable.offset() ? 1 : 0;
        begin(from);
    }

    private void mend(List<Batch> lost, List<Batch> discarded) {
        SlotMark[] found = target.marks();
        BitSet slots = new BitSet();
        slots.set(0, SLOTS);
        try {
            NodeFloors floors = target.floors(durable);
            if (floors.isMissing()) {
                throw new RewindException(null);
            }
            batches.requireNothingLost(slots, found, floors);
        } catch (RewindException e) {
            rewinds++;
            Checkpoint from = e.checkpoint();
            onTheWay.clear();
            if (from == null) {
                // Nothing stands of what the first checkpoint found: everything from the start.
                from = first();
                durable = from;
            }
            begin(from);
            return;
        }
        lost.forEach(batch -> batches.sort(batch, found));
        discarded.forEach(batches::returned);
    }

    /// As after another snapshot: the marks are void and so is the data.
    private Checkpoint first() {
        target.clear();
        Checkpoint start =
                new Checkpoint(1, Checkpoint.Phase.STREAMING, FIRST, 0, Checkpoint.NO_ID, 0);
        for (int node = 0; node < NODES; node++) {
            target.writeFloor(node, start);
        }
        return start;
    }
}
