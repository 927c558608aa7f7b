package io.syncline.engine.pair;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.Position;
import io.syncline.engine.source.Receiver;
import io.syncline.engine.source.Spool;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.twoway.FlushScope;
import io.syncline.engine.twoway.Intake;
import io.syncline.engine.twoway.KeptWrites;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.StreamPlace;
import io.syncline.engine.twoway.StreamUnit;
import io.syncline.engine.twoway.UnitReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One site's replication stream, from its socket to units. One thread reads units; the receiver
/// has its own.
final class SiteStream implements Closeable {
    /// From here on a source picks its snapshot's version by ours.
    private static final int VALKEY_ANNOUNCED_SINCE = 9;

    /// Most local writes that are held in memory while the first copy runs; beyond it the spool
    /// holds them, with all that the copy writes.
    private static final long KEPT_LIMIT = 64 << 20;

    private final End end;
    final Port port;
    private final String spoolName;
    private final Receiver receiver;
    private final LinkOptions options;
    private final Intake.Wire outgoing;
    private final AtomicInteger spools = new AtomicInteger();
    private final Runnable wake;
    private @Nullable StreamPlace opened;
    private @Nullable StreamDecoder decoder;
    private @Nullable UnitReader units;
    private @Nullable StreamUnit pending;
    private final ArrayDeque<StreamUnit> kept = new ArrayDeque<>();
    private KeptWrites keeping = new KeptWrites(null);
    private long keptBytes;
    private @Nullable StreamPlace unkept;

    private long presentOffset;
    private long settledOffset;
    private boolean passedFlush;
    private @Nullable Consumer<LinkEvent> foreignListener;
    private volatile @Nullable Feed feed;
    private volatile @Nullable Spool spool;

    /// @param port the primary whose stream it is
    /// @param index of that primary among those of its site
    SiteStream(
            End end,
            Port port,
            int index,
            ServerInfo info,
            LinkOptions options,
            Intake.Wire outgoing,
            RetryListener listener,
            Runnable wake) {
        this.end = end;
        this.port = port;
        this.spoolName = options.task() + "-" + end.site().index() + "-" + index + "-";
        this.options = options;
        this.outgoing = outgoing;
        this.wake = wake;
        boolean announces = info.isValkey() && info.major() >= VALKEY_ANNOUNCED_SINCE;
        receiver =
                new Receiver(
                        new Receiver.Settings(
                                port.finder(),
                                port.connector(),
                                announces ? info.version() : "",
                                options.tuning().silenceLimit(),
                                options.retry(),
                                this::makeSpool,
                                listener,
                                false),
                        info.address().toString());
    }

    private Spool makeSpool() {
        LinkOptions.SpoolLimits limits = options.spool();
        Spool made =
                new Spool(
                        limits.memoryBytes(),
                        limits.diskBytes(),
                        limits.directory(),
                        spoolName + spools.incrementAndGet(),
                        wake);
        spool = made;
        return made;
    }

    /// Opens the stream behind a place.
    ///
    /// @return false when told to stop
    /// @throws SynclineException when the site no longer has that place
    boolean open(StreamPlace place) {
        pending = null;
        kept.clear();
        keeping = new KeptWrites(null);
        keptBytes = 0;
        unkept = null;
        Feed opened = receiver.open(new Position(place.stream(), place.offset(), place.database()));
        if (opened == null) {
            return false;
        }
        if (opened.isFull()) {
            throw gap(place.stream() + ":" + place.offset());
        }
        this.opened = place;
        feed = opened;
        decoder = new StreamDecoder(opened.spool());
        units =
                new UnitReader(
                        new Intake(outgoing, end::toPair),
                        port.keys(),
                        end::toPair,
                        (view, spec, database, into) ->
                                flush(view.text(0), spec.kind(), database, into),
                        place.offset(),
                        place.database());
        return true;
    }

    /// Whether [#open] was called, and this is where.
    boolean isOpenAt(StreamPlace place) {
        return place.equals(opened);
    }

    /// The place that it was opened at; null before.
    @Nullable StreamPlace openedAt() {
        return opened;
    }

    /// Makes the site keep a backlog: it begins one for the first replica it ever has.
    boolean beginBacklog() {
        return receiver.open(null) != null;
    }

    SynclineException gap(String where) {
        return new SynclineException(
                ErrorCode.POSITION_LOST,
                receiver.place(),
                "the "
                        + end.site().name().toLowerCase(Locale.ROOT)
                        + " no longer has its writes behind "
                        + where
                        + ", so they cannot be brought to the other side",
                "Compare both sides, then start once with --resync-from source or --resync-from"
                        + " target: the other side's data is replaced. Raise repl-backlog-size to"
                        + " avoid this");
    }

    private void flush(String name, CommandKind kind, int database, List<FlushScope> into) {
        boolean swap = kind == CommandKind.SWAPDB;
        if (options.onFlush() == LinkOptions.OnFlush.IGNORE) {
            passedFlush = true;
            return;
        }
        // One that is only read again was seen to in an earlier run.
        boolean stops = swap || options.onFlush() == LinkOptions.OnFlush.STOP;
        if (stops && offset() <= settledOffset) {
            return;
        }
        if (stops) {
            throw new SynclineException(
                    ErrorCode.FLUSH_MET,
                    receiver.place(),
                    "somebody ran "
                            + name
                            + (swap
                                    ? ", which a two-way task cannot bring to the other side"
                                    : " and the task is told to stop at that"),
                    swap
                            ? "Start it again with --on-flush ignore, then swap at the other side"
                            : "Start it again with --on-flush apply or --on-flush ignore");
        }
        if (kind == CommandKind.FLUSHDB) {
            into.add(new FlushScope(database));
        } else if (end.isIdentity()) {
            into.add(FlushScope.ALL);
        } else {
            for (int own : end.databases()) {
                into.add(new FlushScope(end.toPair(own)));
            }
        }
    }

