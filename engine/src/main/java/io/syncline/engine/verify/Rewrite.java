package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.UnsupportedValueException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The commands that make a whole key what it is at the other side.
///
/// @param facts of the side to be mended
/// @param payloads converts for its version
record Rewrite(SideFacts facts, PayloadConverter payloads) {
    /// @param payload of the side that is right; null when it has no such key
    /// @param expiry in Unix time, at the side to be mended; negative for never
    /// @param onlyExpiry whether the value is the same
    /// @param copy where a large value is put together
    /// @throws UnsupportedValueException when the side to be mended cannot hold the value
    List<byte[][]> commands(
            byte[] key, byte @Nullable [] payload, long expiry, boolean onlyExpiry, LargeCopy copy)
            throws IOException {
        if (payload == null) {
            return List.<byte[][]>of(new byte[][] {bytes("DEL"), key});
        }
        byte[][] expires = {bytes("PEXPIREAT"), key, bytes(Long.toString(expiry))};
        if (onlyExpiry) {
            return List.<byte[][]>of(expiry < 0 ? new byte[][] {bytes("PERSIST"), key} : expires);
        }
        ByteSlice slice = new ByteSlice().set(payload, 0, payload.length);
        if (copy.write(slice)) {
            return copy.take(expiry);
        }
        ByteBuilder converted = new ByteBuilder(1 << 10);
        byte[] value = payloads.convert(slice, converted) ? converted.toBytes() : payload;
        List<byte[][]> commands = new ArrayList<>();
        boolean absolute = facts.restoreAbsolute() && expiry >= 0;
        // Zero means no expiry, so an expiry in the past becomes the first millisecond there is.
        byte[] ttl = bytes(absolute ? Long.toString(Math.max(1, expiry)) : "0");
        List<byte[]> restore = new ArrayList<>(List.of(bytes("RESTORE"), key, ttl, value));
        if (facts.restoreReplaces()) {
            restore.add(bytes("REPLACE"));
        } else {
            commands.add(new byte[][] {bytes("DEL"), key});
        }
        if (absolute) {
            restore.add(bytes("ABSTTL"));
        }
        commands.add(restore.toArray(new byte[0][]));
        if (expiry >= 0 && !absolute) {
            // What is left of it would be counted by another clock than the server's.
            commands.add(expires);
        }
        return commands;
    }
}
