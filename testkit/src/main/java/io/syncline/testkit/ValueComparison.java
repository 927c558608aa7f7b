package io.syncline.testkit;

import io.syncline.testkit.Difference.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Compares values of one type, many keys per round trip; what is too big for that, in parts.
final class ValueComparison {
    /// Elements read at once; a collection with more is compared in parts.
    static final int PART = 1_000;

    /// Bytes of a string read at once.
    private static final int STRING_PART = 64 * 1024;

    /// Collections per pipeline: 100 times [#PART] elements stand in memory for each side.
    private static final int COLLECTIONS = 100;

    /// A DUMP ends with the format's version and a checksum, which say nothing of the value.
    private static final int DUMP_FOOTER = 10;

    private final Router left;
    private final Router right;
    private final Findings findings;
    private final HashComparison hashes;
    private final StreamComparison streams;
    private int database;

    ValueComparison(Router left, Router right, Findings findings, long toleranceMillis) {
        this.left = left;
        this.right = right;
        this.findings = findings;
        this.hashes = new HashComparison(left, right, this, toleranceMillis);
        this.streams = new StreamComparison(left, right, this, toleranceMillis);
    }

    void compare(int inDatabase, String type, List<byte[]> keys) {
        database = inDatabase;
        if (type.equals("string")) {
            strings(keys);
            return;
        }
        for (int from = 0; from < keys.size(); from += COLLECTIONS) {
            List<byte[]> some = keys.subList(from, Math.min(keys.size(), from + COLLECTIONS));
            switch (type) {
                case "list" -> sequences(some, "LRANGE", Replies::equal);
                case "zset" -> sequences(some, "ZRANGE", ValueComparison::equalScored);
                case "set" -> sets(some);
                case "hash" -> hashes.compare(some);
                case "stream" -> streams.compare(some);
                default -> dumps(some);
            }
        }
    }

    /// The reply of each side to the same command.
    static final class Both {
        private final byte[] key;
        private final @Nullable Object left;
        private final @Nullable Object right;

        Both(byte[] key, @Nullable Object left, @Nullable Object right) {
            this.key = key;
            this.left = left;
            this.right = right;
        }

        byte[] key() {
            return key;
        }

        @Nullable Object left() {
            return left;
        }

        @Nullable Object right() {
            return right;
        }
    }

