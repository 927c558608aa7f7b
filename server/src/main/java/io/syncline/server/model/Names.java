package io.syncline.server.model;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/// Ids that the service makes, and the rule for names that users give.
public final class Names {
    /// Fits a line of every table.
    private static final int MAX_NAME = 64;

    private static final int MAX_SHOWN = 80;

    /// No letters that are mistaken for each other, and none that only case tells apart.
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    /// 31^12: two will not meet.
    private static final int ID_LENGTH = 12;

    private static final SecureRandom RANDOM = new SecureRandom();

    /// Control characters, ends of lines, halves of characters, and what turns the direction of the
    /// text behind it.
    private static final Pattern MISLEADING =
            Pattern.compile("[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]");

    private Names() {}

    /// A new id: `t-` and twelve letters for a task.
    public static String id(String prefix) {
        StringBuilder id = new StringBuilder(prefix).append('-');
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return id.toString();
    }

    /// Checks a name that a person gave.
    public static String checked(String place, String name) {
        String text = name.strip();
        if (text.isEmpty()
                || text.length() > MAX_NAME
                || text.chars().anyMatch(c -> c == '<' || c == '>')
                || MISLEADING.matcher(text).find()) {
            throw Problem.badRequest(
                    place,
                    "'" + shown(name) + "' is not a name",
                    "1 to " + MAX_NAME + " letters, digits, blanks and signs other than < and >");
        }
        return text;
    }

    /// A text without control characters, which could make a log say what did not happen.
    public static String plain(String text) {
        return MISLEADING.matcher(text).replaceAll("?");
    }

    /// What a user gave, cut to what fits a sentence, without control characters.
    public static String shown(String text) {
        String plain = plain(text);
        return plain.length() <= MAX_SHOWN ? plain : plain.substring(0, MAX_SHOWN) + "...";
    }
}
