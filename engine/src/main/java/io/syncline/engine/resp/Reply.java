package io.syncline.engine.resp;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A reply as objects: for connections being set up, for INFO and topology. The lanes of the data
/// path walk over bytes with [ReplyParser] instead.
public sealed interface Reply {
    /// A status line such as `OK`.
    record Text(String text) implements Reply {}

    /// An error that the server reports. A value, since most callers have an answer to it.
    record Failure(String text) implements Reply {
        public ErrorKind kind() {
            return ErrorKind.of(text);
        }
    }

    /// An integer.
    record Whole(long value) implements Reply {}

    /// A bulk string. The array is not copied: whoever makes it gives it away.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere; bytes are what arrived
    record Bulk(byte[] bytes) implements Reply {
        public String utf8() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    record Items(List<Reply> items) implements Reply {
        public Items {
            items = List.copyOf(items);
        }
    }

    /// A missing value: the nil bulk string or the nil array.
    record Nil() implements Reply {}
}
