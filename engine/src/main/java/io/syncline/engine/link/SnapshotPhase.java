package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.rdb.RdbFormatException;
import io.syncline.engine.rdb.RdbLimits;
import io.syncline.engine.rdb.RdbReader;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.TargetWriter;
import java.io.IOException;
import java.util.Arrays;

/// Full synchronization: every key of the source's snapshot, as RESTORE of its bytes, plain strings
/// as SET joined into MSET.
///
/// Batches are chained like those of the stream; their offsets count batches.
final class SnapshotPhase {
    private final Workshop shop;
    private final Feed feed;
    private final StreamDecoder decoder;
    private final TargetWriter writer;
    private final Progress progress;
    private final Place place = new Place();
    private final RdbReader reader;
    private final KeyObserver keys;
    private final KeyCopier copier;
    private final RuleDesk rules;
    private int targetDatabase;
    private int streamDatabase;
    private boolean rewound;
    private boolean unsettled;
    private long keyCount;

    /// Hears of every key that the snapshot holds, by its place in the target.
    interface KeyObserver {
        void key(int database, ByteSlice key);
    }

    SnapshotPhase(Workshop shop, Feed feed, StreamDecoder decoder, KeyObserver keys) {
        this.shop = shop;
        this.feed = feed;
        this.decoder = decoder;
        this.keys = keys;
        writer = shop.writer();
        progress = shop.progress();
        reader = new RdbReader(decoder.snapshotInput(this::await), RdbLimits.DEFAULT);
        copier = new KeyCopier(shop, reader, place);
        rules = new RuleDesk(shop);
    }

    /// Whether the snapshot was taken while slots were on their way to the shard: the stream of
    /// their owner says more than it, and another one has to be taken.
    boolean isUnsettled() {
        return unsettled;
    }

    /// Copies the snapshot.
    ///
    /// @return the database of the stream behind it, or -1 when the link stopped or the source left
    /// @throws RewindException when the target lost what it had acknowledged: begin again
    int run() throws IOException, RewindException {
        SlotGate gate = shop.gate();
        unsettled = gate != null && gate.snapshot().hasMovedSince(feed.baseOffset());
        if (unsettled) {
            return -1;
        }
        writer.beginSnapshot();
        shop.held().begin();
        progress.snapshotBytesTotal = feed.snapshotBytes();
        progress.snapshotBytesRead.set(0);
        progress.snapshotKeys.set(0);
        progress.snapshotKeysTotal.set(Progress.UNKNOWN);
        try {
            boolean more = true;
            while (more) {
                if (shop.isStopping()) {
                    return -1;
                }
                more = event();
                if (unsettled) {
                    return -1;
                }
            }
            markBehind();
        } catch (RdbFormatException e) {
            throw malformed(e.getMessage());
        } catch (java.io.EOFException e) {
            if (rewound) {
                throw new RewindException(null);
            }
            if (shop.isStopping() || feed.ending() != null) {
                return -1;
            }
            throw malformed(e.getMessage());
        }
        writer.flush(place);
        writer.drain();
        shop.held().notes().writeAll(shop);
        progress.snapshotOffset = place.offset;
        return streamDatabase;
    }

    private SynclineException malformed(@org.jspecify.annotations.Nullable String what) {
        return new SynclineException(
                ErrorCode.MALFORMED_STREAM,
                shop.place(),
                "the snapshot is malformed: " + what,
                "Start the task again; if it happens again, report it with the source's version");
    }

    private boolean event() throws IOException, RewindException {
        switch (reader.next()) {
            case KEY -> key();
            case SELECT_DATABASE -> targetDatabase = shop.databases().target(reader.database());
            case RESIZE -> {
                if (targetDatabase != DatabaseMap.EXCLUDED) {
                    progress.snapshotKeysTotal.updateAndGet(
                            known -> Math.max(0, known) + reader.resizeKeys());
                }
            }
            case AUX -> aux();
            case FUNCTION -> function();
            case MODULE_AUX, SLOT_INFO -> {}
            case SLOT_IMPORT -> unsettled = true;
            case END -> {
                return false;
            }
        }
        progress.snapshotBytesRead.setRelease(reader.position());
        return true;
    }

