package io.syncline.server.model;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// When something is done again and again: `every 6h`, or five fields as cron knows them (minute,
/// hour, day of month, month, day of week), in UTC. Empty: never.
public sealed interface Schedule {
    /// The next time after another one; null: never.
    @Nullable Instant next(Instant after);

    /// Not at all.
    record Never() implements Schedule {
        @Override
        public @Nullable Instant next(Instant after) {
            return null;
        }
    }

    /// Some hours after the last time.
    record Every(int hours) implements Schedule {
        @Override
        public Instant next(Instant after) {
            return after.plus(Duration.ofHours(hours));
        }
    }

    /// At the minutes that five fields name. Where both day fields are limited, one of them is
    /// enough, as with cron.
    record Cron(
            BitSet minutes,
            BitSet hours,
            BitSet days,
            BitSet months,
            BitSet weekdays,
            boolean anyDay,
            boolean anyWeekday)
            implements Schedule {
        /// 29 February comes within eight years; a day that has not come by then never will.
        private static final int MAX_DAYS = 8 * 366;

        @Override
        public @Nullable Instant next(Instant after) {
            Instant first =
                    after.truncatedTo(java.time.temporal.ChronoUnit.MINUTES).plusSeconds(60);
            LocalDate day = first.atZone(ZoneOffset.UTC).toLocalDate();
            int from = first.atZone(ZoneOffset.UTC).toLocalTime().toSecondOfDay() / 60;
            for (int i = 0; i < MAX_DAYS; i++) {
                int minute = fits(day) ? minuteOf(from) : -1;
                if (minute >= 0) {
                    return day.atTime(LocalTime.ofSecondOfDay(minute * 60L))
                            .toInstant(ZoneOffset.UTC);
                }
                day = day.plusDays(1);
                from = 0;
            }
            return null;
        }

        private boolean fits(LocalDate day) {
            boolean byDay = days.get(day.getDayOfMonth());
            // Sunday is 0.
            boolean byWeekday = weekdays.get(day.getDayOfWeek().getValue() % 7);
            boolean fits = (anyDay || anyWeekday) ? (byDay && byWeekday) : (byDay || byWeekday);
            return months.get(day.getMonthValue()) && fits;
        }

        /// The first minute of a day that fits, not before another one; -1 for none.
        private int minuteOf(int from) {
            for (int minute = from; minute < 24 * 60; minute++) {
                if (hours.get(minute / 60) && minutes.get(minute % 60)) {
                    return minute;
                }
            }
            return -1;
        }
    }

    /// Reads one, or says what is wrong with it.
    static Schedule parse(String text) {
        String plain = text.strip();
        if (plain.isEmpty()) {
            return new Never();
        }
        Matcher every = Fields.EVERY.matcher(plain);
        if (every.matches()) {
            int hours = Integer.parseInt(every.group(1));
            if (hours >= 1 && hours <= Fields.MAX_HOURS) {
                return new Every(hours);
            }
            throw Fields.bad(text);
        }
        List<String> fields = List.of(plain.split("\\s+", -1));
        if (fields.size() != 5) {
            throw Fields.bad(text);
        }
        BitSet weekdays = Fields.read(text, fields.get(4), 0, 7);
        if (weekdays.get(7)) {
            weekdays.set(0);
        }
        Cron cron =
                new Cron(
                        Fields.read(text, fields.get(0), 0, 59),
                        Fields.read(text, fields.get(1), 0, 23),
                        Fields.read(text, fields.get(2), 1, 31),
                        Fields.read(text, fields.get(3), 1, 12),
                        weekdays,
                        fields.get(2).startsWith("*"),
                        fields.get(4).startsWith("*"));
        if (cron.next(Instant.EPOCH) == null) {
            throw Fields.bad(text);
        }
        return cron;
    }

    /// How the fields are written.
    final class Fields {
        /// A month: longer is a typing error.
        private static final int MAX_HOURS = 24 * 31;

        private static final Pattern EVERY = Pattern.compile("every ([0-9]{1,3}) ?h");
        private static final Pattern PART =
                Pattern.compile("(\\*|([0-9]{1,2})(-([0-9]{1,2}))?)(/([0-9]{1,2}))?");

        private Fields() {}

        private static Problem bad(String text) {
            return Problem.badRequest(
                    "schedule",
                    "'" + Names.shown(text) + "' is not a schedule",
                    "Write 'every 6h' (1 to "
                            + MAX_HOURS
                            + "), or five fields as cron has them, in UTC: '30 2 * * 1-5'");
        }

        private static BitSet read(String text, String field, int least, int most) {
            BitSet set = new BitSet(most + 1);
            for (String part : field.split(",", -1)) {
                Matcher matcher = PART.matcher(part);
                if (!matcher.matches()) {
                    throw bad(text);
                }
                boolean all = matcher.group(2) == null;
                int from = all ? least : Integer.parseInt(matcher.group(2));
                int to =
                        all || (matcher.group(4) == null && matcher.group(6) != null)
                                ? most
                                : matcher.group(4) == null
                                        ? from
                                        : Integer.parseInt(matcher.group(4));
                int step = matcher.group(6) == null ? 1 : Integer.parseInt(matcher.group(6));
                if (from < least || to > most || from > to || step < 1) {
                    throw bad(text);
                }
                for (int i = from; i <= to; i += step) {
                    set.set(i);
                }
            }
            return set;
        }
    }
}
