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
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Batch;
import io.syncline.engine.target.Batcher;
import io.syncline.engine.target.Refusal;
import io.syncline.engine.target.StreamTarget;
import io.syncline.engine.target.StreamTarget.RewindException;
import java.io.IOException;

/// Incremental synchronization: takes commands out of the spool and puts them into batches, in
/// order.
///
/// The loop is the hot path. A plain command is looked up, judged and copied; everything that needs
/// more than that is a kind of its own in the `switch`.
final class StreamPhase {
    private final Workshop shop;
    private final Feed feed;
    private final StreamDecoder decoder;
    private final StreamTarget target;
    private final Batcher batcher;
    private final Progress progress;
    private final CommandTable table = CommandTable.standard();
    private final CommandFilter filter;
    private final Rewriter rewriter;
    private final DatabaseMap databases;
    private final Batcher.Place place = new Batcher.Place();
    private final ByteBuilder split = new ByteBuilder(256);
    private int targetDatabase;
    private boolean acknowledgementWanted;
    private long checkpointNanos = System.nanoTime();

    StreamPhase(Workshop shop, Feed feed, StreamDecoder decoder, long offset, int database) {
        this.shop = shop;
        this.feed = feed;
        this.decoder = decoder;
        this.target = shop.target();
        this.batcher = shop.batcher();
        this.progress = shop.progress();
        this.filter = shop.filter();
        this.rewriter = shop.rewriter();
        this.databases = shop.databases();
        place.offset = offset;
        place.replicationId = feed.replicationId();
        batcher.reset(offset);
        selectSource(database);
    }

    /// Runs until the stream ends, the link stops, or, if asked to, the target has caught up.
    ///
    /// @return whether the stream has ended, so that its feed says what comes next
    boolean run() throws IOException, RewindException {
        while (!shop.isStopping()) {
            try {
                if (decoder.next()) {
                    take(decoder.view);
                    continue;
                }
            } catch (RespFormatException e) {
                throw new SynclineException(
                        ErrorCode.MALFORMED_STREAM,
                        shop.place() + " offset " + place.offset,
                        "the stream is malformed: " + e.getMessage(),
                        "Start the task again; if it happens again at the same offset, report it with"
                                + " the source's version");
            }
            if (nothingToRead()) {
                return true;
            }
        }
        finish();
        return false;
    }

    /// @return whether the stream has ended
    private boolean nothingToRead() throws RewindException {
        place.replicationId = feed.replicationId();
        progress.replicationId = place.replicationId;
        batcher.flush(place);
        target.check();
        boolean idle = target.isIdle() && batcher.isEmpty();
        progress.processedOffset = place.offset;
        progress.appliedOffset = idle ? place.offset : target.appliedOffset();
        progress.receivedOffset = feed.receivedOffset();
        if (acknowledgementWanted && idle) {
            acknowledgementWanted = false;
            shop.receiver().acknowledgeNow(place.offset);
        }
        if (decoder.atEnd()) {
            finish();
            return true;
        }
        long now = System.nanoTime();
        if (now - checkpointNanos > shop.checkpointNanos()) {
            checkpointNanos = now;
            batcher.checkpoint(place);
        }
        if (!(idle && shop.idle(place.offset))) {
            shop.await();
        }
        return false;
    }

    private void finish() throws RewindException {
        batcher.checkpoint(place);
        target.drain();
        progress.processedOffset = place.offset;
        progress.appliedOffset = target.appliedOffset();
    }

    private void take(CommandView view) throws IOException, RewindException {
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
                batcher.cleanHere(place);
                batcher.sendIfFull(place);
            }
            case FLUSHALL, FLUSHDB, SWAPDB -> flush(view, spec);
            case CONTROL -> control(view);
            case READ -> {}
        }
    }

    private void selectSource(CommandView view) {
        try {
            selectSource(Integer.parseInt(view.text(1)));
        } catch (NumberFormatException e) {
            throw new SynclineException(
                    ErrorCode.MALFORMED_STREAM,
                    shop.place() + " offset " + place.offset,
                    "SELECT names '" + view.text(1) + "', which is no database",
                    "Start the task again");
        }
    }

    private void selectSource(int database) {
        place.database = database;
        targetDatabase = databases.target(database);
    }

    private void control(CommandView view) {
        if (view.argumentCount > 1 && view.isWord(0, "REPLCONF") && view.isWord(1, "GETACK")) {
            acknowledgementWanted = true;
        }
    }

    private void data(CommandView view, CommandSpec spec) throws IOException, RewindException {
        if (targetDatabase == DatabaseMap.EXCLUDED) {
            shop.heartbeat().met(view, place.offset);
            return;
        }
        if (!filter.passes(view, spec)) {
            return;
        }
        switch (filter.verdict(view, spec)) {
            case PASS -> write(view, spec);
            case DROP -> shop.heartbeat().met(view, place.offset);
            case SPLIT -> {
                split.clear();
                filter.copyWithoutExcluded(view, spec, split);
                Batch batch = batcher.open(targetDatabase, place);
                int start = batch.wire.length;
                batch.wire.put(split.array, 0, split.length);
                batcher.note(batch, start, 1, place);
            }
            case REFUSE -> mixed(view);
        }
        batcher.sendIfFull(place);
    }

    /// A command over a user's key and one of ours cannot be had by half.
    private void mixed(CommandView view) {
        String reason = "it mixes a key that is copied with one that never is";
        Refusal refusal = Refusal.of(view, place.offset, targetDatabase, reason);
        shop.refused(refusal);
        target.record(refusal);
    }

    private void write(CommandView view, CommandSpec spec) throws IOException, RewindException {
        Batch batch = batcher.open(targetDatabase, place);
        if (rewriter.concerns(view, spec)) {
            int start = batch.wire.length;
            int count =
                    rewriter.rewrite(
                            view, spec, shop.sourceMillis(decoder.arrivedMillis()), batch.wire);
            if (count == Rewriter.DROP) {
                return;
            }
            if (count != Rewriter.LEAVE) {
                batcher.note(batch, start, count, place);
                return;
            }
        }
        batcher.append(batch, view, spec, place);
    }

    private void flush(CommandView view, CommandSpec spec) throws RewindException {
        boolean swap = spec.kind() == CommandKind.SWAPDB;
        if (!swap && spec.kind() == CommandKind.FLUSHDB && targetDatabase == DatabaseMap.EXCLUDED) {
            return;
        }
        switch (shop.options().onFlush()) {
            case IGNORE -> {}
            case STOP -> {
                place.offset -= view.length();
                finish();
                throw new SynclineException(
                        ErrorCode.FLUSH_MET,
                        shop.place() + " offset " + place.offset,
                        "the source ran " + view.text(0) + " and the task is told to stop at that",
                        "Start it again with --on-flush apply or --on-flush ignore");
            }
            case APPLY -> {
                if (filter.passes(view, spec)) {
                    Batch batch = batcher.open(target.checkpointDatabase(), place);
                    new FlushWriter(target, databases, place)
                            .write(batch, batcher, view, spec, targetDatabase);
                    batcher.sendIfFull(place);
                }
            }
        }
    }
}