    private void aux() throws IOException, RewindException {
        if (reader.auxKey().equals("repl-stream-db")) {
            streamDatabase = Math.max(0, Integer.parseInt(reader.auxValue().toString()));
        } else if (reader.auxKey().equals("lua")) {
            // Scripts that a source up to 6.2 may later call by EVALSHA.
            everywhere("SCRIPT", "LOAD", reader.auxValue());
        }
    }

    private void function() throws IOException, RewindException {
        everywhere("FUNCTION", "LOAD", reader.functionCode());
    }

    /// Functions and scripts belong to no key: every node of the target gets them.
    private void everywhere(String command, String action, ByteSlice code)
            throws IOException, RewindException {
        boolean replace = command.equals("FUNCTION");
        ByteBuilder scratch = new ByteBuilder(code.length + 64);
        RespWriter.array(scratch, replace ? 4 : 3);
        RespWriter.bulk(scratch, command);
        RespWriter.bulk(scratch, action);
        if (replace) {
            RespWriter.bulk(scratch, "REPLACE");
        }
        bulk(scratch, code);
        CommandView view = new CommandView();
        new CommandParser().parse(scratch.array, 0, scratch.length, view);
        place.offset++;
        writer.broadcast(0, view, CommandTable.standard().find(view), place);
    }

    private void key() throws IOException, RewindException {
        ByteSlice key = reader.key();
        if (targetDatabase == DatabaseMap.EXCLUDED
                || shop.filter().isExcluded(key.array, key.offset, key.length)) {
            return;
        }
        SlotGate gate = shop.gate();
        if (gate != null && !gate.holds(key.array, key.offset, key.length)) {
            unsettled = true;
            return;
        }
        ShardPermit permit = shop.permit();
        if (permit != null && !permit.covers(key.array, key.offset, key.length)) {
            return;
        }
        ByteSlice name = rules.nameOf(targetDatabase, key);
        if (name == null) {
            return;
        }
        keys.key(targetDatabase, name);
        copier.copy(targetDatabase, name);
        progress.snapshotKeys.setRelease(++keyCount);
    }

    private static void bulk(ByteBuilder out, ByteSlice value) {
        RespWriter.bulk(out, value.array, value.offset, value.length);
    }

    /// Behind a diskless snapshot stand the 40 bytes that were announced.
    private void markBehind() throws IOException {
        feed.snapshotEnded(reader.position());
        ByteSlice rest = reader.remaining();
        byte[] mark = feed.mark();
        int have = Math.min(mark.length, rest.length);
        byte[] found =
                Arrays.copyOf(
                        Arrays.copyOfRange(rest.array, rest.offset, rest.offset + have),
                        mark.length);
        int at = have;
        while (at < mark.length) {
            int count = decoder.snapshotInput(this::await).read(found, at, mark.length - at);
            if (count < 0) {
                throw new java.io.EOFException("the snapshot's mark is cut off");
            }
            at += count;
        }
        if (!Arrays.equals(found, mark)) {
            throw malformed("behind it stands something else than the mark that was announced");
        }
        decoder.prepend(rest.array, rest.offset + have, rest.length - have);
        progress.snapshotBytesTotal = reader.position();
        progress.snapshotBytesRead.set(reader.position());
    }

    /// Called while no byte of the snapshot is there.
    private boolean await() throws IOException {
        if (shop.isStopping() || decoder.atEnd()) {
            return false;
        }
        try {
            writer.flush(place);
            writer.check();
        } catch (RewindException e) {
            rewound = true;
            return false;
        }
        shop.await();
        return true;
    }
}
