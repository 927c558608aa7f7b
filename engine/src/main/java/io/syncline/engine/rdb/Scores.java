package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;

/// Scores of sorted sets as text. Redis writes 17 significant digits and reads with `strtod`, which
/// reads back every double exactly; Java's shortest form does too.
final class Scores {
    /// The longest text in a file (type 3 gives its length in a byte of which 253 to 255 are
    /// taken).
    private static final int MAX_TEXT = 252;

    /// Below it a double of integral value has an exact `long`.
    private static final double EXACT_INTEGERS = 1L << 53;

    private Scores() {}

    static double parse(RdbInput in, ByteSlice text) throws RdbFormatException {
        String shown = text.length <= MAX_TEXT ? text.toString() : "a text of " + text.length;
        switch (shown) {
            case "inf", "+inf" -> {
                return Double.POSITIVE_INFINITY;
            }
            case "-inf" -> {
                return Double.NEGATIVE_INFINITY;
            }
            default -> {
                // Java would also take hexadecimal, blanks, and letters at the end.
                for (int index = 0; index < shown.length(); index++) {
                    if ("0123456789+-.eE".indexOf(shown.charAt(index)) < 0) {
                        throw notANumber(in, shown);
                    }
                }
            }
        }
        try {
            return Double.parseDouble(shown);
        } catch (NumberFormatException e) {
            throw notANumber(in, shown);
        }
    }

    private static RdbFormatException notANumber(RdbInput in, String shown) {
        return in.malformed(
                "a score", "'" + shown.replaceAll("[^ -~]", "?") + "'", "it must be a number");
    }

    /// Appends a score as ZADD takes it and as type 3 stores it.
    static void write(ByteBuilder out, double score) {
        if (Double.isInfinite(score)) {
            out.putAscii(score > 0 ? "inf" : "-inf");
        } else if (Math.abs(score) < EXACT_INTEGERS
                && score == Math.rint(score)
                && !isMinusZero(score)) {
            out.putDecimal((long) score);
        } else {
            out.putAscii(Double.toString(score));
        }
    }

    private static boolean isMinusZero(double score) {
        return Double.doubleToRawLongBits(score) == Long.MIN_VALUE;
    }
}