    /// What stands up to there in the stream is done at the other site.
    void settled(long offset) {
        settledOffset = offset;
    }

    /// Whether a flush was passed over since the last call. A run that is told otherwise must not
    /// meet it again.
    boolean takePassedFlush() {
        boolean passed = passedFlush;
        passedFlush = false;
        return passed;
    }

    /// While the first copy writes to this site: reads on and keeps what users write, and of the
    /// copy only what comes over such a key.
    void keepUp() throws IOException {
        while (keptBytes < KEPT_LIMIT) {
            StreamUnit unit = read();
            if (unit == null) {
                return;
            }
            pending = null;
            if (kept.isEmpty()) {
                unkept = new StreamPlace(streamId(), unit.offset(), unit.database());
            }
            StreamUnit found = keeping.take(unit);
            if (found != null) {
                kept.add(found);
                keptBytes += found.size();
            }
        }
    }

    /// From where it must be read when the first copy is done: nothing before that was kept.
    StreamPlace afterCopy(StreamPlace begun) {
        StreamPlace place = kept.isEmpty() ? unkept : null;
        opened = place == null ? begun : place;
        return opened;
    }

    /// Whether nothing more is kept: users have written much meanwhile.
    boolean isFull() {
        return keptBytes >= KEPT_LIMIT;
    }

    /// Whether users have written a key since the stream was opened, as far as was read.
    boolean keeps(KeyId key) {
        return keeping.holds(key);
    }

    /// Told behind [#open]: other primaries of the site had other slots there.
    void owns(BitSet slots) {
        keeping = new KeptWrites(slots);
    }

    /// The next unit, which stays the next until [#taken]; null while none is there.
    @Nullable StreamUnit peek() throws IOException {
        StreamUnit first = kept.peekFirst();
        return first != null ? first : read();
    }

    private @Nullable StreamUnit read() throws IOException {
        StreamDecoder from = decoder;
        UnitReader reader = units;
        if (from == null || reader == null) {
            return null;
        }
        try {
            while (pending == null) {
                if (!from.next()) {
                    look(from);
                    return null;
                }
                pending = reader.take(from.view, from.arrivedMillis());
            }
        } catch (RespFormatException | IllegalArgumentException e) {
            throw new SynclineException(
                    ErrorCode.MALFORMED_STREAM,
                    receiver.place() + " offset " + reader.offset(),
                    "the stream is malformed: " + e.getMessage(),
                    "Start the task again; if it happens again at the same offset, report it with"
                            + " the server's version");
        }
        refuseForeign(reader);
        if (reader.isJobUnknown()) {
            throw new SynclineException(FloorDesk.movedByJob(end, receiver.place()));
        }
        return pending;
    }

    /// Told at a start, behind the new epoch.
    ///
    /// @param offset what another task wrote before it, while this one did not run, is only told:
    ///   it is like any other write, and refusing it would bar the way for ever
    void presentAt(long offset, Consumer<LinkEvent> events) {
        presentOffset = offset;
        foreignListener = events;
    }

    private void refuseForeign(UnitReader reader) {
        String foreign = reader.takeForeignKey();
        Consumer<LinkEvent> listener = foreignListener;
        if (foreign != null && listener != null && reader.offset() <= presentOffset) {
            foreignListener = each -> {};
            listener.accept(
                    new LinkEvent.Warned(
                            receiver.place(),
                            "another Syncline task wrote into this instance while this one did not run"
                                    + " (it wrote "
                                    + foreign
                                    + "): what it wrote goes to the other side, too",
                            "See that it does not run again while this one does"));
        } else if (foreign != null) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    receiver.place(),
                    "another Syncline task writes into this instance (it wrote " + foreign + ")",
                    "A two-way task needs two instances that no other task writes into: stop the"
                            + " other one, or this one");
        }
    }

    /// Nothing to read: is there ever going to be?
    private void look(StreamDecoder from) {
        Feed present = feed;
        if (present == null || !from.atEnd()) {
            return;
        }
        Feed.Ending how = present.ending();
        if (how == Feed.Ending.GAP || how == Feed.Ending.SNAPSHOT_BROKEN) {
            throw gap(present.replicationId() + ":" + offset());
        }
        Failure failure = present.failure();
        if (how == Feed.Ending.FAILED && failure != null) {
            throw new SynclineException(failure);
        }
    }

    /// What was read is to be read again: the place counts as not open.
    void forget() {
        opened = null;
    }

    /// The next unit is the pair's from here on. The place is open no longer: a pair that is begun
    /// anew must read that unit again.
    void taken() {
        opened = null;
        if (kept.pollFirst() == null) {
            pending = null;
        }
    }

    long offset() {
        UnitReader reader = units;
        return reader == null ? 0 : reader.offset();
    }

    /// The stream's id as the site calls it now.
    String streamId() {
        Feed present = feed;
        return present == null ? "" : present.replicationId();
    }

    /// From any thread.
    long receivedOffset() {
        Feed present = feed;
        return present == null ? -1 : present.receivedOffset();
    }

    long spoolDiskBytes() {
        Spool present = spool;
        return present == null ? 0 : present.diskBytes();
    }

    long spoolMemoryBytes() {
        Spool present = spool;
        return present == null ? 0 : Math.max(0, present.waitingBytes() - present.diskBytes());
    }

    Receiver receiver() {
        return receiver;
    }

    String place() {
        return receiver.place();
    }

    @Override
    public void close() {
        receiver.close();
    }
}
