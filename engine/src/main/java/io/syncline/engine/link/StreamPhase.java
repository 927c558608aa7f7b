package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Rewriter;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.TargetWriter;
import io.syncline.engine.verify.KeySample;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Incremental synchronization: takes commands out of the spool and puts them into batches, in
/// order.
///
/// The loop is the hot path. A plain command is looked up, judged and copied; everything that needs
/// more than that is a kind of its own in the `switch`.
final class StreamPhase {
    private static final int LOOK_MASK = 0x3ff;

    private final Workshop shop;
    private final Feed feed;
    private final StreamDecoder decoder;
    private final TargetWriter writer;
    private final CommandTable table = CommandTable.standard();
    private final CommandFilter filter;
    private final Rewriter rewriter;
    private final @Nullable KeySample sample;
    private final @Nullable SlotGate gate;
    private final RuleDesk rules;
    private final Flushes flushes;
    private final HugeCommands huge;
    private final CatchUp catchUp;

    /// Once for all commands: each would make its own.
    private final SlotGate.Sink sink =
            (database, view, spec, millis) -> late(database, view, spec, () -> millis);

    private final LongSupplier arrival;
    private final Place place = new Place();
    private final ByteBuilder split = new ByteBuilder(256);
    private final CommandParser splitParser = new CommandParser();
    private final CommandView splitView = new CommandView();
    private int targetDatabase;
    private int taken;
    private boolean acknowledgementWanted;
    private long checkpointNanos = System.nanoTime();

    StreamPhase(Workshop shop, Feed feed, StreamDecoder decoder, long offset, int database) {
        this.shop = shop;
        this.feed = feed;
        this.decoder = decoder;
        this.writer = shop.writer();
        this.filter = shop.filter();
        this.rewriter = shop.rewriter();
        this.sample = shop.sample();
        this.gate = shop.gate();
        this.rules = new RuleDesk(shop);
        this.flushes = new Flushes(shop, rules, place);
        this.huge = new HugeCommands(decoder, writer);
        this.arrival = decoder::arrivedMillis;
        this.catchUp = new CatchUp(shop, feed, offset);
        place.offset = offset;
        place.quietFrom = offset;
        place.replicationId = feed.replicationId();
        selectSource(database);
    }

    Place place() {
        return place;
    }

    /// Takes what was held back.
    SlotGate.Sink sink() {
        return sink;
    }

    /// Runs until the stream ends, the link stops, or, if asked to, the target has caught up.
    ///
    /// @return whether the stream has ended, so that its feed says what comes next
    boolean run() throws IOException, RewindException {
        while (!shop.isStopping()) {
            try {
                if (decoder.next()) {
                    catchUp.takes();
                    take(decoder.view);
                    huge.taken(decoder.view.length(), place);
                    // A failover renames the stream; a busy one must learn of it too.
                    if ((++taken & LOOK_MASK) == 0) {
                        place.replicationId = feed.replicationId();
                        catchUp.look(decoder.arrivedMillis());
                        lookAtSlots();
                    }
                    if (gate != null) {
                        gate.awaitRoom(place, sink);
                    }
                    continue;
                }
            } catch (RespFormatException e) {
                throw malformed("the stream is malformed: " + e.getMessage());
            }
            if (nothingToRead()) {
                return true;
            }
        }
        finish();
        return false;
    }

    private SynclineException malformed(String what) {
        return new SynclineException(
                ErrorCode.MALFORMED_STREAM,
                shop.place() + " offset " + place.offset,
                what,
                "Start the task again; if it happens again at the same offset, report it with the"
                        + " source's version");
    }

    private void lookAtSlots() throws IOException, RewindException {
        if (gate != null) {
            gate.look(place, sink);
        }
    }

    /// Whether the target already has everything at this place: the stream is read from further
    /// back for the sake of single slots.
    private boolean isPassed() {
        return gate != null && gate.isPassed(place);
    }

