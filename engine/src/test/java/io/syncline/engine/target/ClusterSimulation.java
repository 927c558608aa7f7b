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
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.net.TlsOptions;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A stream, its writer and a cluster of two nodes in memory, drawn from one seed: answers in any
/// order, batches that come back, processes that die or stop, primaries that lose what they
/// acknowledged, be it while a process runs or while none does.
final class ClusterSimulation {
    private static final int SLOTS = SimulatedCluster.SLOTS;
    private static final int NODES = SimulatedCluster.NODES;

    private static final int STEP_LIMIT = 100_000;

    /// Rare enough that a long transaction of the source comes to its end between two.
    private static final int TROUBLE = 6;

    private final Random random;
    private final WriterSettings settings;
    private final List<Event> stream = new ArrayList<>();
    private final SimulatedCluster target;
    private final List<Batch> onTheWay = new ArrayList<>();
    private final Place place = new Place();
    private final SlotBatches batches;
    private Checkpoint durable;
    private int next;
    private int rewinds;
    private int deaths;
    private int stops;
    private int silentLosses;

    /// One command of the stream.
    ///
    /// @param start where it begins in the stream
    /// @param slot -1 for MULTI, EXEC and SELECT
    private record Event(
            long start,
            long end,
            int slot,
            String key,
            String value,
            boolean append,
            boolean clean,
            int database) {}

    ClusterSimulation(long seed) {
        random = new Random(seed);
        settings = settings(random.nextBoolean(), 1);
        target = new SimulatedCluster(settings);
        makeStream(40 + random.nextInt(120));
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
                () -> {});
    }

    private void makeStream(int commands) {
        long offset = 1000;
        int database = 0;
        boolean clean = true;
        for (int i = 0; i < commands; i++) {
            if (clean && random.nextInt(10) == 0) {
                database = random.nextInt(3);
                offset = add(offset, -1, clean, database);
            }
            if (random.nextInt(8) == 0) {
                clean = !clean;
                offset = add(offset, -1, clean, database);
            }
            offset = add(offset, random.nextInt(SLOTS), clean, database);
        }
        if (!clean) {
            add(offset, -1, true, database);
        }
    }

    private long add(long start, int slot, boolean clean, int database) {
        long end = start + 1 + random.nextInt(50);
        String key = slot < 0 ? "" : random.nextInt(3) + "{" + Slots.tag(slot) + "}";
        String value = stream.size() + ".";
        stream.add(new Event(start, end, slot, key, value, random.nextBoolean(), clean, database));
        return end;
    }

    // ---- the writer ----

    /// As another process does, though with the same object: it must not remember anything.
    private void begin(Checkpoint from) {
        batches.begin(SimulatedCluster.EPOCH, from.offset(), from.database(), true);
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
        while (next < stream.size() && stream.get(next).start < from.offset()) {
            next++;
        }
        if (next < stream.size()) {
            assertThat(stream.get(next).start).as("a boundary").isEqualTo(from.offset());
        }
        if (next > 0) {
            assertThat(from.database())
                    .as("database at %s", from.offset())
                    .isEqualTo(stream.get(next - 1).database);
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
        Map<String, String> expected = new HashMap<>();
        for (Event event : stream) {
            if (event.slot >= 0) {
                expected.merge(event.key, event.value, event.append ? String::concat : (a, b) -> b);
            }
        }
        assertThat(target.data()).as("%s rewinds, %s deaths", rewinds, deaths).isEqualTo(expected);
        assertThat(batches.floor(null).offset()).isEqualTo(stream.getLast().end);
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
        Event event = stream.get(next++);
        place.offset = event.end;
        place.clean = event.clean;
        place.database = event.database;
        if (event.slot >= 0 && !batches.isApplied(event.slot, event.end)) {
            Batch to = batches.open(event.slot);
            CommandView view = command(event);
            int start = to.wire.length;
            boolean joined = to.merger.append(view, CommandTable.standard().find(view));
            if (!joined) {
                to.beginCommandAt(start);
            }
            to.endCommand(place.offset, place.database, place.clean, joined);
            batches.grown(to, view.length(), place);
        }
        batches.passed(place);
    }

    private static CommandView command(Event event) {
        ByteBuilder text = new ByteBuilder(64);
        RespWriter.command(text, event.append ? "APPEND" : "SET", event.key, event.value);
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        return view;
    }

    private void send() {
        if (place.clean) {
            batches.ready((batch, lane) -> onTheWay.add(batch), slot -> random.nextBoolean());
        }
    }

    private void answer() {
        if (onTheWay.isEmpty()) {
            return;
        }
        Batch batch = onTheWay.remove(random.nextInt(onTheWay.size()));
        if (random.nextInt(5) == 0) {
            batches.returned(batch);
        } else {
            target.execute(batch);
            batches.applied(batch);
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
        for (Batch batch : List.copyOf(onTheWay)) {
            if (death || batch.slot % NODES == node) {
                onTheWay.remove(batch);
                lost.add(batch);
                if (random.nextBoolean()) {
                    target.execute(batch);
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
        mend(lost);
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

    private void mend(List<Batch> lost) {
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
        for (Batch batch : lost) {
            if (found[batch.slot].offset() >= batch.endOffset) {
                batches.applied(batch);
            } else {
                batches.returned(batch);
            }
        }
    }

    /// As after another snapshot: the marks are void and so is the data.
    private Checkpoint first() {
        target.clear();
        Checkpoint start =
                new Checkpoint(1, Checkpoint.Phase.STREAMING, 1000, 0, Checkpoint.NO_ID, 0);
        for (int node = 0; node < NODES; node++) {
            target.writeFloor(node, start);
        }
        return start;
    }
}
