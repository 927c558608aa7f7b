package io.syncline.server.view;

import java.util.ArrayList;
import java.util.List;

/// One line of text with colours. Everything added is made safe first: a key or an error text from
/// a server must not be able to steer the terminal.
public final class Line {
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "1";
    private static final String FAINT = "2";

    /// What terminals show in two columns (Unicode's East Asian Width, by block).
    private static final int[][] WIDE_BLOCKS = {
        {0x1100, 0x115F},
        {0x2E80, 0xA4CF},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},
        {0x1F300, 0x1FAFF},
        {0x20000, 0x3FFFD},
    };

    /// A run of text in one colour; an empty one is the terminal's own.
    private record Span(String text, String colour) {}

    private final List<Span> spans = new ArrayList<>();
    private int width;

    public static Line of(String text) {
        return new Line().add(text);
    }

    public Line add(String text) {
        return add(text, "");
    }

    public Line bold(String text) {
        return add(text, BOLD);
    }

    public Line faint(String text) {
        return add(text, FAINT);
    }

    public Line add(String text, Tone tone) {
        return add(text, tone.colour());
    }

    /// The tone's symbol and a blank.
    public Line symbol(Tone tone, Look look) {
        return add(tone.symbol(look.unicode()) + " ", tone.colour());
    }

    private Line add(String text, String colour) {
        String safe = safe(text);
        spans.add(new Span(safe, colour));
        width += widthOf(safe);
        return this;
    }

    /// Blanks up to a column.
    public Line to(int column) {
        return width < column ? add(" ".repeat(column - width)) : this;
    }

    public int width() {
        return width;
    }

    /// The line as the look can show it, cut to its width.
    public String text(Look look) {
        StringBuilder out = new StringBuilder();
        int left = look.width();
        boolean cut = width > look.width();
        left -= cut ? 1 : 0;
        for (Span span : spans) {
            String part = fit(span.text(), left);
            left -= widthOf(part);
            boolean coloured = look.colour() && !span.colour().isEmpty() && !part.isEmpty();
            out.append(coloured ? "\u001b[" + span.colour() + "m" : "").append(part);
            out.append(coloured ? RESET : "");
            if (part.length() < span.text().length()) {
                break;
            }
        }
        return cut ? out.append(look.pick("…", ">")).toString() : out.toString().stripTrailing();
    }

    private static String fit(String text, int columns) {
        int left = columns;
        int end = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            left -= widthOf(point);
            if (left < 0) {
                break;
            }
            end += Character.charCount(point);
        }
        return text.substring(0, end);
    }

    /// Control characters, ESC among them, and Unicode's direction marks become `?`.
    static String safe(String text) {
        return text.codePoints()
                .map(point ->
                        Character.isISOControl(point)
                                        || Character.getType(point) == Character.FORMAT
                                ? '?'
                                : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static int widthOf(String text) {
        return text.codePoints().map(Line::widthOf).sum();
    }

    private static int widthOf(int point) {
        for (int[] block : WIDE_BLOCKS) {
            if (point >= block[0] && point <= block[1]) {
                return 2;
            }
        }
        return 1;
    }

    /// `text` in lines of at most `width` columns, cut between words where possible.
    public static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : safe(text).split(" +", -1)) {
            if (!line.isEmpty() && widthOf(line.toString()) + 1 + widthOf(word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
