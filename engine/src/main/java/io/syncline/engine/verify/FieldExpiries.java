package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When fields of hashes expire, at both sides (Redis 7.4, Valkey 9.0).
final class FieldExpiries {
    private static final byte[] HPEXPIRETIME = bytes("HPEXPIRETIME");
    private static final byte[] FIELDS = bytes("FIELDS");
    private static final byte[] HKEYS = bytes("HKEYS");

    /// HPEXPIRETIME of a field that is not there.
    private static final long NO_FIELD = -2;

    private final Sides sides;

    FieldExpiries(Sides sides) {
        this.sides = sides;
    }

    /// Compares small hashes that are equal otherwise.
    ///
    /// @param hashes indexes of their keys
    /// @return indexes of those that differ, or changed meanwhile
    List<Integer> compare(
            List<byte[]> keys,
            Place place,
            List<Integer> hashes,
            NodeLink[] source,
            NodeLink[] target)
            throws IOException {
        for (int i : hashes) {
            source[i].add(HKEYS, keys.get(i));
        }
        flush(hashes, source);
        List<Integer> asked = new ArrayList<>();
        List<Integer> different = new ArrayList<>();
        List<byte[][]> commands = new ArrayList<>();
        for (int i : hashes) {
            Answer[] fields = Answer.items(sides.answer(source[i]));
            if (fields.length == 0) {
                // Gone or moved meanwhile: another look will tell.
                different.add(i);
            } else {
                asked.add(i);
                commands.add(command(keys.get(i), fields, 1));
            }
        }
        for (int at = 0; at < asked.size(); at++) {
            source[asked.get(at)].add(commands.get(at));
            byte[] key = keys.get(asked.get(at));
            target[asked.get(at)].add(
                    sides.target().command(key, place.target(), commands.get(at)));
        }
        flush(asked, source);
        flush(asked, target);
        for (int i : asked) {
            Answer one = sides.answer(source[i]);
            Answer other = sides.answer(target[i]);
            if (!areTold(one, other) || mismatch(one, other) >= 0) {
                different.add(i);
            }
        }
        return different;
    }

    private static boolean areTold(Answer one, Answer other) {
        return one instanceof Answer.Items && other instanceof Answer.Items;
    }

    private static void flush(List<Integer> some, NodeLink[] links) throws IOException {
        for (int i : some) {
            links[i].flush();
        }
    }

    /// @param step 2 when every other answer is a value
    static byte[][] command(byte[] key, Answer[] fields, int step) {
        int count = (fields.length + step - 1) / step;
        byte[][] command = new byte[4 + count][];
        command[0] = HPEXPIRETIME;
        command[1] = key;
        command[2] = FIELDS;
        command[3] = bytes(Integer.toString(count));
        for (int i = 0; i < count; i++) {
            command[4 + i] =
                    fields[i * step] instanceof Answer.Bytes field ? field.head() : new byte[0];
        }
        return command;
    }

    /// The first field whose expiry differs, among some of one hash; null when none does.
    @Nullable Mismatch firstDifference(
            byte[] key, Place place, Answer[] fields, int step, Digest digest) throws IOException {
        if (fields.length == 0 || !sides.knowFieldExpiry()) {
            return null;
        }
        byte[][] command = command(key, fields, step);
        Answer one = sides.source().ask(key, place.source(), command);
        Answer other = sides.target().ask(key, place.target(), command);
        if (!areTold(one, other)) {
            return Mismatch.of(
                    Difference.Kind.VALUE, "the type changed meanwhile", digest, one, other);
        }
        int at = mismatch(one, other);
        if (at < 0) {
            return null;
        }
        Answer here = Answer.items(one)[at];
        Answer there = Answer.items(other)[at];
        String detail =
                "field "
                        + Show.quoted(fields[at * step])
                        + " expires at "
                        + Show.quoted(here)
                        + " and "
                        + Show.quoted(there);
        return Mismatch.of(Difference.Kind.FIELD_EXPIRY, detail, digest, here, there);
    }

    /// The same of a small hash whose fields are not known yet.
    @Nullable Mismatch firstDifference(byte[] key, Place place, Digest digest) throws IOException {
        if (!sides.knowFieldExpiry()) {
            return null;
        }
        Answer[] names = Answer.items(sides.source().ask(key, place.source(), HKEYS, key));
        return firstDifference(key, place, names, 1, digest);
    }

    private int mismatch(Answer one, Answer other) {
        Answer[] ones = Answer.items(one);
        Answer[] others = Answer.items(other);
        for (int i = 0; i < Math.min(ones.length, others.length); i++) {
            long left = Answer.number(ones[i]);
            long right = Answer.number(others[i]);
            if (left != NO_FIELD && right != NO_FIELD && !sides.expiries().same(left, right)) {
                return i;
            }
        }
        return -1;
    }
}
