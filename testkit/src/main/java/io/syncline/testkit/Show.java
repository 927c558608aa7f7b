package io.syncline.testkit;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Short readable forms of binary values, for failure messages.
final class Show {
    private static final int LONGEST = 64;
    private static final int MOST_ELEMENTS = 6;

    private Show() {}

    static String bytes(byte[] bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < bytes.length && i < LONGEST; i++) {
            int value = bytes[i] & 0xFF;
            if (value == '"' || value == '\\') {
                text.append('\\').append((char) value);
            } else if (value >= ' ' && value < 0x7F) {
                text.append((char) value);
            } else {
                text.append(String.format(Locale.ROOT, "\\x%02x", value));
            }
        }
        text.append('"');
        return bytes.length > LONGEST
                ? text.append("... (").append(bytes.length).append(" bytes)").toString()
                : text.toString();
    }

    static String reply(@Nullable Object reply) {
        return switch (reply) {
            case null -> "nil";
            case byte[] bytes -> bytes(bytes);
            case List<?> list ->
                    list.stream()
                            .limit(MOST_ELEMENTS)
                            .map(Show::reply)
                            .collect(
                                    Collectors.joining(
                                            ", ",
                                            "[",
                                            list.size() > MOST_ELEMENTS
                                                    ? ", ... (" + list.size() + ")]"
                                                    : "]"));
            default -> reply.toString();
        };
    }
}