    List<Both> ask(List<byte[]> keys, Router.Words words) {
        left.sendAll(keys, words);
        right.sendAll(keys, words);
        List<Both> replies = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            replies.add(new Both(key, left.receive(), right.receive()));
        }
        return replies;
    }

    Both ask(byte[] key, Object... words) {
        return ask(List.of(key), same -> words).getFirst();
    }

    void differs(byte[] key, Kind kind, String leftValue, String rightValue) {
        findings.add(database, key, kind, leftValue, rightValue);
    }

    private void strings(List<byte[]> keys) {
        for (Both both : ask(keys, key -> Router.words("GETRANGE", key, 0, STRING_PART - 1))) {
            if (!Replies.equal(both.left, both.right)) {
                differs(both.key, Kind.VALUE, Show.reply(both.left), Show.reply(both.right));
            } else if (Replies.binary(both.left).length == STRING_PART) {
                restOfString(both.key);
            }
        }
    }

    private void restOfString(byte[] key) {
        for (long from = STRING_PART; ; from += STRING_PART) {
            Both both = ask(key, "GETRANGE", key, from, from + STRING_PART - 1);
            byte[] leftPart = Replies.binary(both.left);
            byte[] rightPart = Replies.binary(both.right);
            int at = Arrays.mismatch(leftPart, rightPart);
            if (at >= 0) {
                differs(key, Kind.VALUE, from(from + at, leftPart), from(from + at, rightPart));
                return;
            }
            if (leftPart.length < STRING_PART) {
                return;
            }
        }
    }

    private static String from(long offset, byte[] part) {
        return "differs from byte " + offset + " on, part of " + part.length + " bytes";
    }

    /// Lists and sorted sets: both sides have the same order, so they are compared in step.
    private void sequences(List<byte[]> keys, String command, BiPredicate<List<?>, List<?>> equal) {
        boolean scored = command.equals("ZRANGE");
        int full = scored ? 2 * PART : PART;
        for (Both both : ask(keys, key -> range(command, key, 0))) {
            long from = 0;
            List<?> leftPart = Replies.list(both.left);
            List<?> rightPart = Replies.list(both.right);
            while (equal.test(leftPart, rightPart) && leftPart.size() == full) {
                from += PART;
                Both next = ask(both.key, range(command, both.key, from));
                leftPart = Replies.list(next.left);
                rightPart = Replies.list(next.right);
            }
            if (!equal.test(leftPart, rightPart)) {
                int at = Replies.firstDifference(leftPart, rightPart);
                long index = from + (scored ? at / 2 : at);
                differs(
                        both.key,
                        Kind.VALUE,
                        element(index, at, leftPart),
                        element(index, at, rightPart));
            }
        }
    }

    private static Object[] range(String command, byte[] key, long from) {
        return command.equals("ZRANGE")
                ? Router.words(command, key, from, from + PART - 1, "WITHSCORES")
                : Router.words(command, key, from, from + PART - 1);
    }

    private static String element(long index, int at, List<?> part) {
        return at < part.size()
                ? "[" + index + "] " + Show.reply(part.get(at))
                : "ends before [" + index + "]";
    }

    /// Scores are compared as numbers: versions print them differently.
    private static boolean equalScored(List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i += 2) {
            if (!Replies.equal(left.get(i), right.get(i))
                    || score(left.get(i + 1)) != score(right.get(i + 1))) {
                return false;
            }
        }
        return true;
    }

    private static double score(@Nullable Object reply) {
        String text = Replies.text(reply);
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private void sets(List<byte[]> keys) {
        for (Both both : ask(keys, key -> Router.words("SSCAN", key, 0, "COUNT", PART))) {
            if (whole(both.left) && whole(both.right)) {
                SortedSet<byte[]> leftSet = members(both.left);
                SortedSet<byte[]> rightSet = members(both.right);
                if (!equal(leftSet, rightSet)) {
                    differs(both.key, Kind.VALUE, only(leftSet, rightSet), only(rightSet, leftSet));
                }
            } else {
                bigSet(both.key);
            }
        }
    }

    /// Whether a SCAN of some kind answered all at once.
    static boolean whole(@Nullable Object reply) {
        return Replies.text(Replies.list(reply).getFirst()).equals("0");
    }

    private static SortedSet<byte[]> members(@Nullable Object reply) {
        SortedSet<byte[]> members = new TreeSet<>(Arrays::compareUnsigned);
        members.addAll(Replies.binaries(Replies.list(reply).get(1)));
        return members;
    }

    private static boolean equal(SortedSet<byte[]> left, SortedSet<byte[]> right) {
        return left.size() == right.size() && right.containsAll(left);
    }

    private static String only(SortedSet<byte[]> one, SortedSet<byte[]> other) {
        List<byte[]> only = one.stream().filter(member -> !other.contains(member)).toList();
        return one.size() + " members, " + only.size() + " only here: " + Show.reply(only);
    }

    /// Equal when they have as many members and one has all of the other's.
    private void bigSet(byte[] key) {
        Both sizes = ask(key, "SCARD", key);
        if (!Replies.equal(sizes.left, sizes.right)) {
            differs(key, Kind.VALUE, sizes.left + " members", sizes.right + " members");
            return;
        }
        Object cursor = "0";
        do {
            List<?> reply = left.wireFor(key).list("SSCAN", key, cursor, "COUNT", PART);
            cursor = Replies.binary(reply.getFirst());
            for (byte[] member : absent(key, Replies.binaries(reply.get(1)))) {
                differs(key, Kind.VALUE, "has " + Show.bytes(member), "has it not");
                return;
            }
        } while (!Replies.text(cursor).equals("0"));
    }

    private List<byte[]> absent(byte[] key, List<byte[]> members) {
        members.forEach(member -> right.send(key, "SISMEMBER", key, member));
        List<@Nullable Object> replies = right.receiveAll(members.size());
        List<byte[]> absent = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (Replies.number(replies.get(i)) == 0) {
                absent.add(members.get(i));
            }
        }
        return absent;
    }

    /// Types of modules, and those newer than this code.
    private void dumps(List<byte[]> keys) {
        for (Both both : ask(keys, key -> Router.words("DUMP", key))) {
            byte[] leftBody = body(both.left);
            byte[] rightBody = body(both.right);
            if (!Arrays.equals(leftBody, rightBody)) {
                differs(both.key, Kind.VALUE, Show.bytes(leftBody), Show.bytes(rightBody));
            }
        }
    }

    private static byte[] body(@Nullable Object dump) {
        byte[] bytes = dump == null ? new byte[0] : Replies.binary(dump);
        return Arrays.copyOf(bytes, Math.max(0, bytes.length - DUMP_FOOTER));
    }

    /// The entries of a hash that one side has otherwise than the other, in short.
    static String unlike(SortedMap<byte[], byte[]> one, SortedMap<byte[], byte[]> other) {
        List<byte[]> unlike =
                one.entrySet().stream()
                        .filter(entry ->
                                !Arrays.equals(entry.getValue(), other.get(entry.getKey())))
                        .flatMap(entry -> List.of(entry.getKey(), entry.getValue()).stream())
                        .toList();
        return one.size() + " fields, otherwise: " + Show.reply(unlike);
    }
}
