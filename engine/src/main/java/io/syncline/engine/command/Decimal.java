package io.syncline.engine.command;

/// Signed decimal numbers in arguments, read without an object.
final class Decimal {
    /// Not a number; no argument here can mean this value.
    static final long NONE = Long.MIN_VALUE;

    /// A longer one may overflow; `Long.MAX_VALUE` has 19 digits.
    private static final int DIGIT_LIMIT = 19;

    private Decimal() {}

    static long parse(byte[] buffer, int offset, int length) {
        int at = offset;
        int end = offset + length;
        boolean negative = length > 1 && buffer[at] == '-';
        if (negative) {
            at++;
        }
        if (at == end || end - at > DIGIT_LIMIT) {
            return NONE;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = buffer[at] - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            value = value * 10 + digit;
        }
        if (value < 0) {
            return NONE;
        }
        return negative ? -value : value;
    }
}
