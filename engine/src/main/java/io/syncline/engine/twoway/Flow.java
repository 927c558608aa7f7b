package io.syncline.engine.twoway;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One direction of a pair: what was read at its origin and not settled at its destination.
final class Flow {
    final Site origin;

    /// How far the origin's stream is read.
    long position;

    int database;
    String stream = "";

    /// How much of the origin's stream is proved to be done at the destination.
    StreamPlace seen = StreamPlace.BEGINNING;

    /// What the destination's marker said at the start: commands up to there are done already.
    long durable;

    /// What must be read before anything is written to the origin, after a start.
    long fence;

    /// Whether it was.
    boolean caughtUp;

    /// Whether the rest of it must be read before anything of it is sent: an earlier process copied
    /// keys to the origin, or emptied it, and where that stands, it voids what the origin wrote
    /// before.
    boolean mayBeVoid;

    /// The places of the last marker that was written, or at least sent.
    StreamPlace sentThrough = StreamPlace.BEGINNING;

    StreamPlace sentKnown = StreamPlace.BEGINNING;

    /// Ops in flight in the order of their offsets.
    final ArrayDeque<Op> log = new ArrayDeque<>();

    final ArrayDeque<QueuedUnit> sentUnits = new ArrayDeque<>();
    final ArrayDeque<QueuedUnit> waiting = new ArrayDeque<>();

    /// Bytes of memory that `waiting` takes, roughly.
    long waitingBytes;

    /// Bytes that the origin has written and that are not read.
    long unread;

    /// How often anything but new units came to the front of `waiting`, or went from there unsent.
    long changes;

    /// Keys copied to the destination, with the origin's offset they were copied at.
    final Map<KeyId, Long> covered = new HashMap<>();

    final ArrayDeque<PendingFlush> flushes = new ArrayDeque<>();

    /// The last marker that was read in the origin's stream.
    @Nullable Marker lastMarker;

    /// No new transaction: the other direction has a flush to bring first.
    boolean paused;

    /// A marker is to be written even without data.
    boolean heartbeat;

    final Writer writer = new Writer();

    /// To the destination.
    final ArrayDeque<Request> requests = new ArrayDeque<>();

    long sequence;

    Flow(Site origin) {
        this.origin = origin;
    }

    /// From where the markers say.
    void begin(Start start, PairOptions.Rules rules) {
        Start.Side there = start.side(destination());
        Start.Side here = start.side(origin);
        Marker marker = there.marker();
        StreamPlace from = start.readFrom(origin, rules.holds(Rule.READ_AGAIN_FROM_M));
        position = from.offset();
        database = from.database();
        stream = from.stream();
        durable = marker == null ? from.offset() : marker.through().offset();
        fence = here.fence();
        sentThrough = marker == null ? from : marker.through();
        sentKnown = marker == null ? there.begin() : marker.known();
        if (marker != null && rules.holds(Rule.COVER)) {
            covered.putAll(marker.covered());
        }
        Marker own = here.marker();
        lastMarker = own;
        mayBeVoid =
                own != null && !own.covered().isEmpty() && rules.holds(Rule.READ_WHAT_MAY_BE_VOID);
        seen = own != null && rules.holds(Rule.READ_AGAIN_FROM_M) ? own.known() : here.begin();
    }

    Site destination() {
        return origin.other();
    }

    boolean hasQueued() {
        return !sentUnits.isEmpty() || !waiting.isEmpty();
    }

    @Nullable QueuedUnit head() {
        QueuedUnit unit = sentUnits.peekFirst();
        return unit != null ? unit : waiting.peekFirst();
    }

    long oldestMillis() {
        QueuedUnit head = head();
        return head == null ? PairStatus.NOTHING_WAITS : head.millis;
    }

    PairStatus status(Ledger ledger) {
        return new PairStatus(
                position,
                seen.offset(),
                oldestMillis(),
                sentUnits.size() + waiting.size(),
                waitingBytes,
                covered.size(),
                ledger.keyCount(),
                ledger.latchedCount());
    }

    StreamPlace place() {
        return new StreamPlace(stream, position, database);
    }

    void enqueue(QueuedUnit unit) {
        waiting.addLast(unit);
        waitingBytes += unit.weight;
    }

