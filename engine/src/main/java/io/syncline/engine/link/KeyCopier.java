package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.rdb.DumpPayload;
import io.syncline.engine.rdb.RdbReader;
import io.syncline.engine.rdb.RdbType;
import io.syncline.engine.rdb.UnsupportedValueException;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.Refusal;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.TargetWriter;
import java.io.IOException;

/// Writes the keys of a snapshot: plain strings as SET, small ones joined into MSET, everything
/// else as RESTORE of the bytes as they stand, and what is too large for that as ordinary commands.
final class KeyCopier {
    private final Workshop shop;
    private final RdbReader reader;
    private final TargetWriter writer;
    private final Place place;
    private final ChunkedCopy chunks;
    private final CommandSpec set = CommandTable.standard().find("SET");
    private final CommandView setView = new CommandView();
    private final ByteBuilder scratch = new ByteBuilder(4 << 10);
    private final long extendMillis;
    private final boolean traced;
    private int targetDatabase;

    /// @param place moves on by one with each key's commands
    KeyCopier(Workshop shop, RdbReader reader, Place place) {
        this.shop = shop;
        this.reader = reader;
        this.writer = shop.writer();
        this.place = place;
        this.chunks = new ChunkedCopy(shop, reader, place);
        this.extendMillis = shop.options().extendExpiry().toMillis();
        this.traced = shop.options().tuning().tracedExpiry();
    }

    /// Copies the key that the reader stands at.
    void copy(int database, ByteSlice key) throws IOException, RewindException {
        targetDatabase = database;
        if (!reader.isWhole()) {
            chunked(key);
        } else if (reader.type() == RdbType.STRING && reader.keyMetadata().length == 0) {
            string(key);
        } else if (shop.payloads().elementCount(reader.type(), reader.value()) > LARGEST_ELEMENTS) {
            chunked(key);
        } else {
            restore(key);
        }
    }

    /// RESTORE of a value that is no packed list makes its elements one by one: half a microsecond
    /// each in a hash or set, one in a sorted set, as seen on Redis 7.0; so about 30 ms at most.
    private static final int LARGEST_ELEMENTS = 32 << 10;

    /// Old servers take two milliseconds for the checksum of a megabyte, and compute it twice.
    private static final int LARGEST_RESTORED = 4 << 20;

    /// A snapshot's offsets count commands, so that every batch ends at a place of its own.
    private void written() throws RewindException {
        written(1);
    }

    private void written(int commands) throws RewindException {
        place.offset++;
        writer.close(commands, place);
    }

    private long expiry(ByteSlice key) {
        long at = reader.expireAtMillis();
        if (at < 0) {
            return -1;
        }
        if (traced) {
            long now = shop.sourceMillis(System.currentTimeMillis());
            return at < now + SOON_MILLIS ? now + LEAST_LIFE_MILLIS : at + extendMillis;
        }
        return shop.held().sent(targetDatabase, key, at + extendMillis, shop.progress());
    }

    /// Usual times until what is sent is executed.
    private static final long SOON_MILLIS = 5_000;

    /// As long as a target may take to answer. The source's own deletion comes by the stream.
    private static final long LEAST_LIFE_MILLIS = 60_000;

    private void string(ByteSlice key) throws IOException, RewindException {
        long expiry = expiry(key);
        if (expiry >= 0 && !shop.rewriter().targetKnowsAbsoluteSet()) {
            if (reader.value().length > LARGEST_RESTORED) {
                chunked(key);
            } else {
                restore(key);
            }
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
                refuse(key, String.valueOf(e.getMessage()));
                return;
            }
        }
        boolean replaces = shop.rewriter().targetKnowsReplace();
        ByteBuilder wire = writer.open(targetDatabase, key, true, place);
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
        RespWriter.bulk(wire, restoreExpiry(key, modern));
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
    private long restoreExpiry(ByteSlice key, boolean absolute) {
        long at = expiry(key);
        if (at < 0) {
            return 0;
        }
        return Math.max(1, absolute ? at : at - shop.sourceMillis(System.currentTimeMillis()));
    }

    private void chunked(ByteSlice key) throws IOException, RewindException {
        byte[] name = key.toBytes();
        long expiry = expiry(key);
        String refusal = chunks.copy(targetDatabase, name, expiry);
        if (refusal != null) {
            refuse(new ByteSlice().set(name, 0, name.length), refusal);
        }
    }

    private void refuse(ByteSlice key, String why) {
        Refusal refusal = new Refusal(0, targetDatabase, "RESTORE", key.toString(), why, "");
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
}
