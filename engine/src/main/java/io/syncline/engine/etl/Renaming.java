package io.syncline.engine.etl;

import io.syncline.engine.bytes.ByteBuilder;
import java.util.Arrays;
import java.util.List;

/// Takes a key apart at the stars of one pattern and puts it together by another: what the first
/// star took stands where the first star of the other is, and so on.
///
/// A star takes as little as it can, the last one what is left: so a key is taken apart in one way.
/// Backwards there may be several, which [#origins] tries.
///
/// @param from what stands between the stars of the key's pattern: one more than stars
/// @param to the same of the new name
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record Renaming(byte[][] from, byte[][] to) {
    /// Each further one multiplies the ways to take a name apart.
    static final int MOST_STARS = 4;

    /// Nearly always there is one. Where there may be more than so many, nobody knows.
    static final int MOST_WAYS = 1_000;

    Renaming {
        if (from.length != to.length || from.length < 1 || from.length > MOST_STARS + 1) {
            throw new IllegalArgumentException(
                    "a renaming from " + from.length + " parts to " + to.length);
        }
    }

    private int stars() {
        return from.length - 1;
    }

    /// Appends a key's new name.
    ///
    /// @return false when the key does not fit, and nothing was appended
    boolean rename(byte[] buffer, int offset, int length, ByteBuilder out) {
        int stars = stars();
        if (stars == 0) {
            boolean same = length == from[0].length && stands(from[0], buffer, offset);
            if (same) {
                out.put(to[0]);
            }
            return same;
        }
        byte[] tail = from[stars];
        int end = offset + length - tail.length;
        int at = offset + from[0].length;
        if (at > end || !stands(from[0], buffer, offset) || !stands(tail, buffer, end)) {
            return false;
        }
        // Each begins behind the part before it and ends at the part behind it.
        int[] ends = new int[stars];
        int start = at;
        for (int i = 0; i < stars - 1; i++) {
            ends[i] = indexOf(from[i + 1], buffer, start, end);
            if (ends[i] < 0) {
                return false;
            }
            start = ends[i] + from[i + 1].length;
        }
        ends[stars - 1] = end;
        for (int i = 0; i < stars; i++) {
            out.put(to[i]).put(buffer, at, ends[i] - at);
            at = ends[i] + from[i + 1].length;
        }
        out.put(to[stars]);
        return true;
    }

    /// Collects the keys that may become this one; each still has to be asked whether it does.
    ///
    /// @return false when there may be more of them
    boolean origins(byte[] key, List<byte[]> found) {
        int stars = stars();
        byte[] head = to[0];
        byte[] tail = to[stars];
        if (stars == 0) {
            if (Arrays.equals(head, key)) {
                found.add(from[0].clone());
            }
            return true;
        }
        int end = key.length - tail.length;
        if (head.length > end || !stands(head, key, 0) || !stands(tail, key, end)) {
            return true;
        }
        ByteBuilder name = new ByteBuilder(key.length + 64);
        name.put(from[0]);
        return origins(key, 1, head.length, end, name, found);
    }

    /// @param part of the pattern, that ends the present star
    /// @param at where the present star begins
    private boolean origins(
            byte[] key, int part, int at, int end, ByteBuilder name, List<byte[]> found) {
        int written = name.length;
        if (part == stars()) {
            name.put(key, at, end - at).put(from[part]);
            found.add(name.toBytes());
            name.length = written;
            return found.size() < MOST_WAYS;
        }
        for (int stop = indexOf(to[part], key, at, end);
                stop >= 0;
                stop = indexOf(to[part], key, stop + 1, end)) {
            name.put(key, at, stop - at).put(from[part]);
            boolean all = origins(key, part + 1, stop + to[part].length, end, name, found);
            name.length = written;
            if (!all) {
                return false;
            }
        }
        return true;
    }

    /// Whether two keys may become one: what parts two stars in the old name, and so is in neither,
    /// has to be in what parts them in the new one.
    boolean mayMingle() {
        for (int i = 1; i < stars(); i++) {
            if (indexOf(from[i], to[i], 0, to[i].length) < 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean stands(byte[] part, byte[] buffer, int at) {
        return Arrays.equals(buffer, at, at + part.length, part, 0, part.length);
    }

    private static int indexOf(byte[] part, byte[] buffer, int from, int end) {
        for (int at = from; at + part.length <= end; at++) {
            if (stands(part, buffer, at)) {
                return at;
            }
        }
        return -1;
    }
}