    /// The next waiting unit is sent.
    void send() {
        QueuedUnit unit = waiting.removeFirst();
        waitingBytes -= unit.weight;
        sentUnits.addLast(unit);
    }

    /// The last `count` sent units were executed: they stay until their echo is read.
    void release(int count) {
        Iterator<QueuedUnit> sent = sentUnits.descendingIterator();
        for (int i = 0; i < count && sent.hasNext(); i++) {
            sent.next().items.forEach(item -> item.command.release());
        }
    }

    /// The last `count` sent units were not executed.
    void unsend(int count) {
        changes++;
        for (int i = 0; i < count && !sentUnits.isEmpty(); i++) {
            QueuedUnit unit = sentUnits.removeLast();
            waitingBytes += unit.weight;
            waiting.addFirst(unit);
        }
    }

    /// The first unit of all is settled, whether it was sent in this run or an earlier one.
    void removeHead() {
        if (!sentUnits.isEmpty()) {
            sentUnits.removeFirst();
        } else {
            waitingBytes -= waiting.removeFirst().weight;
            changes++;
        }
    }

    /// A local unit on its way.
    static final class QueuedUnit {
        /// What a command takes beyond its bytes: its op, its key's state, their places in tables.
        private static final long BYTES_PER_COMMAND = 400;

        private final String stream;
        final long offset;
        private final int database;

        /// What of the destination's stream was known when it was read.
        final StreamPlace known;

        final List<Op.Item> items;

        /// Bytes in the stream.
        final int size;

        /// Bytes of memory, roughly.
        final long weight;

        final long millis;
        @Nullable FlushScope flush;

        QueuedUnit(String stream, StreamUnit unit, StreamPlace known, List<Op.Item> items) {
            this.stream = stream;
            this.offset = unit.offset();
            this.database = unit.database();
            this.known = known;
            this.items = items;
            this.size = unit.size();
            this.weight = unit.size() + BYTES_PER_COMMAND * items.size();
            this.millis = unit.millis();
        }

        /// Where the origin's stream stands behind it.
        StreamPlace place() {
            return new StreamPlace(stream, offset, database);
        }
    }

    /// A flush at the origin that the destination has not seen.
    static final class PendingFlush {
        /// How far it is.
        enum Stage {
            WAITING,
            ASKED,
            HERE,
            GUARDED,
            SENT
        }

        final FlushScope scope;
        final long offset;
        final long millis;

        /// Keys that the other link wrote at the origin since then: they survive.
        final Set<KeyId> survivors = new HashSet<>();

        Stage state = Stage.WAITING;
        long token;
        long recordsOffset;
        List<KeyRecord> records = List.of();

        PendingFlush(FlushScope scope, long offset, long millis) {
            this.scope = scope;
            this.offset = offset;
            this.millis = millis;
        }
    }

    /// The one ordered connection to the destination.
    static final class Writer {
        /// What it waits for.
        enum State {
            IDLE,
            /// The answer to WATCH.
            GUARD,
            /// That the destination's stream is read up to the fence.
            WAIT
        }

        /// Of the guard of the next transaction.
        State state = State.IDLE;

        /// Whether a transaction was sent and not answered. The next one's guard may be set behind
        /// it on the same connection, so its answer comes first.
        boolean executing;

        /// Keys that it watched.
        Set<KeyId> sentWatched = Set.of();

        long fence;
        int limit;
        boolean flush;
        Set<KeyId> watched = Set.of();

        /// What was to be sent when the guard was set, and when that was.
        List<Planner.Ready> plan = List.of();

        long planned;

        /// Of the transaction that was sent last.
        int units;

        List<KeyId> transfers = List.of();
        Marker marker = Marker.NONE;

        /// Of the last one that was executed.
        Marker done = Marker.NONE;

        boolean isAsLeft(@Nullable Marker found) {
            return found == null
                    || done.sequence() == 0
                    || done.isOfSameWrite(found)
                    || isOwed(found);
        }

        /// Whether the answer to the transaction with this marker has not come.
        boolean isOwed(Marker found) {
            return executing && marker.isOfSameWrite(found);
        }

        boolean isFree() {
            return state == State.IDLE && !executing;
        }
    }
}
