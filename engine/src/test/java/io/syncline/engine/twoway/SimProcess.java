package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One run of the real core in a simulated world: its connections, with everything that is on their
/// way, and its places in the streams. A killed one stays as a ghost whose last requests may still
/// arrive.
final class SimProcess {
    private final SimWorld world;
    private final SplittableRandom random;
    private final long epoch;
    private final Wire[] wires = {new Wire(), new Wire()};
    private final UnitReader[] readers = new UnitReader[2];
    private final int[] indexes = new int[2];
    private final @Nullable StreamUnit[] next = new StreamUnit[2];
    private @Nullable Pair pair;
    private long room;

    /// Both directions of one connection.
    private static final class Wire {
        Object connection = new Object();
        final ArrayDeque<Object> requests = new ArrayDeque<>();
        final ArrayDeque<Runnable> answers = new ArrayDeque<>();
        @Nullable EpochAnswer begun;
        boolean reconnecting;
    }

    /// SET epoch, INFO, GET marker, at a start or at a reconnection.
    private record EpochRequest(long epoch) {}

    private record EpochAnswer(long offset, @Nullable Marker marker) {}

    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Sent(Request.Transaction transaction, byte[] wire) {}

    /// As it stands, but for an expiry that is told from now.
    private static int write(
            CommandView view, CommandSpec spec, int database, long arrived, ByteBuilder out) {
        if (!view.isWord(0, "PEXPIRE")) {
            return Intake.VERBATIM.write(view, spec, database, arrived, out);
        }
        long at = arrived + Long.parseLong(view.text(2));
        RespWriter.command(out, "PEXPIREAT", view.text(1), Long.toString(at));
        return 1;
    }

    SimProcess(SimWorld world, long epoch) {
        this.world = world;
        this.random = world.random;
        this.epoch = epoch;
        for (Wire wire : wires) {
            wire.requests.add(new EpochRequest(epoch));
        }
    }

    @Nullable Pair pair() {
        return pair;
    }

    boolean isReady() {
        return pair != null && pair.isReady();
    }

    /// Whether more may wait of what comes from a site.
    boolean hasRoom(Site origin) {
        return pair == null || pair.status(origin).waitingBytes() < room;
    }

    private SimSite site(Site site) {
        return world.sites[site.index()];
    }

    private Wire wire(Site site) {
        return wires[site.index()];
    }

    /// Puts what the core asks onto the wires.
    private void pump() {
        Pair core = pair;
        if (core == null) {
            return;
        }
        for (Site site : Site.values()) {
            Wire wire = wire(site);
            if (wire.reconnecting) {
                continue;
            }
            for (Request request = core.nextRequest(site);
                    request != null;
                    request = core.nextRequest(site)) {
                if (request instanceof Request.Transaction transaction) {
                    RequestEncoder encoder =
                            new RequestEncoder(SimSite.KEYS, d -> d, RequestEncoder.PLAIN);
                    encoder.transaction(transaction);
                    wire.requests.add(new Sent(transaction, encoder.out().toBytes()));
                } else {
                    wire.requests.add(request);
                }
            }
        }
    }

    /// Executes the next request at a site.
    boolean deliverRequest(Site site) {
        Wire wire = wire(site);
        Object request = wire.requests.pollFirst();
        if (request == null) {
            return false;
        }
        Object connection = wire.connection;
        SimSite server = site(site);
        switch (request) {
            case EpochRequest each -> {
                server.setEpoch(each.epoch());
                EpochAnswer answer = new EpochAnswer(server.offset, server.marker());
                wire.answers.add(() -> begun(site, answer));
            }
            case Request.Watch watch -> server.watch(connection, watch);
            case Request.Unwatch unwatch -> server.unwatch(connection);
            case Request.AskOffset ask -> {
                long offset = server.offset;
                wire.answers.add(() -> core().fenced(site, offset));
            }
            case Request.AskRecords ask -> {
                long offset = server.offset;
                List<KeyRecord> records = server.records(connection, ask.keys());
                wire.answers.add(() -> core().snapshot(site, ask.token(), offset, records));
            }
            case Sent sent -> {
                SimSite.Unit unit = server.execute(connection, sent.wire());
                world.executed(site, unit, this);
                Set<KeyId> refused = new HashSet<>(server.values.refused);
                refused.addAll(sent.transaction().madeOf(server.values.missed));
                wire.answers.add(() -> core().executed(site, unit != null, refused));
            }
            default -> throw new IllegalStateException(request.toString());
        }
        return true;
    }

    private Pair core() {
        Pair core = pair;
        if (core == null) {
            throw new IllegalStateException("the core has not begun");
        }
        return core;
    }

    private void begun(Site site, EpochAnswer answer) {
        Wire wire = wire(site);
        if (wire.reconnecting) {
            wire.reconnecting = false;
            core().reconnected(site, answer.marker());
            return;
        }
        wire.begun = answer;
        EpochAnswer source = wire(Site.SOURCE).begun;
        EpochAnswer target = wire(Site.TARGET).begun;
        if (source != null && target != null) {
            begin(
                    side(Site.SOURCE, source, target.marker()),
                    side(Site.TARGET, target, source.marker()));
        }
    }

