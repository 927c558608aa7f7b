package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.rdb.CommandEncoder;
import io.syncline.engine.rdb.DumpPayload;
import io.syncline.engine.rdb.RdbFormatException;
import io.syncline.engine.rdb.RdbLimits;
import io.syncline.engine.rdb.RdbReader;
import io.syncline.engine.rdb.RdbType;
import io.syncline.engine.rdb.UnsupportedValueException;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.Refusal;
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
    private final CommandSpec set = CommandTable.standard().find("SET");
    private final CommandView setView = new CommandView();
    private final ByteBuilder scratch = new ByteBuilder(4 << 10);
    private final RdbReader reader;
    private final KeyObserver keys;
    private final long extendMillis;
    private int targetDatabase;
    private int streamDatabase;
    private boolean rewound;
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
        extendMillis = shop.options().extendExpiry().toMillis();
        reader = new RdbReader(decoder.snapshotInput(this::await), RdbLimits.DEFAULT);
    }

    /// Copies the snapshot.
    ///
    /// @return the database of the stream behind it, or -1 when the link stopped or the source left
    /// @throws RewindException when the target lost what it had acknowledged: begin again
    int run() throws IOException, RewindException {
        writer.beginSnapshot();
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
            case MODULE_AUX, SLOT_INFO, SLOT_IMPORT -> {}
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
        scratch.clear();
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
        keys.key(targetDatabase, key);
        if (!reader.isWhole()) {
            large(key);
        } else if (reader.type() == RdbType.STRING && reader.keyMetadata().length == 0) {
            string(key);
        } else {
            restore(key);
        }
        progress.snapshotKeys.setRelease(++keyCount);
    }

    /// A snapshot's offsets count commands, so that every batch ends at a place of its own.
    private void written() throws RewindException {
        written(1);
    }

    private void written(int commands) throws RewindException {
        place.offset++;
        writer.close(commands, place);
    }

    private long expiry() {
        long at = reader.expireAtMillis();
        return at < 0 ? -1 : at + extendMillis;
    }

    private void string(ByteSlice key) throws IOException, RewindException {
        long expiry = expiry();
        if (expiry >= 0 && !shop.rewriter().targetKnowsAbsoluteSet()) {
            restore(key);
            return;
        }
        ByteSlice value = reader.stringValue();
        if (expiry < 0 && value.length <= MERGED_BYTES) {
            plainSet(key, value);
            return;
        }
        ByteBuilder wire = writer.open(targetDatabase, key, true, place);
        wire.ensure(key.length + value.length + 96);
        RespWriter.array(wire, expiry < 0 ? 3 : 5);
        RespWriter.bulk(wire, SET);
        bulk(wire, key);
        bulk(wire, value);
        if (expiry >= 0) {
            RespWriter.bulk(wire, PXAT);
            RespWriter.bulk(wire, expiry);
        }
        written();
    }

    /// Longer values gain nothing from being joined, and would be copied once more.
    private static final int MERGED_BYTES = 16 << 10;

    private static final byte[] SET = {'S', 'E', 'T'};
    private static final byte[] PXAT = {'P', 'X', 'A', 'T'};

    private void plainSet(ByteSlice key, ByteSlice value) throws RewindException {
        scratch.clear();
        RespWriter.array(scratch, 3);
        RespWriter.bulk(scratch, SET);
        setView.offsets[0] = scratch.length - 5;
        setView.lengths[0] = 3;
        bulk(scratch, key);
        setView.offsets[1] = scratch.length - 2 - key.length;
        setView.lengths[1] = key.length;
        bulk(scratch, value);
        setView.offsets[2] = scratch.length - 2 - value.length;
        setView.lengths[2] = value.length;
        setView.buffer = scratch.array;
        setView.start = 0;
        setView.end = scratch.length;
        setView.argumentCount = 3;
        place.offset++;
        writer.append(targetDatabase, setView, set, place);
    }

    private void restore(ByteSlice key) throws IOException, RewindException {
        boolean direct = shop.payloads().isDirect(reader.type());
        if (!direct) {
            scratch.clearAndTrim(1 << 20);
            try {
                shop.payloads().write(reader.type(), reader.value(), scratch);
            } catch (UnsupportedValueException e) {
                refuse(key, e);
                return;
            }
        }
        boolean replaces = shop.rewriter().targetKnowsReplace();
        ByteBuilder wire = writer.open(targetDatabase, key, replaces, place);
        boolean modern = shop.rewriter().targetKnowsAbsoluteRestore();
        boolean absolute = modern && reader.expireAtMillis() >= 0;
        boolean idle = modern && reader.idleSeconds() >= 0;
        boolean used = modern && reader.frequency() >= 0;
        if (!replaces) {
            RespWriter.array(wire, 2);
            RespWriter.bulk(wire, "DEL");
            bulk(wire, key);
        }
        RespWriter.array(
                wire, 4 + (replaces ? 1 : 0) + (absolute ? 1 : 0) + (idle || used ? 2 : 0));
        RespWriter.bulk(wire, RESTORE);
        bulk(wire, key);
        RespWriter.bulk(wire, restoreExpiry(modern));
        if (direct) {
            ByteSlice value = reader.value();
            int length = value.length + DumpPayload.OVERHEAD_BYTES;
            wire.ensure(length + 96);
            wire.put((byte) '$').putDecimal(length).putLineEnd();
            DumpPayload.write(wire, reader.type(), value, shop.payloads().version());
            wire.putLineEnd();
        } else {
            RespWriter.bulk(wire, scratch.array, 0, scratch.length);
        }
        if (replaces) {
            RespWriter.bulk(wire, REPLACE);
        }
        if (absolute) {
            RespWriter.bulk(wire, ABSTTL);
        }
        if (idle) {
            RespWriter.bulk(wire, "IDLETIME");
            RespWriter.bulk(wire, reader.idleSeconds());
        } else if (used) {
            RespWriter.bulk(wire, "FREQ");
            RespWriter.bulk(wire, reader.frequency());
        }
        written(replaces ? 1 : 2);
    }

    private static final byte[] RESTORE = {'R', 'E', 'S', 'T', 'O', 'R', 'E'};
    private static final byte[] REPLACE = {'R', 'E', 'P', 'L', 'A', 'C', 'E'};
    private static final byte[] ABSTTL = {'A', 'B', 'S', 'T', 'T', 'L'};

    /// Zero means no expiry, so an expiry in the past becomes the first millisecond there is.
    private long restoreExpiry(boolean absolute) {
        long at = expiry();
        if (at < 0) {
            return 0;
        }
        return Math.max(1, absolute ? at : at - shop.sourceMillis(System.currentTimeMillis()));
    }

    /// A value that is too large to hold, or to be taken by the target at once: as commands.
    private void large(ByteSlice key) throws IOException, RewindException {
        byte[] name = key.toBytes();
        ByteSlice kept = new ByteSlice().set(name, 0, name.length);
        long expiry = expiry();
        command(kept, "DEL");
        CommandEncoder encoder =
                new CommandEncoder(shop.targetFormat(), command -> chunk(kept, command));
        encoder.start(kept);
        try {
            reader.streamValue(encoder);
            encoder.finish();
        } catch (UnsupportedValueException e) {
            refuse(kept, e);
            return;
        } catch (ChunkException e) {
            throw e.rewind;
        }
        if (expiry >= 0) {
            command(
                    kept,
                    "PEXPIREAT",
                    Long.toString(expiry).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    private void command(ByteSlice key, String name, byte[]... more) throws RewindException {
        ByteBuilder wire = writer.open(targetDatabase, key, false, place);
        RespWriter.array(wire, 2 + more.length);
        RespWriter.bulk(wire, name);
        bulk(wire, key);
        for (byte[] argument : more) {
            RespWriter.bulk(wire, argument);
        }
        written();
    }

    private void chunk(ByteSlice key, ByteBuilder command) throws IOException {
        try {
            writer.open(targetDatabase, key, false, place).put(command.array, 0, command.length);
            written();
        } catch (RewindException e) {
            throw new ChunkException(e);
        }
    }

    /// Carries a rewind through the value decoder.
    private static final class ChunkException extends IOException {
        private static final long serialVersionUID = 1L;
        private final RewindException rewind;

        ChunkException(RewindException rewind) {
            super(rewind);
            this.rewind = rewind;
        }
    }

    private void refuse(ByteSlice key, UnsupportedValueException why) {
        Refusal refusal =
                new Refusal(
                        0,
                        targetDatabase,
                        "RESTORE",
                        key.toString(),
                        String.valueOf(why.getMessage()),
                        "");
        if (!shop.refused(refusal)) {
            throw new SynclineException(
                    ErrorCode.VALUE_REFUSED,
                    shop.place(),
                    "the key '"
                            + refusal.key()
                            + "' in database "
                            + targetDatabase
                            + " cannot be expressed at the target: "
                            + refusal.reason(),
                    "Upgrade the target, or choose --on-refused skip to go on without such keys");
        }
        writer.record(refusal);
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