    /// @return whether the stream has ended
    private boolean nothingToRead() throws IOException, RewindException {
        Progress progress = shop.progress();
        place.replicationId = feed.replicationId();
        progress.replicationId = place.replicationId;
        lookAtSlots();
        writer.flush(place);
        writer.check();
        boolean idle = writer.isIdle();
        progress.processedOffset = place.offset;
        long applied = applied(idle);
        boolean level = catchUp.rests(applied);
        progress.appliedOffset = shop.held().shown(applied);
        progress.receivedOffset = feed.receivedOffset();
        shop.heartbeat()
                .applied(progress.appliedOffset, shop.sourceMillis(System.currentTimeMillis()));
        if (acknowledgementWanted && idle) {
            acknowledgementWanted = false;
            shop.intake().acknowledgeNow(place.offset);
        }
        if (decoder.atEnd()) {
            finish();
            return true;
        }
        long now = System.nanoTime();
        if (now - checkpointNanos > shop.checkpointNanos() && !isPassed()) {
            checkpointNanos = now;
            writer.checkpoint(place);
        }
        if (!(idle && level && shop.idle(progress.appliedOffset))) {
            shop.await();
        }
        return false;
    }

    private void finish() throws RewindException {
        if (!isPassed()) {
            writer.checkpoint(place);
        }
        writer.drain();
        shop.progress().processedOffset = place.offset;
        shop.progress().appliedOffset = applied(false);
    }

    /// Up to where everything is in the target: commands that are held back are not.
    private long applied(boolean idle) {
        long applied = idle ? place.offset : writer.appliedOffset();
        return gate == null ? applied : Math.min(applied, gate.heldFrom());
    }

    private void take(CommandView view) throws IOException, RewindException {
        place.start = place.offset;
        place.offset += view.length();
        if (view.argumentCount == 0) {
            return;
        }
        CommandSpec spec = table.find(view);
        switch (spec.kind()) {
            case DATA,
                    SET,
                    DELETE,
                    EXPIRY,
                    RESTORE,
                    STREAM,
                    MOVE,
                    COPY,
                    EVAL,
                    PUBLISH,
                    FUNCTION,
                    SCRIPT,
                    UNKNOWN ->
                    data(view, spec);
            case SELECT -> selectSource(view);
            case MULTI -> place.clean = false;
            case EXEC -> {
                place.clean = true;
                if (!isPassed()) {
                    writer.endTransaction(place);
                }
            }
            case FLUSHALL, FLUSHDB, SWAPDB -> {
                place.quietFrom = place.offset;
                refuse(flushes.take(view, spec, targetDatabase));
            }
            case CONTROL -> control(view);
            case READ -> {}
        }
    }

    private void selectSource(CommandView view) {
        try {
            selectSource(Integer.parseInt(view.text(1)));
        } catch (NumberFormatException e) {
            throw malformed("SELECT names '" + view.text(1) + "', which is no database");
        }
    }

    private void selectSource(int database) {
        place.quietFrom = database == place.database ? place.quietFrom : place.offset;
        place.database = database;
        targetDatabase = shop.databases().target(database);
    }

    private void control(CommandView view) throws RewindException {
        if (gate != null) {
            gate.control(view, place);
        }
        if (view.argumentCount > 1 && view.isWord(0, "REPLCONF") && view.isWord(1, "GETACK")) {
            acknowledgementWanted = true;
        }
    }

    private void data(CommandView view, CommandSpec spec) throws IOException, RewindException {
        if (targetDatabase == DatabaseMap.EXCLUDED) {
            shop.heartbeat().met(view, place.offset);
            if (filter.passes(view, spec)) {
                refuse(rules.entered(view, rewriter.entered(view, spec), place.offset));
            }
            return;
        }
        if (!filter.passes(view, spec)) {
            return;
        }
        switch (filter.verdict(view, spec)) {
            case PASS -> {
                if (isAdmitted(view, spec)) {
                    write(targetDatabase, view, spec, arrival);
                }
                sample(view, spec);
            }
            case RULED -> {
                if (isAdmitted(view, spec)) {
                    refuse(ruled(targetDatabase, view, spec, arrival));
                }
                sample(view, spec);
            }
            case DROP -> shop.heartbeat().met(view, place.offset);
            case SPLIT -> {
                split.clear();
                filter.copyWithoutExcluded(view, spec, split);
                splitParser.parse(split.array, 0, split.length, splitView);
                if (isAdmitted(splitView, spec)) {
                    late(targetDatabase, splitView, spec, arrival);
                }
            }
            case REFUSE -> rules.mixed(view, targetDatabase, place.offset);
        }
    }

