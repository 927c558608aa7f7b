package io.syncline.server.view;

import java.time.Duration;

/// Numbers as people read them: `12,300`, `48.3 MB`, `1 min 12 s`. The same in every locale.
public final class Numbers {
    private static final String[] BYTE_UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Numbers() {}

    /// `1,234,567`.
    public static String count(long value) {
        String digits = Long.toString(Math.abs(value));
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % 3 == 0) {
                out.append(',');
            }
            out.append(digits.charAt(i));
        }
        return out.toString();
    }

    /// A count and its noun: `1 key`, `2 keys`.
    public static String count(long value, String noun) {
        return count(value) + ' ' + noun + (value == 1 ? "" : "s");
    }

    /// A rate, to three digits: `12,300`. More digits only flicker.
    public static String rate(double perSecond) {
        long value = Math.round(perSecond);
        long step = 1;
        while (value / step >= 1_000) {
            step *= 10;
        }
        return count(Math.round(perSecond / step) * step);
    }

    /// As [#bytes(double)].
    public static String bytes(long value) {
        return bytes((double) value);
    }

    /// Powers of 1024: `48.3 MB`.
    public static String bytes(double value) {
        int unit = 0;
        double scaled = value;
        while (scaled >= 1_023.5 && unit < BYTE_UNITS.length - 1) {
            scaled /= 1_024;
            unit++;
        }
        return (unit == 0 || scaled >= 99.95 ? Long.toString(Math.round(scaled)) : tenths(scaled))
                + ' '
                + BYTE_UNITS[unit];
    }

    /// `12 ms`, `0.4 s`, `12 s`, `1 min 12 s`, `3 h 5 min`, `2 d 4 h`.
    public static String duration(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 100) {
            return millis + " ms";
        }
        if (millis < 10 * MILLIS_PER_SECOND) {
            return tenths(millis / 1_000.0) + " s";
        }
        return seconds(Math.round(millis / 1_000.0));
    }

    public static String seconds(long seconds) {
        if (seconds < MINUTE) {
            return seconds + " s";
        }
        if (seconds < HOUR) {
            return pair(seconds, MINUTE, "min", 1, "s");
        }
        return seconds < DAY
                ? pair(seconds, HOUR, "h", MINUTE, "min")
                : pair(seconds, DAY, "d", HOUR, "h");
    }

    private static String pair(long seconds, long large, String name, long small, String rest) {
        long left = seconds % large / small;
        return seconds / large + " " + name + (left == 0 ? "" : " " + left + " " + rest);
    }

    private static String tenths(double value) {
        long tenths = Math.round(value * 10);
        return tenths / 10 + "." + tenths % 10;
    }
}
