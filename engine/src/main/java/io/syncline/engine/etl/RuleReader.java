package io.syncline.engine.etl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.FilterRules;
import io.syncline.engine.etl.KeyRule.Action;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;

/// Reads rules, one a line:
///
/// ```
/// # a comment
/// drop session:*
/// keep "two words" db 0,3-5
/// rename user:* to customer:*
/// ```
///
/// Every error names the line, what stands there, the rule that it breaks, and what to write.
public final class RuleReader {
    /// A name of a kilobyte is no pattern that anyone means.
    private static final int MOST_PATTERN_BYTES = 1 << 10;

    /// Far beyond what any server is configured with.
    private static final int MOST_DATABASES = 100_000;

    private static final String FORMS =
            "Write: drop PATTERN, keep PATTERN, or rename PATTERN to PATTERN, each with db 0,3-5"
                    + " behind it where only some databases are meant";

    private final List<KeyRule> rules = new ArrayList<>();
    private final IntFunction<String> places;

    /// What is read at the moment, for errors.
    private String place = "";

    private RuleReader(IntFunction<String> places) {
        this.places = places;
    }

    /// Reads a text of rules; empty lines and those that begin with `#` count for nothing.
    ///
    /// @param places tells what errors call a line, by its number from 1
    /// @throws SynclineException with BAD_OPTION
    public static KeyRules read(String text, IntFunction<String> places) {
        RuleReader reader = new RuleReader(places);
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                reader.add(line, i + 1);
            }
        }
        return reader.rules.isEmpty() ? KeyRules.NONE : new KeyRules(reader.rules);
    }

    private void add(String line, int number) {
        place = places.apply(number);
        if (rules.size() == KeyRules.MOST_RULES) {
            throw bad(
                    "it is one rule more than the " + KeyRules.MOST_RULES + " that there may be",
                    "Put several into one with a pattern that fits all of them");
        }
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).pattern().toString().equals("*")
                    && rules.get(i).databases().isEmpty()) {
                throw bad(
                        "no key gets so far: '" + rules.get(i).text() + "' before it takes all",
                        "Put it before that one, or leave it out: the first rule that fits counts");
            }
        }
        rules.add(rule(words(line)));
    }

    private KeyRule rule(List<String> words) {
        Action action = action(words.getFirst());
        if (words.size() < 2) {
            throw bad("'" + words.getFirst() + "' says of no key", FORMS);
        }
        String pattern = words.get(1);
        int next = 2;
        String name = null;
        if (action == Action.RENAME) {
            if (words.size() < 4 || !words.get(2).equals("to")) {
                throw bad("'" + String.join(" ", words) + "' gives no new name", FORMS);
            }
            name = words.get(3);
            next = 4;
        }
        BitSet databases = new BitSet();
        if (next < words.size()) {
            if (!words.get(next).equals("db") || next + 2 != words.size()) {
                throw bad("'" + words.get(next) + "' does not belong here", FORMS);
            }
            databases = databases(words.get(next + 1));
        }
        byte[] bytes = bytes(pattern);
        Renaming renaming = name == null ? null : renaming(pattern, bytes, name);
        if (renaming == null) {
            requireClosed(pattern, bytes);
        }
        return new KeyRule(
                String.join(" ", words), action, new KeyPattern(bytes), renaming, databases);
    }

    private Action action(String word) {
        return switch (word) {
            case "drop" -> Action.DROP;
            case "keep" -> Action.KEEP;
            case "rename" -> Action.RENAME;
            default ->
                    throw bad(
                            "'" + word + "' is neither drop, keep nor rename",
                            FORMS + ". A file of rules is named as @FILE");
        };
    }

    /// Words between blanks; blanks inside double quotes belong to a word, the quotes do not count.
    private List<String> words(String line) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            int end = at;
            boolean quoted = false;
            while (end < line.length() && (quoted || !Character.isWhitespace(line.charAt(end)))) {
                quoted ^= line.charAt(end) == '"';
                end += line.charAt(end) == '\\' ? 2 : 1;
            }
            if (quoted) {
                throw bad(
                        "a double quote in '" + line + "' is not closed",
                        "Close it, or write \\\" for one that belongs to the key");
            }
            words.add(line.substring(at, Math.min(end, line.length())));
            at = end;
        }
        return words;
    }

    private BitSet databases(String list) {
        BitSet databases = new BitSet();
        for (String item : list.split(",", -1)) {
            String[] ends = item.split("-", -1);
            if (!item.matches("[0-9]{1,5}(-[0-9]{1,5})?")
                    || Integer.parseInt(ends[0]) > Integer.parseInt(ends[ends.length - 1])) {
                throw bad(
                        "'" + list + "' is no list of database numbers below " + MOST_DATABASES,
                        "Write for example: db 0,3-5");
            }
            databases.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return databases;
    }

    // ---- patterns ----

    /// What a word says in bytes: UTF-8, with `\xHH` for any byte, which is meant as it is, and
    /// without its quotes.
    private byte[] bytes(String word) {
        StringBuilder letters = new StringBuilder();
        byte[] text = word.getBytes(UTF_8);
        for (int i = 0; i < text.length; i++) {
            char each = (char) (text[i] & 0xff);
            if (each == '"') {
                continue;
            }
            letters.append(each);
            if (each == '\\') {
                i++;
                if (i == text.length) {
                    throw bad("'" + word + "' ends in a backslash", "Write \\\\ for one");
                }
                char escaped = (char) (text[i] & 0xff);
                boolean hex = escaped == 'x';
                letters.append(hex ? hexByte(word, text, i + 1) : escaped);
                i += hex ? 2 : 0;
            }
        }
        byte[] bytes = letters.toString().getBytes(ISO_8859_1);
        if (bytes.length > MOST_PATTERN_BYTES) {
            throw bad(
                    "a pattern has " + bytes.length + " bytes and may have " + MOST_PATTERN_BYTES,
                    "Shorten it with a star");
        }
        return bytes;
    }

    private char hexByte(String word, byte[] text, int at) {
        int high = at + 1 < text.length ? Character.digit(text[at], 16) : -1;
        int low = high < 0 ? -1 : Character.digit(text[at + 1], 16);
        if (low < 0) {
            throw bad(
                    "in '" + word + "' two hexadecimal digits must follow \\x",
                    "Write for example \\x00 for a byte, or \\\\x for a backslash and an x");
        }
        return (char) (high * 16 + low);
    }

    private void requireClosed(String word, byte[] pattern) {
        boolean open = false;
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i] == '\\') {
                i++;
            } else if (pattern[i] == (open ? ']' : '[')) {
                open = !open;
            }
        }
        if (open) {
            throw bad(
                    "a bracket in '" + word + "' is not closed",
                    "Close it, or write \\[ for one that belongs to the key");
        }
    }

    private Renaming renaming(String pattern, byte[] from, String name) {
        byte[][] old = parts(pattern, from, true);
        byte[][] now = parts(name, bytes(name), false);
        if (old.length != now.length) {
            throw bad(
                    "'"
                            + pattern
                            + "' has "
                            + (old.length - 1)
                            + " stars and '"
                            + name
                            + "' has "
                            + (now.length - 1),
                    "What a star takes must have a place in the new name, and one only, so that"
                            + " names can be told apart: use as many stars in both");
        }
        if (Arrays.deepEquals(old, now)) {
            throw bad("'" + name + "' is the same name", "Write keep " + pattern);
        }
        String head = new String(now[0], UTF_8);
        if (head.startsWith(FilterRules.OWN_PREFIX)
                || head.startsWith(FilterRules.HEARTBEAT_PREFIX)) {
            throw bad(
                    "'" + name + "' begins as Syncline's own keys do",
                    "Choose a name that does not");
        }
        return new Renaming(old, now);
    }

    /// What stands between the stars.
    private byte[][] parts(String word, byte[] text, boolean pattern) {
        List<byte[]> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length; i++) {
            char each = (char) (text[i] & 0xff);
            if (each == '*') {
                if (!parts.isEmpty() && part.isEmpty()) {
                    throw bad(
                            "in '" + word + "' nothing parts two stars",
                            "Put something between them, or write one");
                }
                parts.add(latin(part));
                part.setLength(0);
            } else if (pattern && (each == '?' || each == '[')) {
                throw bad(
                        "'"
                                + word
                                + "' has a '"
                                + each
                                + "', of which nobody knows what to put"
                                + " into the new name",
                        "A pattern to rename by has stars only; write \\"
                                + each
                                + " for one that belongs to the key");
            } else {
                part.append(each == '\\' ? (char) (text[++i] & 0xff) : each);
            }
        }
        parts.add(latin(part));
        if (parts.size() - 1 > Renaming.MOST_STARS) {
            throw bad(
                    "'" + word + "' has more than " + Renaming.MOST_STARS + " stars", "Use fewer");
        }
        return parts.toArray(new byte[0][]);
    }

    private static byte[] latin(CharSequence bytes) {
        return bytes.toString().getBytes(ISO_8859_1);
    }

    private SynclineException bad(String reason, String remedy) {
        return new SynclineException(ErrorCode.BAD_OPTION, place, reason, remedy);
    }
}
