package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteInput;
import java.util.Random;

/// Bytes as they come from a socket: in pieces that nobody chose.
final class Chunks implements ByteInput {
    private final byte[] bytes;
    private final int most;
    private final Random random;
    private int at;

    private Chunks(byte[] bytes, int most, long seed) {
        this.bytes = bytes;
        this.most = most;
        this.random = new Random(seed);
    }

    /// As much as is asked for.
    static Chunks of(byte[] bytes) {
        return new Chunks(bytes, Integer.MAX_VALUE, 0);
    }

    /// From one to `most` bytes at a time.
    static Chunks random(byte[] bytes, int most, long seed) {
        return new Chunks(bytes, most, seed);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (at == bytes.length) {
            return -1;
        }
        int piece = most == Integer.MAX_VALUE ? most : 1 + random.nextInt(most);
        int count = Math.min(Math.min(length, bytes.length - at), piece);
        System.arraycopy(bytes, at, buffer, offset, count);
        at += count;
        return count;
    }
}
