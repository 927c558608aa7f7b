package io.syncline.testkit;

import io.syncline.testkit.Difference.Kind;
import io.syncline.testkit.ValueComparison.Both;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Compares hashes: fields, values, and each field's own expiry where a side knows such.
final class HashComparison {
    private static final long NO_EXPIRY = -1;

    private final Router left;
    private final Router right;
    private final ValueComparison values;
    private final long toleranceMillis;

    HashComparison(Router left, Router right, ValueComparison values, long toleranceMillis) {
        this.left = left;
        this.right = right;
        this.values = values;
        this.toleranceMillis = toleranceMillis;
    }

    void compare(List<byte[]> keys) {
        List<byte[]> equal = new ArrayList<>();
        List<SortedMap<byte[], byte[]>> contents = new ArrayList<>();
        List<Both> replies =
                values.ask(
                        keys, key -> Router.words("HSCAN", key, 0, "COUNT", ValueComparison.PART));
        for (Both both : replies) {
            if (!ValueComparison.whole(both.left()) || !ValueComparison.whole(both.right())) {
                compareBig(both.key());
                continue;
            }
            SortedMap<byte[], byte[]> leftMap = Replies.pairs(Replies.list(both.left()).get(1));
            SortedMap<byte[], byte[]> rightMap = Replies.pairs(Replies.list(both.right()).get(1));
            if (equal(leftMap, rightMap)) {
                equal.add(both.key());
                contents.add(leftMap);
            } else {
                values.differs(
                        both.key(),
                        Kind.VALUE,
                        ValueComparison.unlike(leftMap, rightMap),
                        ValueComparison.unlike(rightMap, leftMap));
            }
        }
        compareExpiries(equal, contents);
    }

    private static boolean equal(SortedMap<byte[], byte[]> left, SortedMap<byte[], byte[]> right) {
        return left.size() == right.size()
                && left.entrySet().stream()
                        .allMatch(entry ->
                                Arrays.equals(entry.getValue(), right.get(entry.getKey())));
    }

    /// In parts. HLEN counts expired fields too, so each side's fields are looked up on the other.
    private void compareBig(byte[] key) {
        Object cursor = "0";
        do {
            List<?> reply =
                    left.wireFor(key).list("HSCAN", key, cursor, "COUNT", ValueComparison.PART);
            cursor = Replies.binary(reply.getFirst());
            SortedMap<byte[], byte[]> part = Replies.pairs(reply.get(1));
            if (!part.isEmpty() && !partEqual(key, part)) {
                return;
            }
        } while (!Replies.text(cursor).equals("0"));
        findExtraFields(key);
    }

    private boolean partEqual(byte[] key, SortedMap<byte[], byte[]> part) {
        List<?> others = right.wireFor(key).list(command("HMGET", key, List.of(), part.keySet()));
        int index = 0;
        for (var entry : part.entrySet()) {
            Object other = others.get(index++);
            if (!Replies.equal(entry.getValue(), other)) {
                String field = Show.bytes(entry.getKey()) + " = ";
                values.differs(
                        key,
                        Kind.VALUE,
                        field + Show.bytes(entry.getValue()),
                        field + Show.reply(other));
                return false;
            }
        }
        compareExpiries(List.of(key), List.of(part));
        return true;
    }

    private void findExtraFields(byte[] key) {
        Object cursor = "0";
        do {
            List<?> reply =
                    right.wireFor(key).list("HSCAN", key, cursor, "COUNT", ValueComparison.PART);
            cursor = Replies.binary(reply.getFirst());
            List<byte[]> fields = new ArrayList<>(Replies.pairs(reply.get(1)).keySet());
            fields.forEach(field -> left.send(key, "HEXISTS", key, field));
            List<@Nullable Object> replies = left.receiveAll(fields.size());
            for (int i = 0; i < fields.size(); i++) {
                if (Replies.number(replies.get(i)) == 0) {
                    String field = Show.bytes(fields.get(i));
                    values.differs(key, Kind.VALUE, "has no " + field, "has " + field);
                    return;
                }
            }
        } while (!Replies.text(cursor).equals("0"));
    }

    private void compareExpiries(List<byte[]> keys, List<SortedMap<byte[], byte[]>> contents) {
        if (!left.version().hasFieldExpiry() && !right.version().hasFieldExpiry()) {
            return;
        }
        List<List<?>> lefts = expiries(left, keys, contents);
        List<List<?>> rights = expiries(right, keys, contents);
        for (int i = 0; i < keys.size(); i++) {
            List<byte[]> fields = List.copyOf(contents.get(i).keySet());
            for (int f = 0; f < fields.size(); f++) {
                long one = Replies.number(lefts.get(i).get(f));
                long other = Replies.number(rights.get(i).get(f));
                boolean bothExpire = one >= 0 && other >= 0;
                boolean same = one == other;
                if (bothExpire) {
                    same = Math.abs(one - other) <= toleranceMillis;
                }
                if (!same) {
                    String field = "field " + Show.bytes(fields.get(f)) + " until ";
                    values.differs(keys.get(i), Kind.EXPIRY, field + one, field + other);
                }
            }
        }
    }

    /// Of each key, the Unix time in milliseconds at which each field expires, -1 for never.
    private static List<List<?>> expiries(
            Router side, List<byte[]> keys, List<SortedMap<byte[], byte[]>> contents) {
        List<List<?>> found = new ArrayList<>();
        if (!side.version().hasFieldExpiry()) {
            contents.forEach(fields -> found.add(Collections.nCopies(fields.size(), NO_EXPIRY)));
            return found;
        }
        for (int i = 0; i < keys.size(); i++) {
            Collection<byte[]> fields = contents.get(i).keySet();
            side.send(
                    keys.get(i),
                    command("HPEXPIRETIME", keys.get(i), List.of("FIELDS", fields.size()), fields));
        }
        for (int i = 0; i < keys.size(); i++) {
            found.add(Replies.list(side.receive()));
        }
        return found;
    }

    private static Object[] command(
            String name, byte[] key, List<?> options, Collection<byte[]> fields) {
        List<Object> words = new ArrayList<>(fields.size() + options.size() + 2);
        words.add(name);
        words.add(key);
        words.addAll(options);
        words.addAll(fields);
        return words.toArray();
    }
}
