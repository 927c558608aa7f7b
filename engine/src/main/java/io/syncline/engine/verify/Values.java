package io.syncline.engine.verify;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What two glances say of each other: pure.
final class Values {
    private static final String AT_SOURCE_ONLY = " only at the source";

    /// A scan's answer that is the last, and one without elements.
    private static final byte[] LAST_SCAN = NodeLink.bytes("*2\r\n$1\r\n0\r\n*");

    private static final byte[] EMPTY_SCAN = NodeLink.bytes("*2\r\n$1\r\n0\r\n*0\r\n");

    private Values() {}

    /// How two values stand.
    enum Standing {
        EQUAL,
        DIFFERENT,
        /// At least one is larger than a glance.
        LARGE
    }

    static Standing compare(ValueType type, Answer source, Answer target) {
        if (source instanceof Answer.Failed || target instanceof Answer.Failed) {
            return Standing.DIFFERENT;
        }
        if (!isWhole(type, source) || !isWhole(type, target)) {
            return Standing.LARGE;
        }
        // The same bytes in the same order, as replication leaves most values.
        if (source.equals(target)) {
            return Standing.EQUAL;
        }
        return firstDifference(type, source, target) == null ? Standing.EQUAL : Standing.DIFFERENT;
    }

    private static boolean isWhole(ValueType type, Answer answer) {
        return switch (type) {
            case STRING ->
                    !(answer instanceof Answer.Bytes bytes)
                            || bytes.length() < ValueType.GLANCE_BYTES;
            case LIST -> Answer.items(answer).length < ValueType.GLANCE_ITEMS;
            case HASH ->
                    isScan(answer)
                            ? isLastScan(answer)
                            : Answer.items(answer).length < 2 * ValueType.GLANCE_ITEMS;
            case SET -> isLastScan(answer);
            case ZSET -> Answer.items(answer).length < 2 * ValueType.GLANCE_ITEMS;
            case NONE, STREAM, MODULE -> false;
        };
    }

    /// Where only lengths are asked for.
    static Standing same(Answer source, Answer target) {
        return !(source instanceof Answer.Failed) && source.equals(target)
                ? Standing.EQUAL
                : Standing.DIFFERENT;
    }

    /// Whether an answer that was not taken yet is a whole value, and not an empty one.
    ///
    /// @param hashesAtOnce whether a hash is told at once, see [ValueType#glance]
    static boolean isWhole(ValueType type, boolean hashesAtOnce, AnswerReader answer) {
        int count = answer.count();
        return switch (type) {
            // What fits into a reader's buffer is shorter than a glance may be.
            case STRING -> count > 0;
            case LIST -> count > 0 && count < ValueType.GLANCE_ITEMS;
            case ZSET -> count > 0 && count < 2 * ValueType.GLANCE_ITEMS;
            case HASH ->
                    hashesAtOnce
                            ? count > 0 && count < 2 * ValueType.GLANCE_ITEMS
                            : isWholeScan(answer);
            case SET -> isWholeScan(answer);
            case NONE, STREAM, MODULE -> false;
        };
    }

    private static boolean isWholeScan(AnswerReader answer) {
        return answer.startsWith(LAST_SCAN) && !answer.startsWith(EMPTY_SCAN);
    }

    /// Whether a value has no elements, as one that is not there.
    static boolean isEmpty(Answer answer) {
        return answer instanceof Answer.Bytes bytes
                ? bytes.length() == 0
                : scanned(answer).length == 0;
    }

    private static boolean isScan(Answer answer) {
        Answer[] parts = Answer.items(answer);
        return parts.length == 2 && parts[1] instanceof Answer.Items;
    }

    private static boolean isLastScan(Answer answer) {
        return isScan(answer) && Answer.text(Answer.items(answer)[0]).equals("0");
    }

    /// The elements, whether a scan told them or not.
    static Answer[] scanned(Answer answer) {
        Answer[] parts = Answer.items(answer);
        return isScan(answer) ? Answer.items(parts[1]) : parts;
    }

    /// In words where two whole values differ first; null when they are equal.
    static @Nullable String firstDifference(ValueType type, Answer source, Answer target) {
        return switch (type) {
            case STRING -> source.equals(target) ? null : "the strings differ";
            case LIST -> lists(Answer.items(source), Answer.items(target));
            case SET -> sets(scanned(source), scanned(target));
            case HASH, ZSET -> pairs(type, scanned(source), scanned(target));
            case NONE, STREAM, MODULE ->
                    throw new IllegalArgumentException(type + " has no glance");
        };
    }

    private static @Nullable String lists(Answer[] source, Answer[] target) {
        int at = Arrays.mismatch(source, target);
        return at < 0 ? null : "from element " + at + " on";
    }

    private static @Nullable String sets(Answer[] source, Answer[] target) {
        Set<Answer> there = new HashSet<>(Arrays.asList(target));
        Set<Answer> here = new HashSet<>();
        for (Answer member : source) {
            if (!there.contains(member)) {
                return "member " + Show.quoted(member) + AT_SOURCE_ONLY;
            }
            here.add(member);
        }
        for (Answer member : there) {
            if (!here.contains(member)) {
                return "member " + Show.quoted(member) + " only at the target";
            }
        }
        return null;
    }

    private static @Nullable String pairs(ValueType type, Answer[] source, Answer[] target) {
        String what = type == ValueType.HASH ? "field " : "member ";
        Map<Answer, Answer> there = HashMap.newHashMap(target.length / 2);
        for (int i = 0; i + 1 < target.length; i += 2) {
            there.put(target[i], target[i + 1]);
        }
        Set<Answer> here = new HashSet<>();
        for (int i = 0; i + 1 < source.length; i += 2) {
            Answer other = there.get(source[i]);
            if (other == null) {
                return what + Show.quoted(source[i]) + AT_SOURCE_ONLY;
            }
            boolean same =
                    type == ValueType.HASH
                            ? source[i + 1].equals(other)
                            : sameScore(source[i + 1], other);
            if (!same) {
                return differs(what + Show.quoted(source[i]), source[i + 1], other);
            }
            here.add(source[i]);
        }
        for (Answer name : there.keySet()) {
            if (!here.contains(name)) {
                return what + Show.quoted(name) + " only at the target";
            }
        }
        return null;
    }

    static String differs(String what, Answer source, Answer target) {
        return what + " is " + Show.quoted(source) + " and " + Show.quoted(target);
    }

    /// Versions write the same double in different words (`%.17g` before Redis 7.2, the shortest
    /// form since), so numbers are compared and not texts.
    static boolean sameScore(Answer source, Answer target) {
        return source.equals(target) || score(source) == score(target);
    }

    static double score(Answer answer) {
        String text = Answer.text(answer);
        return switch (text) {
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> parsed(text);
        };
    }

    /// What is no number equals nothing, itself included.
    private static double parsed(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
