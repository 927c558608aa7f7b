package io.syncline.engine.rdb;

import java.io.IOException;
import java.util.Arrays;

/// The pending entries of one consumer group: the file first lists them all with their times, then
/// names them again under each consumer, by id only. This is the one thing of a value that must be
/// held until its owner comes; it takes about as much memory as its bytes in the file.
final class PendingEntries {
    private static final int FIRST_CAPACITY = 64;

    private long[] millis = new long[FIRST_CAPACITY];
    private long[] sequences = new long[FIRST_CAPACITY];
    private long[] deliveredAt = new long[FIRST_CAPACITY];
    private long[] deliveries = new long[FIRST_CAPACITY];
    private int count;

    /// Reads a group's list. Its ids rise, since the server walks a radix tree.
    void read(RdbInput in) throws IOException {
        count = 0;
        for (long left = in.readCount("the number of pending entries"); left > 0; left--) {
            if (count == millis.length) {
                grow(in);
            }
            millis[count] = in.readLongBigEndian();
            sequences[count] = in.readLongBigEndian();
            deliveredAt[count] = in.readLong();
            deliveries[count] = in.readNumber("a pending entry's deliveries");
            if (count > 0 && compare(count - 1, millis[count], sequences[count]) >= 0) {
                throw in.malformed("a pending entry's id", idAt(count), "ids must rise");
            }
            count++;
        }
    }

    private void grow(RdbInput in) throws RdbFormatException {
        if (count > Integer.MAX_VALUE / 2 - FIRST_CAPACITY) {
            throw in.malformed(
                    "the number of pending entries of one group",
                    "above " + count,
                    "so many cannot be held in memory");
        }
        int larger = count * 2;
        millis = Arrays.copyOf(millis, larger);
        sequences = Arrays.copyOf(sequences, larger);
        deliveredAt = Arrays.copyOf(deliveredAt, larger);
        deliveries = Arrays.copyOf(deliveries, larger);
    }

    /// The index of an id that a consumer names.
    int find(RdbInput in, long idMillis, long idSequence) throws RdbFormatException {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compare(middle, idMillis, idSequence);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        throw in.malformed(
                "a consumer's pending entry",
                Long.toUnsignedString(idMillis) + "-" + Long.toUnsignedString(idSequence),
                "its group has no such pending entry");
    }

    private int compare(int index, long idMillis, long idSequence) {
        int order = Long.compareUnsigned(millis[index], idMillis);
        return order != 0 ? order : Long.compareUnsigned(sequences[index], idSequence);
    }

    private String idAt(int index) {
        return Long.toUnsignedString(millis[index]) + "-" + Long.toUnsignedString(sequences[index]);
    }

    long deliveredAtMillis(int index) {
        return deliveredAt[index];
    }

    long deliveries(int index) {
        return deliveries[index];
    }
}
