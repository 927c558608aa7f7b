package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;

/// Writes a stream as commands, as the server does when it rewrites its append-only file (Redis
/// `aof.c`: `rewriteStreamObject`).
final class StreamCommands {
    /// An id is at most two numbers of 20 digits and a dash.
    private static final int ID_TEXT_BYTES = 41;

    private final TargetFormat target;
    private final int chunkElements;
    private final CommandSink sink;

    private final ByteBuilder out = new ByteBuilder(1024);
    private final ByteBuilder id = new ByteBuilder(ID_TEXT_BYTES);
    private byte[] key = {};

    private boolean anyEntry;
    private long fieldsLeft;

    private byte[] group = {};
    private byte[] consumer = {};

    /// Ids of pending entries that share both times, since one XCLAIM gives them to all its ids.
    private final ByteBuilder claimed = new ByteBuilder(1024);

    private int claimedCount;
    private long deliveredAtMillis;
    private long deliveries;

    StreamCommands(TargetFormat target, int chunkElements, CommandSink sink) {
        this.target = target;
        this.chunkElements = chunkElements;
        this.sink = sink;
    }

    void start(byte[] key) {
        this.key = key;
        anyEntry = false;
        fieldsLeft = 0;
        claimed.clear();
        claimedCount = 0;
    }

    void finish() throws IOException {
        flushClaims();
    }

    void streamEntry(long millis, long sequence, long fieldCount) throws IOException {
        requireStreams();
        if (fieldCount < 1 || fieldCount > CommandEncoder.MAX_ENTRY_FIELDS) {
            throw new UnsupportedValueException(
                    "a stream entry has "
                            + fieldCount
                            + " fields; XADD takes 1 to "
                            + CommandEncoder.MAX_ENTRY_FIELDS);
        }
        anyEntry = true;
        fieldsLeft = fieldCount;
        begin(3 + 2 * (int) fieldCount, "XADD");
        putId(out, millis, sequence);
    }

    void streamField(ByteSlice field, ByteSlice value) throws IOException {
        RespWriter.bulk(out, field.array, field.offset, field.length);
        RespWriter.bulk(out, value.array, value.offset, value.length);
        fieldsLeft--;
        if (fieldsLeft == 0) {
            sink.accept(out);
        }
    }

    void streamEnd(StreamState state) throws IOException {
        requireStreams();
        if (!anyEntry) {
            createEmpty(state);
        }
        boolean counters = state.countersKnown() && target.hasStreamCounters();
        begin(counters ? 7 : 3, "XSETID");
        putId(out, state.lastMillis(), state.lastSequence());
        if (counters) {
            RespWriter.bulk(out, "ENTRIESADDED");
            RespWriter.bulk(out, state.entriesAdded());
            RespWriter.bulk(out, "MAXDELETEDID");
            putId(out, state.maxDeletedMillis(), state.maxDeletedSequence());
        }
        sink.accept(out);
    }

    /// Adds an entry that is trimmed away at once: no other command makes a stream without entries
    /// and without groups. 0-0 is no id of an entry.
    private void createEmpty(StreamState state) throws IOException {
        boolean zero = state.lastMillis() == 0 && state.lastSequence() == 0;
        begin(7, "XADD");
        RespWriter.bulk(out, "MAXLEN");
        RespWriter.bulk(out, 0);
        putId(out, state.lastMillis(), zero ? 1 : state.lastSequence());
        RespWriter.bulk(out, "x");
        RespWriter.bulk(out, "y");
        sink.accept(out);
    }

    void streamGroup(ByteSlice name, long lastMillis, long lastSequence, long entriesRead)
            throws IOException {
        flushClaims();
        group = name.toBytes();
        boolean counter = entriesRead >= 0 && target.hasStreamCounters();
        out.clear();
        RespWriter.array(out, counter ? 7 : 5);
        RespWriter.bulk(out, "XGROUP");
        RespWriter.bulk(out, "CREATE");
        RespWriter.bulk(out, key);
        RespWriter.bulk(out, group);
        putId(out, lastMillis, lastSequence);
        if (counter) {
            RespWriter.bulk(out, "ENTRIESREAD");
            RespWriter.bulk(out, entriesRead);
        }
        sink.accept(out);
    }

    /// Before Redis 6.2 a consumer exists only from its first pending entry on.
    void streamConsumer(ByteSlice name) throws IOException {
        flushClaims();
        consumer = name.toBytes();
        if (target.hasCreateConsumer()) {
            out.clear();
            RespWriter.array(out, 5);
            RespWriter.bulk(out, "XGROUP");
            RespWriter.bulk(out, "CREATECONSUMER");
            RespWriter.bulk(out, key);
            RespWriter.bulk(out, group);
            RespWriter.bulk(out, consumer);
            sink.accept(out);
        }
    }

    void streamPending(long millis, long sequence, long deliveredAtMillis, long deliveries)
            throws IOException {
        boolean same = this.deliveredAtMillis == deliveredAtMillis && this.deliveries == deliveries;
        if (!same || claimedCount == chunkElements) {
            flushClaims();
        }
        this.deliveredAtMillis = deliveredAtMillis;
        this.deliveries = deliveries;
        putId(claimed, millis, sequence);
        claimedCount++;
    }

    private void flushClaims() throws IOException {
        if (claimedCount == 0) {
            return;
        }
        begin(11 + claimedCount, "XCLAIM");
        RespWriter.bulk(out, group);
        RespWriter.bulk(out, consumer);
        RespWriter.bulk(out, 0);
        out.put(claimed.array, 0, claimed.length);
        RespWriter.bulk(out, "TIME");
        RespWriter.bulk(out, deliveredAtMillis);
        RespWriter.bulk(out, "RETRYCOUNT");
        RespWriter.bulk(out, deliveries);
        RespWriter.bulk(out, "FORCE");
        RespWriter.bulk(out, "JUSTID");
        sink.accept(out);
        claimed.clear();
        claimedCount = 0;
    }

    private void begin(int arguments, String command) {
        out.clear();
        RespWriter.array(out, arguments);
        RespWriter.bulk(out, command);
        RespWriter.bulk(out, key);
    }

    private void requireStreams() throws UnsupportedValueException {
        if (!target.hasStreams()) {
            throw new UnsupportedValueException(target + " has no streams");
        }
    }

    private void putId(ByteBuilder to, long millis, long sequence) {
        id.clear();
        putUnsigned(millis);
        id.put((byte) '-');
        putUnsigned(sequence);
        RespWriter.bulk(to, id.array, 0, id.length);
    }

    private void putUnsigned(long value) {
        if (value >= 0) {
            id.putDecimal(value);
        } else {
            id.putAscii(Long.toUnsignedString(value));
        }
    }
}
