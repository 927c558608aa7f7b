package io.syncline.engine.scan;

/// What is known of every key that was copied, by 64-bit hashes, open addressing: about 24 bytes a
/// key. Tells whether a value has changed since, and which keys a whole scan did not meet.
///
/// Two different keys with one hash are taken for one, whose value changes at each scan: among 100
/// million keys that is about one chance in 3,700, and costs a needless copy, or one deleted key
/// that stays.
final class KeyTable {
    private static final int FIRST_CAPACITY = 1 << 12;
    private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    /// The key was deleted at the source, and the target was told.
    private static final byte GONE = 3;

    private long[] hashes = new long[FIRST_CAPACITY];
    private long[] prints = new long[FIRST_CAPACITY];

    /// The scan that met the key last, or [#GONE].
    private byte[] marks = new byte[FIRST_CAPACITY];

    private int size;
    private int gone;

    /// 1 or 2, in turn.
    private byte scan = 1;

    /// What came of noting a key.
    enum Noted {
        NEW,
        CHANGED,
        SAME
    }

    /// Begins another scan: no key was met yet.
    void beginScan() {
        scan = (byte) (3 - scan);
    }

    /// A key is there, with this value.
    ///
    /// @param print of value and expiry
    Noted note(ScannedKey key, long print) {
        if (size * 4L >= hashes.length * 3L) {
            rebuild(Math.multiplyExact(hashes.length, 2), false);
        }
        long hash = hash(key);
        int at = find(hash);
        boolean known = hashes[at] != 0;
        Noted noted = !known ? Noted.NEW : prints[at] == print ? Noted.SAME : Noted.CHANGED;
        if (!known) {
            size++;
            hashes[at] = hash;
        } else if (marks[at] == GONE) {
            gone--;
            noted = Noted.CHANGED;
        }
        prints[at] = print;
        marks[at] = scan;
        return noted;
    }

    /// A key is not there.
    ///
    /// @return whether it was, so that it must be deleted at the target
    boolean remove(ScannedKey key) {
        int at = find(hash(key));
        if (hashes[at] == 0 || marks[at] == GONE) {
            return false;
        }
        marks[at] = GONE;
        gone++;
        return true;
    }

    /// Whether this scan has not met a key that was there before.
    boolean isMissing(ScannedKey key) {
        int at = find(hash(key));
        return hashes[at] != 0 && marks[at] != GONE && marks[at] != scan;
    }

    /// How many keys this scan has not met: counts, so not for each key.
    int missing() {
        int count = 0;
        for (int i = 0; i < hashes.length; i++) {
            count += hashes[i] != 0 && marks[i] != GONE && marks[i] != scan ? 1 : 0;
        }
        return count;
    }

    /// Whether anything is kept of a key, there or gone.
    boolean isKept(ScannedKey key) {
        return hashes[find(hash(key))] != 0;
    }

    /// Forgets keys that are gone.
    void forgetGone() {
        if (gone > 0) {
            rebuild(hashes.length, true);
        }
    }

    /// Keys that are there.
    int size() {
        return size - gone;
    }

    private void rebuild(int capacity, boolean dropGone) {
        long[] oldHashes = hashes;
        long[] oldPrints = prints;
        byte[] oldMarks = marks;
        hashes = new long[capacity];
        prints = new long[capacity];
        marks = new byte[capacity];
        size = 0;
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldHashes[i] == 0 || (dropGone && oldMarks[i] == GONE)) {
                continue;
            }
            int at = find(oldHashes[i]);
            hashes[at] = oldHashes[i];
            prints[at] = oldPrints[i];
            marks[at] = oldMarks[i];
            size++;
        }
        gone = dropGone ? 0 : gone;
    }

    private int find(long hash) {
        int mask = hashes.length - 1;
        int at = (int) (hash ^ hash >>> 32) & mask;
        while (hashes[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    /// FNV-1a with a final mix; zero marks an empty place and is never a hash.
    private static long hash(ScannedKey key) {
        long hash = (OFFSET_BASIS ^ key.database()) * PRIME;
        for (byte each : key.name()) {
            hash = (hash ^ (each & 0xff)) * PRIME;
        }
        hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
