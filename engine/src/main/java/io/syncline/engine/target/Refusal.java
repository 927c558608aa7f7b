package io.syncline.engine.target;

import io.syncline.engine.resp.CommandView;
import java.nio.charset.StandardCharsets;

/// A command that the source had executed and the target refuses for good.
///
/// @param offset stream position behind it; 0 in a snapshot
/// @param database at the target
/// @param command its name
/// @param key its first argument, shortened
/// @param reason the target's words
/// @param arguments the whole command in RESP, shortened to [#KEPT_BYTES]
public record Refusal(
        long offset, int database, String command, String key, String reason, String arguments) {
    /// Enough to run nearly every command by hand, without ever filling the target with refusals.
    private static final int KEPT_BYTES = 16 << 10;

    private static final int KEY_BYTES = 200;

    /// Describes a command that is still in a buffer.
    public static Refusal of(CommandView view, long offset, int database, String reason) {
        String key = view.argumentCount > 1 ? shortened(view, 1) : "";
        int length = Math.min(view.length(), KEPT_BYTES);
        String arguments = new String(view.buffer, view.start, length, StandardCharsets.ISO_8859_1);
        return new Refusal(offset, database, view.text(0), key, reason, arguments);
    }

    private static String shortened(CommandView view, int argument) {
        int length = view.lengths[argument];
        String text =
                new String(
                        view.buffer,
                        view.offsets[argument],
                        Math.min(length, KEY_BYTES),
                        StandardCharsets.UTF_8);
        return length > KEY_BYTES ? text + "..." : text;
    }

    /// One line of JSON, as it is kept in the target's list of refused commands.
    public String json() {
        return "{\"offset\":"
                + offset
                + ",\"database\":"
                + database
                + ",\"command\":"
                + quoted(command)
                + ",\"key\":"
                + quoted(key)
                + ",\"reason\":"
                + quoted(reason)
                + ",\"resp\":"
                + quoted(arguments)
                + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append(letter);
            } else if (letter < ' ' || letter > '~') {
                quoted.append(String.format("\\u%04x", (int) letter));
            } else {
                quoted.append(letter);
            }
        }
        return quoted.append('"').toString();
    }
}
