package io.syncline.engine.twoway;

import io.syncline.engine.bytes.ByteBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A marker as the value of a key: numbers ended by a blank, names with their length before them.
///
/// Bytes from a server are untrusted: whatever is not exactly a marker is an
/// [IllegalArgumentException].
final class MarkerCodec {
    private static final String FORMAT = "pair2 ";

    /// No value of a server is longer than 512 MiB; a count beyond this cannot be a marker's.
    private static final int COUNT_LIMIT = 1 << 26;

    /// Stand in the place of the database that a flush empties.
    private static final int EVERY_DATABASE = -1;

    private static final int NO_FLUSH = -2;

    private MarkerCodec() {}

    static byte[] encode(Marker marker) {
        ByteBuilder out = new ByteBuilder(256);
        out.putAscii(FORMAT);
        write(out, marker);
        Marker peer = marker.peer();
        number(out, peer == null ? 0 : 1);
        if (peer != null) {
            write(out, peer);
        }
        return out.toBytes();
    }

    private static void write(ByteBuilder out, Marker marker) {
        number(out, marker.epoch());
        number(out, marker.sequence());
        place(out, marker.through());
        place(out, marker.known());
        flush(out, marker.flush());
        table(out, marker.covered());
        table(out, marker.transfers());
        keys(out, marker.deletes());
        keys(out, marker.remade());
    }

    /// One number, a database's or a stand-in; several databases: how many, below [#NO_FLUSH].
    private static void flush(ByteBuilder out, @Nullable FlushScope flush) {
        if (flush == null) {
            number(out, NO_FLUSH);
        } else if (flush.isEvery()) {
            number(out, EVERY_DATABASE);
        } else {
            Set<Integer> databases = new TreeSet<>(flush.databases());
            if (databases.size() > 1) {
                number(out, NO_FLUSH - databases.size());
            }
            databases.forEach(database -> number(out, database));
        }
    }

    private static void number(ByteBuilder out, long value) {
        out.putDecimal(value).put((byte) ' ');
    }

    private static void place(ByteBuilder out, StreamPlace place) {
        bytes(out, place.stream().getBytes(StandardCharsets.ISO_8859_1));
        number(out, place.offset());
        number(out, place.database());
    }

    private static void bytes(ByteBuilder out, byte[] value) {
        number(out, value.length);
        out.put(value);
    }

    private static void key(ByteBuilder out, KeyId key) {
        number(out, key.database());
        bytes(out, key.name());
    }

    private static void keys(ByteBuilder out, Set<KeyId> keys) {
        number(out, keys.size());
        for (KeyId key : keys) {
            key(out, key);
        }
    }

    private static void table(ByteBuilder out, Map<KeyId, Long> table) {
        number(out, table.size());
        for (Map.Entry<KeyId, Long> entry : table.entrySet()) {
            key(out, entry.getKey());
            number(out, entry.getValue());
        }
    }

    static Marker decode(byte[] value) {
        Cursor cursor = new Cursor(value);
        cursor.format();
        Marker marker = cursor.marker();
        Marker peer = cursor.count() == 1 ? cursor.marker() : null;
        cursor.end();
        return new Marker(
                marker.epoch(),
                marker.sequence(),
                marker.through(),
                marker.known(),
                marker.covered(),
                marker.transfers(),
                marker.deletes(),
                marker.remade(),
                marker.flush(),
                peer);
    }

    /// Reads a value from its front.
    private static final class Cursor {
        private final byte[] value;
        private int at;

        Cursor(byte[] value) {
            this.value = value;
        }

        void format() {
            byte[] format = FORMAT.getBytes(StandardCharsets.ISO_8859_1);
            if (value.length < format.length
                    || !Arrays.equals(value, 0, format.length, format, 0, format.length)) {
                throw wrong("it does not begin '" + FORMAT.strip() + "'");
            }
            at = format.length;
        }

        Marker marker() {
            long epoch = number();
            long sequence = number();
            StreamPlace through = place();
            StreamPlace known = place();
            @Nullable FlushScope flush = flush();
            Map<KeyId, Long> covered = table();
            Map<KeyId, Long> transfers = table();
            Set<KeyId> deletes = keys();
            Set<KeyId> remade = keys();
            return new Marker(
                    epoch, sequence, through, known, covered, transfers, deletes, remade, flush,
                    null);
        }

        private Set<KeyId> keys() {
            Set<KeyId> keys = new HashSet<>();
            for (int left = count(); left > 0; left--) {
                keys.add(key());
            }
            return keys;
        }

        private @Nullable FlushScope flush() {
            long first = number();
            if (first == NO_FLUSH) {
                return null;
            }
            if (first == EVERY_DATABASE) {
                return FlushScope.ALL;
            }
            if (first >= 0) {
                return new FlushScope((int) first);
            }
            Set<Integer> databases = new HashSet<>();
            for (long left = NO_FLUSH - first; left > 0; left--) {
                databases.add((int) number());
            }
            return new FlushScope(databases);
        }

        private StreamPlace place() {
            String stream = new String(bytes(), StandardCharsets.ISO_8859_1);
            long offset = number();
            return new StreamPlace(stream, offset, (int) number());
        }

        private Map<KeyId, Long> table() {
            Map<KeyId, Long> table = new HashMap<>();
            for (int left = count(); left > 0; left--) {
                KeyId key = key();
                table.put(key, number());
            }
            return table;
        }

        private KeyId key() {
            int database = (int) number();
            return new KeyId(database, bytes());
        }

        private byte[] bytes() {
            int length = count();
            if (length > value.length - at) {
                throw wrong("a name of " + length + " bytes goes beyond its end");
            }
            at += length;
            return Arrays.copyOfRange(value, at - length, at);
        }

        int count() {
            long count = number();
            if (count < 0 || count > COUNT_LIMIT) {
                throw wrong("a count is " + count);
            }
            return (int) count;
        }

        private long number() {
            int end = at;
            while (end < value.length && value[end] != ' ') {
                end++;
            }
            if (end == value.length) {
                throw wrong("it ends within a number");
            }
            String text = new String(value, at, end - at, StandardCharsets.ISO_8859_1);
            at = end + 1;
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "the pair's marker is malformed: '" + text + "' is no number", e);
            }
        }

        void end() {
            if (at != value.length) {
                throw wrong((value.length - at) + " bytes stand behind it");
            }
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("the pair's marker is malformed: " + what);
        }
    }
}
