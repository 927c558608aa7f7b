package io.syncline.engine.verify;

import io.syncline.engine.resp.ErrorKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// One reply, as far as a comparison needs it.
sealed interface Answer {
    /// A status line such as `OK` or `string`.
    record Word(String text) implements Answer {}

    /// An error that the server reports.
    record Failed(String text) implements Answer {
        ErrorKind kind() {
            return ErrorKind.of(text);
        }
    }

    record Whole(long value) implements Answer {}

    /// What PEXPIRETIME says of most keys.
    Answer NEVER = new Whole(Expiries.NEVER);

    /// A missing value.
    enum Nil implements Answer {
        NIL
    }

    /// A bulk string: all its bytes, or of a long one its beginning and a digest of the whole.
    ///
    /// @param head all bytes, or the first of them
    /// @param length of the whole
    /// @param digest of a long one; [Digest.Sum#ZERO] when `head` is all
    @SuppressWarnings("ArrayRecordComponent") // given away by the reader, never changed
    record Bytes(byte[] head, long length, Digest.Sum digest) implements Answer {
        boolean isWhole() {
            return head.length == length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes
                    && length == bytes.length
                    && digest.equals(bytes.digest)
                    && Arrays.equals(head, bytes.head);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(head);
        }

        String text() {
            return new String(head, StandardCharsets.UTF_8);
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    record Items(Answer[] items) implements Answer {
        @Override
        public boolean equals(Object other) {
            return other instanceof Items list && Arrays.equals(items, list.items);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(items);
        }
    }

    /// The text of a status or a bulk string; empty for others.
    static String text(Answer answer) {
        return switch (answer) {
            case Word word -> word.text();
            case Bytes bytes -> bytes.text();
            case Failed failed -> failed.text();
            case Whole whole -> Long.toString(whole.value());
            case Items items -> "";
            case Nil nil -> "";
        };
    }

    /// A number, also one that is written as text; -1 for what is none.
    static long number(Answer answer) {
        try {
            return answer instanceof Whole whole ? whole.value() : Long.parseLong(text(answer));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// The elements of an array; none for what is no array.
    static Answer[] items(Answer answer) {
        return answer instanceof Items list ? list.items() : new Answer[0];
    }

    /// The value behind a name in a flat array of names and values; nil when there is none.
    static Answer field(Answer answer, String name) {
        Answer[] items = items(answer);
        for (int i = 0; i + 1 < items.length; i += 2) {
            if (text(items[i]).equals(name)) {
                return Objects.requireNonNull(items[i + 1]);
            }
        }
        return Nil.NIL;
    }
}