    private boolean isAdmitted(CommandView view, CommandSpec spec)
            throws IOException, RewindException {
        place.quietFrom = spec.kind() == CommandKind.PUBLISH ? place.quietFrom : place.offset;
        return gate == null || gate.admits(view, spec, targetDatabase, place, arrival, sink);
    }

    private void sample(CommandView view, CommandSpec spec) {
        if (sample != null && spec.singleKey() && view.argumentCount > 1) {
            sample.wrote(place.database, view.buffer, view.offsets[1], view.lengths[1]);
        }
    }

    /// A command that the stream has passed already, or that is a part of one.
    private void late(int database, CommandView view, CommandSpec spec, LongSupplier arrivedMillis)
            throws IOException, RewindException {
        SynclineException stop = ruled(database, view, spec, arrivedMillis);
        if (stop != null) {
            throw stop;
        }
    }

    /// Writes what the user's rules make of a command.
    ///
    /// @return why the task stops at it; null when it goes on
    private @Nullable SynclineException ruled(
            int database, CommandView view, CommandSpec spec, LongSupplier arrivedMillis)
            throws IOException, RewindException {
        switch (rules.judge(database, view, spec)) {
            case AS_IS -> write(database, view, spec, arrivedMillis);
            case CHANGED -> write(database, rules.command(), rules.spec(), arrivedMillis);
            case DROPPED -> {}
            case REFUSED -> {
                return rules.refuse(view, database, place.offset);
            }
        }
        return null;
    }

    /// Stops before a command, so that the task can be started again with another policy.
    private void refuse(@Nullable SynclineException stop) throws RewindException {
        if (stop != null) {
            place.offset = place.start;
            finish();
            throw stop;
        }
    }

    /// @param arrivedMillis asked for few commands, since to find it out takes a lock
    private void write(int database, CommandView view, CommandSpec spec, LongSupplier arrivedMillis)
            throws IOException, RewindException {
        send(database, view, spec, arrivedMillis);
        if (shop.held().hasNews()) {
            note(follow(database, view, spec));
        }
    }

    private void send(int database, CommandView view, CommandSpec spec, LongSupplier arrivedMillis)
            throws IOException, RewindException {
        if (rewriter.concerns(view, spec)) {
            ByteBuilder out = writer.open(database, view, spec, place);
            if (out != null) {
                shop.held().at(database, place.offset);
                long arrived = shop.sourceMillis(arrivedMillis.getAsLong());
                int count = rewriter.rewrite(view, spec, arrived, out);
                writer.close(count > 0 ? count + shop.held().note(out) : 0, place);
                if (count != Rewriter.LEAVE) {
                    return;
                }
            }
        }
        if (spec.kind() == CommandKind.FUNCTION || spec.kind() == CommandKind.SCRIPT) {
            writer.broadcast(database, view, spec, place);
        } else {
            writer.append(database, view, spec, place);
        }
    }

    /// An expiry that is held goes where its key goes.
    ///
    /// @return the database that it goes to
    private int follow(int database, CommandView view, CommandSpec spec) {
        boolean renames = spec.name().equals("RENAME") || spec.name().equals("RENAMENX");
        boolean goes =
                renames || spec.kind() == CommandKind.MOVE || spec.kind() == CommandKind.COPY;
        if (view.argumentCount < 3 || !goes) {
            return database;
        }
        int entered = rewriter.entered(view, spec);
        int into = entered == DatabaseMap.EXCLUDED ? database : entered;
        HeldExpiries held = shop.held();
        held.at(database, place.offset);
        if (held.notes().canStandIn(into)) {
            held.follow(view, 1, spec.kind() == CommandKind.MOVE ? 1 : 2, into);
        }
        return into;
    }

    /// Also of a command that went on as it came.
    private void note(int database) throws RewindException {
        split.clear();
        int count = shop.held().note(split);
        for (int i = 0, from = 0; i < count; i++, from = splitView.end) {
            splitParser.parse(split.array, from, split.length, splitView);
            writer.append(database, splitView, table.find(splitView), place);
        }
    }
}
