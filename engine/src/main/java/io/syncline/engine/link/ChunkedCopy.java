package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.Slots;
import io.syncline.engine.rdb.CommandEncoder;
import io.syncline.engine.rdb.RdbReader;
import io.syncline.engine.rdb.UnsupportedValueException;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.TargetWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Copies a value that is too large to be held, or to be taken by the target at once: as ordinary
/// commands in chunks, of which none keeps the target busy for more than some milliseconds.
///
/// The chunks go to a key of our own, which takes the place of the real one at the end, in one
/// transaction: so nobody meets half a value, a value that is refused midway leaves nothing, and a
/// repeated snapshot takes no live key away. The key of our own expires, in case that nobody comes
/// back for it.
final class ChunkedCopy {
    /// Longer than any value takes to be copied; counted from the last of [#EXPIRY_EVERY] chunks.
    private static final String EXPIRY_MILLIS = "86400000";

    /// Some gigabytes of chunks at most.
    private static final int EXPIRY_EVERY = 8192;

    private final Workshop shop;
    private final RdbReader reader;
    private final TargetWriter writer;
    private final Place place;
    private final OwnKeys names;
    private int database;
    private int chunks;
    private byte[] own = {};

    /// @param place moves on by one with each chunk
    ChunkedCopy(Workshop shop, RdbReader reader, Place place) {
        this.shop = shop;
        this.reader = reader;
        this.writer = shop.writer();
        this.place = place;
        this.names = new OwnKeys(shop.options().task());
    }

    /// Copies the value that the reader stands at.
    ///
    /// @param expiryMillis in Unix time; -1 for never
    /// @return why the target cannot have it; null when it has
    @Nullable String copy(int ofDatabase, byte[] key, long expiryMillis)
            throws IOException, RewindException {
        database = ofDatabase;
        own = names.copy(shop.shard(), Slots.tag(Slots.of(key)));
        chunks = 0;
        // What was refused before is none of this value's.
        settle();
        long refusedBefore = shop.progress().refused.get();
        write(removal(), own);
        ByteSlice name = new ByteSlice().set(own, 0, own.length);
        CommandEncoder encoder = new CommandEncoder(shop.targetFormat(), this::chunk);
        encoder.start(name);
        String refusal = null;
        try {
            reader.streamValue(encoder);
            encoder.finish();
        } catch (UnsupportedValueException e) {
            refusal = String.valueOf(e.getMessage());
        } catch (ChunkException e) {
            throw e.rewind;
        }
        settle();
        if (refusal == null && shop.progress().refused.get() > refusedBefore) {
            refusal = "the target refused a part of it";
        }
        if (refusal != null) {
            write(removal(), own);
            return refusal;
        }
        take(key, expiryMillis);
        return null;
    }

    private void settle() throws RewindException {
        writer.flush(place);
        writer.drain();
    }

    /// What frees a large value without stopping the target meanwhile, where it knows that.
    private String removal() {
        return shop.rewriter().targetKnowsUnlink() ? "UNLINK" : "DEL";
    }

    /// Puts the copy in the place of the key, with what expiry it has to have.
    private void take(byte[] key, long expiryMillis) throws RewindException {
        ByteBuilder wire = open();
        put(wire, removal(), key);
        put(wire, "RENAME", own, key);
        if (expiryMillis < 0) {
            put(wire, "PERSIST", key);
        } else {
            put(wire, "PEXPIREAT", key, Long.toString(expiryMillis).getBytes(US_ASCII));
        }
        close(3);
    }

    private void chunk(ByteBuilder command) throws IOException {
        try {
            open().put(command.array, 0, command.length);
            close(1);
            if (chunks++ % EXPIRY_EVERY == 0) {
                write("PEXPIRE", own, EXPIRY_MILLIS.getBytes(US_ASCII));
            }
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

    private void write(String name, byte[]... arguments) throws RewindException {
        put(open(), name, arguments);
        close(1);
    }

    private static void put(ByteBuilder wire, String name, byte[]... arguments) {
        RespWriter.array(wire, 1 + arguments.length);
        RespWriter.bulk(wire, name);
        for (byte[] argument : arguments) {
            RespWriter.bulk(wire, argument);
        }
    }

    private ByteBuilder open() throws RewindException {
        return writer.open(database, new ByteSlice().set(own, 0, own.length), false, place);
    }

    private void close(int commands) throws RewindException {
        place.offset++;
        writer.close(commands, place);
    }
}
