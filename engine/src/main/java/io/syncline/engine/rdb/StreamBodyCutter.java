package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import java.io.IOException;

/// Writes a stream's body as an older generation: the same bytes without the parts that came later.
///
/// Generation 2 (Redis 7.0) brought the first id, the greatest deleted id and the counters; 3 (7.2)
/// the time a consumer was last active; 4 (8.6) the producers' ids at the end; 5 (8.8) the entries
/// that consumers gave back.
final class StreamBodyCutter {
    private static final int ID_BYTES = 16;
    private static final int TIME_BYTES = 8;

    private final RdbInput in;
    private final ByteBuilder out;
    private final int from;
    private final int to;

    /// The first byte that is neither copied nor left out yet.
    private int pending;

    StreamBodyCutter(RdbInput in, ByteBuilder out, int fromGeneration, int toGeneration) {
        this.in = in;
        this.out = out;
        this.from = fromGeneration;
        this.to = toGeneration;
        pending = in.position;
    }

    /// @throws UnsupportedValueException when entries were given back, which no older stream can
    ///   say
    void cut() throws IOException {
        for (long left = in.readCount("the number of stream nodes"); left > 0; left--) {
            in.skipString();
            in.skipString();
        }
        skipNumbers(3);
        if (from >= 2) {
            copyUpToHere();
            skipNumbers(5);
            dropUnless(to >= 2);
        }
        for (long left = in.readCount("the number of consumer groups"); left > 0; left--) {
            cutGroup();
        }
        copyUpToHere();
        if (from >= 4) {
            ValueWalk.skipIdempotence(in);
        }
    }

    private void cutGroup() throws IOException {
        in.skipString();
        skipNumbers(2);
        if (from >= 2) {
            copyUpToHere();
            skipNumbers(1);
            dropUnless(to >= 2);
        }
        for (long left = in.readCount("the number of pending entries"); left > 0; left--) {
            in.skipBytes(ID_BYTES + TIME_BYTES);
            in.readNumber("a pending entry's deliveries");
        }
        for (long left = in.readCount("the number of consumers"); left > 0; left--) {
            in.skipString();
            in.skipBytes(TIME_BYTES);
            if (from >= 3) {
                copyUpToHere();
                in.skipBytes(TIME_BYTES);
                dropUnless(to >= 3);
            }
            String ids = "the number of a consumer's pending entries";
            in.skipParts(in.readCount(ids), ID_BYTES, ids);
        }
        if (from >= 5) {
            copyUpToHere();
            if (in.readCount("the number of entries given back") > 0) {
                throw StreamDecoder.entriesGivenBack();
            }
            dropUnless(to >= 5);
        }
    }

    private void skipNumbers(int count) throws IOException {
        for (int left = count; left > 0; left--) {
            in.readNumber("a stream's number");
        }
    }

    private void copyUpToHere() {
        out.put(in.buffer, pending, in.position - pending);
        pending = in.position;
    }

    private void dropUnless(boolean kept) {
        if (!kept) {
            pending = in.position;
        }
    }
}
