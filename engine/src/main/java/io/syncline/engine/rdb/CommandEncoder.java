package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;

/// Writes a value as ordinary commands, in chunks, for targets that refuse its payload or would
/// stall on it: [#start] with the key, then the value, then [#finish]. Reused for the next key.
///
/// The key must not exist at the target: the caller deletes it before and sets its expiry after.
/// The chunks are not one atomic write. What no command can say is lost: when a consumer was seen,
/// which ids producers have used, and pending entries whose stream entry is deleted (Redis 7.0 and
/// later drop them in XCLAIM).
public final class CommandEncoder implements ValueVisitor {
    /// Elements in one command: few enough that the target answers others within a millisecond.
    public static final int DEFAULT_CHUNK_ELEMENTS = 512;

    /// Bytes in one command, save for a single larger element.
    public static final int DEFAULT_CHUNK_BYTES = 256 << 10;

    /// A longer string is written in parts: SET, then SETRANGE. Far below `proto-max-bulk-len` (512
    /// MiB) and large enough that the target moves the growing string only a few times.
    static final int STRING_PART_BYTES = 32 << 20;

    /// Redis before 7.0 takes 1,048,576 arguments in one command.
    static final int MAX_ENTRY_FIELDS = (1 << 19) - 2;

    private final TargetFormat target;
    private final int chunkElements;
    private final int chunkBytes;
    private final CommandSink sink;
    private final StreamCommands stream;

    private final ByteBuilder out = new ByteBuilder(1024);
    private final ByteBuilder body = new ByteBuilder(1024);
    private byte[] key = {};
    private String verb = "";
    private int elements;
    private int arguments;

    /// The fields of the open chunk that expire, all at [#expireAtMillis].
    private final ByteBuilder expiring = new ByteBuilder(64);

    private int expiringCount;
    private long expireAtMillis;

    public CommandEncoder(TargetFormat target, CommandSink sink) {
        this(target, DEFAULT_CHUNK_ELEMENTS, DEFAULT_CHUNK_BYTES, sink);
    }

    public CommandEncoder(
            TargetFormat target, int chunkElements, int chunkBytes, CommandSink sink) {
        if (chunkElements < 1 || chunkElements > MAX_ENTRY_FIELDS || chunkBytes < 1) {
            throw new IllegalArgumentException(
                    "chunks of "
                            + chunkElements
                            + " elements and "
                            + chunkBytes
                            + " bytes; both must be positive, elements at most "
                            + MAX_ENTRY_FIELDS);
        }
        this.target = target;
        this.chunkElements = chunkElements;
        this.chunkBytes = chunkBytes;
        this.sink = sink;
        this.stream = new StreamCommands(target, chunkElements, sink);
    }

    /// Begins a value. The key is copied.
    public void start(ByteSlice key) {
        this.key = key.toBytes();
        body.clear();
        elements = 0;
        arguments = 0;
        expiring.clear();
        expiringCount = 0;
        stream.start(this.key);
    }

    /// Ends a value: writes what the last chunk still holds.
    public void finish() throws IOException {
        flush();
        stream.finish();
        out.clearAndTrim(chunkBytes);
        body.clearAndTrim(chunkBytes);
    }

    @Override
    public void string(ByteSlice value) throws IOException {
        int first = Math.min(value.length, STRING_PART_BYTES);
        out.clear();
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "SET");
        RespWriter.bulk(out, key);
        RespWriter.bulk(out, value.array, value.offset, first);
        sink.accept(out);
        for (int at = first; at < value.length; ) {
            int part = Math.min(value.length - at, STRING_PART_BYTES);
            out.clear();
            RespWriter.array(out, 4);
            RespWriter.bulk(out, "SETRANGE");
            RespWriter.bulk(out, key);
            RespWriter.bulk(out, at);
            RespWriter.bulk(out, value.array, value.offset + at, part);
            sink.accept(out);
            at += part;
        }
    }

    @Override
    public void listElement(ByteSlice value) throws IOException {
        element("RPUSH", value.length);
        put(value);
    }

    @Override
    public void setMember(ByteSlice member) throws IOException {
        element("SADD", member.length);
        put(member);
    }

    @Override
    public void sortedSetMember(ByteSlice member, double score) throws IOException {
        if (Double.isNaN(score)) {
            throw new UnsupportedValueException(
                    "a sorted set has a member whose score is not a number; ZADD refuses it");
        }
        element("ZADD", member.length);
        ByteBuilder text = out;
        text.clear();
        Scores.write(text, score);
        RespWriter.bulk(body, text.array, 0, text.length);
        arguments++;
        put(member);
    }

    @Override
    public void hashField(ByteSlice field, ByteSlice value, long expireAtMillis)
            throws IOException {
        boolean expires = expireAtMillis >= 0;
        if (expires) {
            if (!target.hasFieldExpiry()) {
                throw new UnsupportedValueException(
                        target + " has no hashes whose fields expire, and fields of this one do");
            }
            if (expiringCount > 0 && this.expireAtMillis != expireAtMillis) {
                flush();
            }
        }
        element(target.hasMultiFieldHset() ? "HSET" : "HMSET", field.length + value.length);
        put(field);
        put(value);
        if (expires) {
            this.expireAtMillis = expireAtMillis;
            RespWriter.bulk(expiring, field.array, field.offset, field.length);
            expiringCount++;
        }
    }

    /// Makes room in the open chunk for one more element.
    private void element(String command, int length) throws IOException {
        if (elements > 0 && (elements == chunkElements || body.length + length > chunkBytes)) {
            flush();
        }
        verb = command;
        elements++;
    }

    private void put(ByteSlice value) {
        RespWriter.bulk(body, value.array, value.offset, value.length);
        arguments++;
    }

    private void flush() throws IOException {
        if (elements == 0) {
            return;
        }
        out.clear();
        RespWriter.array(out, 2 + arguments);
        RespWriter.bulk(out, verb);
        RespWriter.bulk(out, key);
        out.put(body.array, 0, body.length);
        sink.accept(out);
        body.clear();
        elements = 0;
        arguments = 0;
        if (expiringCount > 0) {
            out.clear();
            RespWriter.array(out, 5 + expiringCount);
            RespWriter.bulk(out, "HPEXPIREAT");
            RespWriter.bulk(out, key);
            RespWriter.bulk(out, expireAtMillis);
            RespWriter.bulk(out, "FIELDS");
            RespWriter.bulk(out, expiringCount);
            out.put(expiring.array, 0, expiring.length);
            sink.accept(out);
            expiring.clear();
            expiringCount = 0;
        }
    }

    @Override
    public void streamEntry(long millis, long sequence, long fieldCount) throws IOException {
        stream.streamEntry(millis, sequence, fieldCount);
    }

    @Override
    public void streamField(ByteSlice field, ByteSlice value) throws IOException {
        stream.streamField(field, value);
    }

    @Override
    public void streamEnd(StreamState state) throws IOException {
        stream.streamEnd(state);
    }

    @Override
    public void streamGroup(ByteSlice name, long lastMillis, long lastSequence, long entriesRead)
            throws IOException {
        stream.streamGroup(name, lastMillis, lastSequence, entriesRead);
    }

    @Override
    public void streamConsumer(ByteSlice name, long seenAtMillis, long activeAtMillis)
            throws IOException {
        stream.streamConsumer(name);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredAtMillis, long deliveries)
            throws IOException {
        stream.streamPending(millis, sequence, deliveredAtMillis, deliveries);
    }
}
