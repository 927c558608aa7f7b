package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads and writes a pair's floor, and the key that says of an instance that it is in a pair.
final class FloorKeys {
    private FloorKeys() {}

    /// The primary that a key of the pair is at.
    static Port owner(List<Port> ports, byte[] key) {
        int slot = Slots.of(key);
        for (Port port : ports) {
            if (port.slots().get(slot)) {
                return port;
            }
        }
        throw new SynclineException(
                ErrorCode.TOPOLOGY_UNUSABLE,
                ports.getFirst().site().toString(),
                "no primary owns slot " + slot,
                "Give every slot an owner (CLUSTER INFO shows what is missing)");
    }

    /// The floor that stands at a site.
    ///
    /// @return null when none was ever written, or a flush took it
    static @Nullable FloorRecord read(List<Port> ports) throws IOException {
        byte[] key = ports.getFirst().keys().floor();
        try (Connection connection = owner(ports, key).open()) {
            String place = connection.address().toString();
            Reply reply = connection.call("GET".getBytes(UTF_8), key);
            Answers.accept(place, List.of(reply));
            return reply instanceof Reply.Bulk bulk ? decode(place, bulk.bytes()) : null;
        }
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
    static void write(List<Port> ports, FloorRecord record, String task) throws IOException {
        set(ports, ports.getFirst().keys().floor(), record.encode());
        set(ports, End.MEMBERSHIP, task.getBytes(UTF_8));
    }

    private static void set(List<Port> ports, byte[] key, byte[] value) throws IOException {
        try (Connection connection = owner(ports, key).open()) {
            Reply reply = connection.call("SET".getBytes(UTF_8), key, value);
            Answers.accept(connection.address().toString(), List.of(reply));
        }
    }
}
