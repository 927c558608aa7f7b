package io.syncline.engine.pair;

import java.io.IOException;
import java.io.InputStream;

/// A buffered stream for one reading thread. The library's own takes a lock for each byte, and
/// answers are read byte by byte.
final class AnswerInput extends InputStream {
    /// A few hundred short answers.
    private static final int BUFFER_BYTES = 8 << 10;

    private final InputStream input;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;

    AnswerInput(InputStream input) {
        this.input = input;
    }

    @Override
    public int read() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        return buffer[position++] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (position == limit) {
            if (length >= BUFFER_BYTES) {
                return input.read(bytes, offset, length);
            }
            if (!fill()) {
                return length == 0 ? 0 : -1;
            }
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, offset, count);
        position += count;
        return count;
    }

    private boolean fill() throws IOException {
        int count = input.read(buffer, 0, BUFFER_BYTES);
        if (count <= 0) {
            return false;
        }
        position = 0;
        limit = count;
        return true;
    }
}
