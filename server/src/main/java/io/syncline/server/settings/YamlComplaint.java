package io.syncline.server.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/// What the reader of YAML says of a text that is none, without the lines that it quotes: they may
/// hold a password.
///
/// Jackson's own location is that of the last token that was whole, which may be far before; the
/// reader behind it (snakeyaml-engine 3) says where it stopped in its message alone.
///
/// @param place begins with a blank; empty where it is not known
record YamlComplaint(String place, String reason) {
    private static final Pattern MARK =
            Pattern.compile(" in reader, line ([0-9]{1,9}), column ([0-9]{1,9}):");

    /// Of a character that may not be in any text.
    private static final Pattern POSITION = Pattern.compile("position ([0-9]{1,9})");

    private record Remark(String words, String place) {}

    static YamlComplaint of(JacksonException error, String text) {
        List<Remark> remarks = remarks(error.getOriginalMessage());
        if (remarks.isEmpty()) {
            return new YamlComplaint("", "it cannot be read");
        }
        Remark last = remarks.getLast();
        if (last.place.isEmpty()) {
            Matcher position = POSITION.matcher(String.valueOf(error.getCause()));
            return new YamlComplaint(
                    position.find() ? place(text, Integer.parseInt(position.group(1))) : "",
                    last.words);
        }
        Remark first = remarks.getFirst();
        boolean isPart = !first.place.isEmpty() && !first.place.equals(last.place);
        return new YamlComplaint(
                last.place,
                last.words + (isPart ? ", " + first.words + " that begins in" + first.place : ""));
    }

    /// A remark is a line, and often one with its place and then the lines that it is about.
    private static List<Remark> remarks(String message) {
        List<Remark> remarks = new ArrayList<>();
        for (String line : message.lines().toList()) {
            Matcher mark = MARK.matcher(line);
            if (mark.matches() && !remarks.isEmpty()) {
                String place =
                        place(Integer.parseInt(mark.group(1)), Integer.parseInt(mark.group(2)));
                remarks.set(remarks.size() - 1, new Remark(remarks.getLast().words, place));
            } else if (!line.isBlank() && !line.startsWith(" ")) {
                remarks.add(new Remark(line, ""));
            }
        }
        return remarks;
    }

    private static String place(String text, int position) {
        String before = text.substring(0, Math.min(position, text.length()));
        int line = 1 + (int) before.chars().filter(each -> each == '\n').count();
        return place(line, before.length() - before.lastIndexOf('\n'));
    }

    static String place(int line, int column) {
        return " line " + line + " column " + column;
    }
}