    /// A site without a marker was flushed: the last one in its stream counts, or the copy that
    /// travelled with the other side's.
    private Start.Side side(Site site, EpochAnswer answer, @Nullable Marker other) {
        Marker marker = answer.marker();
        if (marker == null) {
            SimSite server = site(site);
            int from = other == null ? 0 : server.indexBehind(other.through().offset());
            marker = other == null ? null : other.peer();
            for (SimSite.Unit unit :
                    server.stream.subList(from, server.indexBehind(answer.offset()))) {
                marker = unit.marker() != null ? unit.marker() : marker;
            }
        }
        return new Start.Side(marker, StreamPlace.BEGINNING, answer.offset());
    }

    private void begin(Start.Side source, Start.Side target) {
        Start start = new Start(epoch, source, target);
        PairOptions options = world.options();
        room = options.queuedBytesLimit();
        pair = new Pair(start, options, resolution -> world.resolved(resolution), world.rules());
        for (Site site : Site.values()) {
            StreamPlace place = start.readFrom(site, world.rules().holds(Rule.READ_AGAIN_FROM_M));
            readers[site.index()] =
                    new UnitReader(
                            new Intake(SimProcess::write, d -> d),
                            SimSite.KEYS,
                            d -> d,
                            (view, spec, database, into) ->
                                    into.add(
                                            spec.name().equals("FLUSHALL")
                                                    ? FlushScope.ALL
                                                    : new FlushScope(database)),
                            place.offset(),
                            place.database());
            indexes[site.index()] = site(site).indexBehind(place.offset());
        }
    }

    boolean deliverAnswer(Site site) {
        Runnable answer = wire(site).answers.pollFirst();
        if (answer == null) {
            return false;
        }
        answer.run();
        pump();
        return true;
    }

    /// Reads one more unit of a site's stream.
    boolean deliverStream(Site site) {
        Pair core = pair;
        int at = site.index();
        if (core == null) {
            return false;
        }
        if (next[at] == null) {
            if (indexes[at] == site(site).stream.size()) {
                return false;
            }
            next[at] = parse(site, site(site).stream.get(indexes[at]));
            indexes[at]++;
        }
        StreamUnit unit = next[at];
        if (unit == null || !core.mayRead(site, unit)) {
            return false;
        }
        next[at] = null;
        core.read(site, unit);
        return true;
    }

    private StreamUnit parse(Site site, SimSite.Unit unit) {
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        StreamUnit found = null;
        int from = 0;
        while (from < unit.bytes().length) {
            if (!parser.parse(unit.bytes(), from, unit.bytes().length, view)) {
                throw new IllegalStateException(new String(unit.bytes(), ISO_8859_1));
            }
            from = view.end;
            StreamUnit read = readers[site.index()].take(view, world.arrival(site, unit.millis()));
            found = read != null ? read : found;
        }
        if (found == null || found.offset() != unit.offset()) {
            throw new IllegalStateException("a unit was not read as one");
        }
        return found;
    }

    boolean stepWriter(Site destination) {
        Pair core = pair;
        if (core != null) {
            core.hold(destination.other(), world.isHeld(destination.other()));
        }
        boolean done = core != null && core.step(destination, random.nextInt(1, 5));
        pump();
        return done;
    }

    boolean stepRepairs() {
        Pair core = pair;
        boolean done = core != null && core.stepRepairs();
        pump();
        return done;
    }

    /// The process dies: a part of what it sent is still on its way.
    void die() {
        for (Wire wire : wires) {
            cut(wire);
        }
    }

    private void cut(Wire wire) {
        int kept = random.nextInt(wire.requests.size() + 1);
        while (wire.requests.size() > kept) {
            wire.requests.removeLast();
        }
        wire.answers.clear();
    }

    /// One connection breaks; the process goes on with a new one, behind a new epoch.
    ///
    /// @return what is still on its way over the old one, as a ghost; null when nothing could break
    @Nullable SimProcess loseConnection(Site site) {
        Wire wire = wire(site);
        if (pair == null || wire.reconnecting) {
            return null;
        }
        SimProcess ghost = new SimProcess(world, epoch);
        for (Wire each : ghost.wires) {
            each.requests.clear();
        }
        cut(wire);
        Wire old = ghost.wire(site);
        old.connection = wire.connection;
        old.requests.addAll(wire.requests);
        wire.requests.clear();
        wire.connection = new Object();
        wire.reconnecting = true;
        wire.requests.add(new EpochRequest(world.nextEpoch()));
        return ghost;
    }

    boolean isWriting() {
        for (Wire wire : wires) {
            if (wire.requests.peekLast() instanceof Sent || !wire.answers.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    boolean isIdle() {
        return wires[0].requests.isEmpty() && wires[1].requests.isEmpty();
    }
}
