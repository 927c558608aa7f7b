package io.syncline.engine.verify;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Bytes of users as text for people: never cut inside a letter, never a control character.
final class Show {
    /// Enough to recognise a value; a report is no copy of the data.
    static final int SHOWN_BYTES = 48;

    private static final int FIRST_PRINTABLE = 0x20;
    private static final int DELETE = 0x7f;

    private Show() {}

    static String quoted(Answer answer) {
        return switch (answer) {
            case Answer.Bytes bytes -> quoted(bytes.head(), bytes.length());
            case Answer.Whole whole -> Long.toString(whole.value());
            case Answer.Nil nil -> "none";
            case Answer.Word word -> word.text();
            case Answer.Failed failed -> failed.text();
            case Answer.Items items -> items.items().length + " items";
        };
    }

    static String quoted(byte[] bytes, long length) {
        int shown = Math.min(bytes.length, SHOWN_BYTES);
        String rest = length > shown ? "... (" + length + " bytes)" : "";
        return "\"" + text(bytes, shown) + "\"" + rest;
    }

    /// UTF-8 where it is; else every byte that is not printable ASCII as `\xHH`.
    static String text(byte[] bytes) {
        return text(bytes, bytes.length);
    }

    private static String text(byte[] bytes, int length) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, 0, length))
                            .toString();
            if (text.codePoints().noneMatch(Show::isHidden)) {
                return text;
            }
        } catch (CharacterCodingException e) {
            return escaped(bytes, length);
        }
        return escaped(bytes, length);
    }

    private static boolean isHidden(int point) {
        return Character.isISOControl(point) || Character.getType(point) == Character.FORMAT;
    }

    private static String escaped(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(length + 16);
        for (int i = 0; i < length; i++) {
            int value = bytes[i] & 0xff;
            if (value >= FIRST_PRINTABLE && value < DELETE && value != '\\') {
                text.append((char) value);
            } else {
                text.append(String.format("\\x%02x", value));
            }
        }
        return text.toString();
    }
}
