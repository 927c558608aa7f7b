package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;

/// Reads single values. Every error says the place, the value, the rule and an example.
final class Values {
    /// As in the server's own configuration: `kb`, `mb`, `gb` are powers of 1024, `k`, `m`, `g` of
    /// 1000 (redis.conf, "Note on units").
    private enum Unit {
        KB(1L << 10),
        MB(1L << 20),
        GB(1L << 30),
        TB(1L << 40),
        K(1_000),
        M(1_000_000),
        G(1_000_000_000),
        B(1);

        private final long bytes;

        Unit(long bytes) {
            this.bytes = bytes;
        }
    }

    /// More digits than a `long` has is no size that anyone means.
    private static final int MAX_DIGITS = 15;

    private Values() {}

    static long number(Settings settings, Setting setting, long least, long most) {
        String text = settings.text(setting).strip();
        String rule = "a whole number from " + least + " to " + most;
        if (!text.matches("-?[0-9]{1," + MAX_DIGITS + "}")) {
            throw bad(settings, setting, rule);
        }
        long value = Long.parseLong(text);
        if (value < least || value > most) {
            throw bad(settings, setting, rule);
        }
        return value;
    }

    /// A number that may have a fraction, such as `0.5`, times `factor`.
    static long scaled(Settings settings, Setting setting, long factor, long most) {
        String text = settings.text(setting).strip();
        String rule = "a number from 0 to " + most + ", such as 0.5 or 20";
        if (!text.matches("[0-9]{1," + MAX_DIGITS + "}(\\.[0-9]{1," + MAX_DIGITS + "})?")) {
            throw bad(settings, setting, rule);
        }
        BigDecimal value = new BigDecimal(text);
        if (value.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw bad(settings, setting, rule);
        }
        long scaled = value.multiply(BigDecimal.valueOf(factor)).longValue();
        if (scaled == 0 && value.signum() > 0) {
            // Nought often means no limit, the opposite of next to nothing.
            throw bad(settings, setting, rule + "; it is less than can be told from 0");
        }
        return scaled;
    }

    static long size(Settings settings, Setting setting, long least, long most) {
        String text = settings.text(setting).strip().toLowerCase(Locale.ROOT);
        String rule = "a size from " + sizeText(least) + " to " + sizeText(most);
        if (!text.matches("[0-9]{1," + MAX_DIGITS + "}([kmg]|[kmgt]?b)?")) {
            throw bad(settings, setting, rule + ", written like 64mb or 10gb");
        }
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        String unit = text.substring(digits).toUpperCase(Locale.ROOT);
        long factor = unit.isEmpty() ? 1 : Unit.valueOf(unit).bytes;
        long count = Long.parseLong(text.substring(0, digits));
        if (count > most / factor || count * factor < least) {
            throw bad(settings, setting, rule);
        }
        return count * factor;
    }

    /// A size in the largest unit that divides it, as `64mb`.
    static String sizeText(long bytes) {
        for (Unit unit : new Unit[] {Unit.TB, Unit.GB, Unit.MB, Unit.KB}) {
            if (bytes != 0 && bytes % unit.bytes == 0) {
                return bytes / unit.bytes + unit.name().toLowerCase(Locale.ROOT);
            }
        }
        return Long.toString(bytes);
    }

    /// One of an enum's names, in lower case.
    static <E extends Enum<E>> E choice(Settings settings, Setting setting, Class<E> type) {
        String text = settings.text(setting).strip();
        return Arrays.stream(type.getEnumConstants())
                .filter(choice -> choice.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        bad(settings, setting, "one of " + setting.label().replace("|", ", ")));
    }

    static SynclineException bad(Settings settings, Setting setting, String rule) {
        return bad(
                settings.place(setting),
                "'" + settings.text(setting) + "' is not " + rule,
                setting);
    }

    static SynclineException bad(String place, String reason, Setting setting) {
        String initial = setting.initial();
        return new SynclineException(
                ErrorCode.BAD_OPTION,
                place,
                reason,
                setting.description() + (initial.isEmpty() ? "" : " Default: " + initial + "."));
    }
}
