package io.syncline.engine.link;

/// A set of keys by 64-bit hashes, open addressing: about 12 bytes a key.
///
/// Two different keys with one hash would let one stale key stay: among 100 million keys that is
/// about one chance in 3,700.
final class KeySet {
    private static final int FIRST_CAPACITY = 1 << 16;
    private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private long[] table = new long[FIRST_CAPACITY];
    private int size;

    void add(int database, byte[] array, int offset, int length) {
        if (size * 4L > table.length * 3L) {
            grow();
        }
        insert(hash(database, array, offset, length));
    }

    private void insert(long hash) {
        int mask = table.length - 1;
        int at = (int) (hash ^ hash >>> 32) & mask;
        while (table[at] != 0 && table[at] != hash) {
            at = (at + 1) & mask;
        }
        if (table[at] == 0) {
            table[at] = hash;
            size++;
        }
    }

    private void grow() {
        long[] old = table;
        table = new long[Math.multiplyExact(old.length, 2)];
        size = 0;
        for (long hash : old) {
            if (hash != 0) {
                insert(hash);
            }
        }
    }

    boolean contains(int database, byte[] array, int offset, int length) {
        long hash = hash(database, array, offset, length);
        int mask = table.length - 1;
        for (int at = (int) (hash ^ hash >>> 32) & mask; table[at] != 0; at = (at + 1) & mask) {
            if (table[at] == hash) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return size;
    }

    /// FNV-1a with a final mix; zero marks an empty place and is never a hash.
    private static long hash(int database, byte[] array, int offset, int length) {
        long hash = (OFFSET_BASIS ^ database) * PRIME;
        for (int i = offset; i < offset + length; i++) {
            hash = (hash ^ (array[i] & 0xff)) * PRIME;
        }
        hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
