package io.syncline.engine.verify;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// A keyed 128-bit digest of bytes that arrive in pieces: SipHash-2-4 with the long output
/// (Aumasson, Bernstein: "SipHash: a fast short-input PRF", and `siphash.c` of its reference
/// implementation). Keyed at random for each run, so that nobody can prepare two values that pass
/// for equal.
final class Digest {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORD_BYTES = 8;
    private static final int FINAL_ROUNDS = 4;

    private final long key0;
    private final long key1;
    private final byte[] rest = new byte[WORD_BYTES];
    private int restLength;
    private long length;
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    Digest(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
        start();
    }

    /// What a digest came to.
    record Sum(long high, long low) {
        static final Sum ZERO = new Sum(0, 0);

        /// The sum of both as 128-bit numbers: the same in every order, for sets and hashes.
        Sum plus(Sum other) {
            long lows = low + other.low;
            long carry = Long.compareUnsigned(lows, low) < 0 ? 1 : 0;
            return new Sum(high + other.high + carry, lows);
        }
    }

    static Digest keyed(RandomGenerator random) {
        return new Digest(random.nextLong(), random.nextLong());
    }

    /// Another digest with the same key, for another thread.
    Digest twin() {
        return new Digest(key0, key1);
    }

    Digest start() {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        restLength = 0;
        length = 0;
        return this;
    }

    Digest add(byte[] bytes) {
        return add(bytes, 0, bytes.length);
    }

    Digest add(byte[] bytes, int offset, int count) {
        length += count;
        int at = offset;
        int end = offset + count;
        if (restLength > 0) {
            int taken = Math.min(WORD_BYTES - restLength, count);
            System.arraycopy(bytes, at, rest, restLength, taken);
            restLength += taken;
            at += taken;
            if (restLength < WORD_BYTES) {
                return this;
            }
            word((long) LONG.get(rest, 0));
            restLength = 0;
        }
        for (; end - at >= WORD_BYTES; at += WORD_BYTES) {
            word((long) LONG.get(bytes, at));
        }
        System.arraycopy(bytes, at, rest, 0, end - at);
        restLength = end - at;
        return this;
    }

    Digest add(long value) {
        byte[] bytes = new byte[WORD_BYTES];
        LONG.set(bytes, 0, value);
        return add(bytes);
    }

    Sum sum() {
        Arrays.fill(rest, restLength, WORD_BYTES, (byte) 0);
        rest[WORD_BYTES - 1] = (byte) length;
        word((long) LONG.get(rest, 0));
        v2 ^= 0xee;
        rounds(FINAL_ROUNDS);
        long low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        rounds(FINAL_ROUNDS);
        long high = v0 ^ v1 ^ v2 ^ v3;
        start();
        return new Sum(high, low);
    }

    private void word(long word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
