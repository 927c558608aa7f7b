package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Decodes streams of all five generations (types 15, 19, 21, 26, 27; Redis `rdb.c` and
/// `t_stream.c`).
///
/// A node is a listpack that begins with a master entry: count, deleted, number of fields, the
/// fields, 0. Each entry then has flags, the difference of its id to the node's, its fields (unless
/// it shares the master's), its values, and how many elements it was.
final class StreamDecoder {
    private static final int ID_BYTES = 16;
    private static final int DELETED = 1;
    private static final int SAME_FIELDS = 2;

    private static final VarHandle LONG_BIG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final PackedList entries;
    private final PackedList masterFields;
    private final PendingEntries pending = new PendingEntries();
    private final ByteSlice node = new ByteSlice();
    private final ByteSlice first = new ByteSlice();
    private final ByteSlice second = new ByteSlice();
    private final RdbInput in;
    private final ValueVisitor visitor;
    private final int generation;

    StreamDecoder(RdbInput in, ValueVisitor visitor, int generation) {
        this.in = in;
        this.visitor = visitor;
        this.generation = generation;
        entries = new PackedList(in);
        masterFields = new PackedList(in);
    }

    void decode() throws IOException {
        for (long left = in.readCount("the number of stream nodes"); left > 0; left--) {
            decodeNode();
        }
        visitor.streamEnd(readState());
        for (long left = in.readCount("the number of consumer groups"); left > 0; left--) {
            decodeGroup();
        }
        if (generation >= 4) {
            // No command could say what producers have sent before, so this is not told.
            ValueWalk.skipIdempotence(in);
        }
    }

    private StreamState readState() throws IOException {
        long length = in.readCount("a stream's length");
        long lastMillis = in.readNumber("a stream's last id");
        long lastSequence = in.readNumber("a stream's last id");
        if (generation == 1) {
            return new StreamState(length, lastMillis, lastSequence, false, 0, 0, 0, 0, 0);
        }
        return new StreamState(
                length,
                lastMillis,
                lastSequence,
                true,
                in.readNumber("a stream's first id"),
                in.readNumber("a stream's first id"),
                in.readNumber("a stream's greatest deleted id"),
                in.readNumber("a stream's greatest deleted id"),
                in.readNumber("a stream's number of entries ever added"));
    }

    private void decodeNode() throws IOException {
        RdbStrings.read(in, first);
        if (first.length != ID_BYTES) {
            throw in.malformed(
                    "a stream node's id", first.length + " bytes", "it must be " + ID_BYTES);
        }
        // The id may stand compressed or not; either way it is read before the node replaces it.
        long baseMillis = (long) LONG_BIG.get(first.array, first.offset);
        long baseSequence = (long) LONG_BIG.get(first.array, first.offset + 8);
        RdbStrings.read(in, node);
        entries.openListpack(node);
        entries.requireInteger("a node's number of entries");
        entries.requireInteger("a node's number of deleted entries");
        long masterCount = fieldCount(entries.requireInteger("a node's number of fields"));
        int masterPlace = entries.place();
        for (long left = masterCount; left > 0; left--) {
            entries.require("a node's field");
        }
        entries.requireInteger("the end of a node's fields");
        while (entries.next()) {
            long flags = entries.isInteger() ? entries.integer() : -1;
            if (flags < 0 || flags > (DELETED | SAME_FIELDS)) {
                throw entries.malformed("entry's flags", flags, "they must be from 0 to 3");
            }
            long millis = baseMillis + entries.requireInteger("an entry's time");
            long sequence = baseSequence + entries.requireInteger("an entry's sequence");
            boolean same = (flags & SAME_FIELDS) != 0;
            long count =
                    same
                            ? masterCount
                            : fieldCount(entries.requireInteger("an entry's number of fields"));
            boolean told = (flags & DELETED) == 0;
            if (told) {
                visitor.streamEntry(millis, sequence, count);
            }
            if (same) {
                masterFields.seek(entries, masterPlace);
            }
            decodeFields(count, same ? masterFields : entries, told);
            entries.requireInteger("an entry's number of elements");
        }
    }

    private void decodeFields(long count, PackedList fields, boolean told) throws IOException {
        for (long left = count; left > 0; left--) {
            fields.require("an entry's field");
            fields.read(first);
            entries.require("an entry's value");
            entries.read(second);
            if (told) {
                visitor.streamField(first, second);
            }
        }
    }

    private long fieldCount(long count) throws RdbFormatException {
        if (count < 0) {
            throw entries.malformed("number of fields", count, "it must not be negative");
        }
        return count;
    }

    private void decodeGroup() throws IOException {
        in.retain(in.position);
        in.skipString();
        long lastMillis = in.readNumber("a group's last id");
        long lastSequence = in.readNumber("a group's last id");
        long entriesRead = generation >= 2 ? in.readNumber("a group's read counter") : -1;
        RdbStrings.readAt(in, in.mark(), first);
        visitor.streamGroup(first, lastMillis, lastSequence, entriesRead);
        in.release();
        pending.read(in);
        for (long left = in.readCount("the number of consumers"); left > 0; left--) {
            decodeConsumer();
        }
        if (generation >= 5 && in.readCount("the number of entries given back") > 0) {
            throw entriesGivenBack();
        }
    }

    static UnsupportedValueException entriesGivenBack() {
        return new UnsupportedValueException(
                "a stream with entries that consumers gave back (XNACK of Redis 8.8) can only travel"
                        + " as it is");
    }

    private void decodeConsumer() throws IOException {
        in.retain(in.position);
        in.skipString();
        long seenAtMillis = in.readLong();
        long activeAtMillis = generation >= 3 ? in.readLong() : -1;
        RdbStrings.readAt(in, in.mark(), first);
        visitor.streamConsumer(first, seenAtMillis, activeAtMillis);
        in.release();
        for (long left = in.readCount("the number of a consumer's pending entries");
                left > 0;
                left--) {
            long millis = in.readLongBigEndian();
            long sequence = in.readLongBigEndian();
            int index = pending.find(in, millis, sequence);
            visitor.streamPending(
                    millis, sequence, pending.deliveredAtMillis(index), pending.deliveries(index));
        }
    }
}
