package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads and writes a pair's floor, and the key that says of an instance that it is in a pair.
final class FloorKeys {
    private FloorKeys() {}

    /// The newer one of both sites; null when none was ever written, or a flush took it.
    static @Nullable FloorRecord newest(List<End> ends) throws IOException {
        FloorRecord newest = null;
        for (End end : ends) {
            FloorRecord found = read(end);
            if (newest == null || (found != null && found.isNewerThan(newest))) {
                newest = found;
            }
        }
        return newest;
    }

    /// The floor that stands at a site.
    ///
    /// @return null when none was ever written, or a flush took it
    static @Nullable FloorRecord read(End end) throws IOException {
        byte[] key = end.floorKey();
        try (Connection connection = end.openFor(key)) {
            return read(connection, key);
        }
    }

    private static @Nullable FloorRecord read(Connection connection, byte[] key)
            throws IOException {
        String place = connection.address().toString();
        Reply reply = connection.call("GET".getBytes(UTF_8), key);
        Answers.accept(place, List.of(reply));
        return reply instanceof Reply.Bulk bulk ? decode(place, bulk.bytes()) : null;
    }

    private static FloorRecord decode(String place, byte[] value) {
        try {
            return FloorRecord.decode(value);
        } catch (IllegalArgumentException e) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    place,
                    "the task's own key cannot be read: " + e.getMessage(),
                    "Start once with --resync-from source or --resync-from target");
        }
    }

    /// Writes it before anything else happens, and that this instance is in this pair.
    static void write(End end, FloorRecord record, String task) throws IOException {
        set(end, end.floorKey(), record.encode());
        set(end, End.MEMBERSHIP, task.getBytes(UTF_8));
    }

    private static void set(End end, byte[] key, byte[] value) throws IOException {
        try (Connection connection = end.openFor(key)) {
            Reply reply = connection.call("SET".getBytes(UTF_8), key, value);
            Answers.accept(connection.address().toString(), List.of(reply));
        }
    }

    /// Writes a newer one, unless another run has written one since, which then goes on from it.
    static void advance(End end, FloorRecord record) throws IOException {
        byte[] key = end.floorKey();
        try (Connection connection = end.openFor(key)) {
            String place = connection.address().toString();
            Answers.accept(place, List.of(connection.call("WATCH".getBytes(UTF_8), key)));
            FloorRecord present = read(connection, key);
            if (present != null && present.isNewerThan(record)) {
                return;
            }
            ByteBuilder out = new ByteBuilder(512);
            RespWriter.command(out, "MULTI");
            RespWriter.array(out, 3);
            RespWriter.bulk(out, "SET");
            RespWriter.bulk(out, key);
            RespWriter.bulk(out, record.encode());
            RespWriter.command(out, "EXEC");
            connection.send(out);
            List<Reply> replies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                replies.add(connection.replies().read());
            }
            Answers.accept(place, replies);
        }
    }
}
