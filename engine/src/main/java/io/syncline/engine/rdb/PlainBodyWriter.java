package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Writes a value's body in one of the plain types, which are lists of strings and which every
/// server loads into whatever encoding it prefers.
final class PlainBodyWriter implements CollectionVisitor {
    private static final int COUNT_BYTES = 5;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BIG =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final ByteBuilder out;
    private final RdbType type;
    private final long leastExpiryMillis;
    private final int countAt;
    private int count;

    /// Starts the body, behind the type byte.
    ///
    /// @param leastExpiryMillis the least expiry of all fields, to which type 24 relates the others
    PlainBodyWriter(ByteBuilder out, RdbType type, long leastExpiryMillis) {
        this.out = out;
        this.type = type;
        this.leastExpiryMillis = leastExpiryMillis;
        if (type == RdbType.HASH_EXPIRY) {
            putLong(leastExpiryMillis);
        }
        countAt = out.length;
        out.ensure(COUNT_BYTES);
        out.length += COUNT_BYTES;
    }

    /// Writes the number of elements, which is known only now, in its form of four bytes.
    void finish() {
        out.array[countAt] = (byte) 0x80;
        INT_BIG.set(out.array, countAt + 1, count);
    }

    @Override
    public void listElement(ByteSlice value) {
        putString(value);
        count++;
    }

    @Override
    public void setMember(ByteSlice member) {
        putString(member);
        count++;
    }

    @Override
    public void sortedSetMember(ByteSlice member, double score) {
        putString(member);
        count++;
        if (type == RdbType.SORTED_SET_2) {
            putLong(Double.doubleToRawLongBits(score));
            return;
        }
        if (Double.isInfinite(score) || Double.isNaN(score)) {
            out.put((byte) (Double.isNaN(score) ? 253 : score > 0 ? 254 : 255));
            return;
        }
        int lengthAt = out.length;
        out.put((byte) 0);
        Scores.write(out, score);
        out.array[lengthAt] = (byte) (out.length - lengthAt - 1);
    }

    @Override
    public void hashField(ByteSlice field, ByteSlice value, long expireAtMillis) {
        if (type == RdbType.HASH_EXPIRY) {
            putNumber(expireAtMillis < 0 ? 0 : expireAtMillis - leastExpiryMillis + 1);
        }
        putString(field);
        putString(value);
        if (type == RdbType.HASH_VALKEY) {
            putLong(expireAtMillis);
        }
        count++;
    }

    private void putString(ByteSlice value) {
        putNumber(value.length);
        out.put(value.array, value.offset, value.length);
    }

    private void putNumber(long number) {
        out.ensure(9);
        if (number < 0x40) {
            out.array[out.length++] = (byte) number;
        } else if (number < 0x4000) {
            out.array[out.length++] = (byte) (0x40 | (number >>> 8));
            out.array[out.length++] = (byte) number;
        } else if (number <= Integer.MAX_VALUE) {
            out.array[out.length] = (byte) 0x80;
            INT_BIG.set(out.array, out.length + 1, (int) number);
            out.length += 5;
        } else {
            out.array[out.length++] = (byte) 0x81;
            LONG.set(out.array, out.length, Long.reverseBytes(number));
            out.length += 8;
        }
    }

    private void putLong(long value) {
        out.ensure(8);
        LONG.set(out.array, out.length, value);
        out.length += 8;
    }
}
