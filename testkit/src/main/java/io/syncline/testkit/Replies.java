package io.syncline.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reading and comparing replies of the RESP2 protocol.
final class Replies {
    private Replies() {}

    static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8)
                : String.valueOf(reply);
    }

    static long number(@Nullable Object reply) {
        return reply instanceof Long number ? number : Long.parseLong(text(reply));
    }

    static List<?> list(@Nullable Object reply) {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IllegalStateException("a list was expected, the reply is " + Show.reply(reply));
    }

    /// A flat list of names and values.
    static Map<String, @Nullable Object> fields(@Nullable Object reply) {
        Map<String, @Nullable Object> fields = new TreeMap<>();
        for (Iterator<?> parts = list(reply).iterator(); parts.hasNext(); ) {
            fields.put(text(parts.next()), parts.next());
        }
        return fields;
    }

    /// A flat list of binary names and values, sorted; of a name that comes twice the last counts.
    static SortedMap<byte[], byte[]> pairs(@Nullable Object reply) {
        SortedMap<byte[], byte[]> pairs = new TreeMap<>(Arrays::compareUnsigned);
        for (Iterator<?> parts = list(reply).iterator(); parts.hasNext(); ) {
            pairs.put(binary(parts.next()), binary(parts.next()));
        }
        return pairs;
    }

    static byte[] binary(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return bytes;
        }
        throw new IllegalStateException("bytes were expected, the reply is " + Show.reply(reply));
    }

    static List<byte[]> binaries(@Nullable Object reply) {
        List<byte[]> found = new ArrayList<>();
        for (Object part : list(reply)) {
            found.add(binary(part));
        }
        return found;
    }

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof byte[] leftBytes && right instanceof byte[] rightBytes) {
            return Arrays.equals(leftBytes, rightBytes);
        }
        if (left instanceof List<?> leftList && right instanceof List<?> rightList) {
            return firstDifference(leftList, rightList) < 0;
        }
        return Objects.equals(left, right);
    }

    /// The index of the first element that differs, or -1.
    static int firstDifference(List<?> left, List<?> right) {
        int shorter = Math.min(left.size(), right.size());
        for (int i = 0; i < shorter; i++) {
            if (!equal(left.get(i), right.get(i))) {
                return i;
            }
        }
        return left.size() == right.size() ? -1 : shorter;
    }
}
