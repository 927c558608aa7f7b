package io.syncline.engine.target;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs a command whose keys are in several slots in one of them, on copies of its keys, and tells
/// what it made.
///
/// One transaction writes the copies, runs the command, reads the result and deletes them all: no
/// one sees them, nothing is left behind by a crash, and running it twice does no harm. What is
/// written under the keys' own names is the result alone, so that another task that reads this
/// target as its source never meets a command over one of our names and one of a user's.
final class ScratchSlot {
    private final WriterSettings settings;
    private final ClusterLanes lanes;
    private final SidePeers peers;

    ScratchSlot(WriterSettings settings, ClusterLanes lanes, SidePeers peers) {
        this.settings = settings;
        this.lanes = lanes;
        this.peers = peers;
    }

    /// @param slot any slot; all of it happens there
    /// @param keys the arguments that are keys
    /// @param result the argument whose key is asked for
    /// @param payloads what the keys hold, as DUMP tells it; a key that is not in it has no value
    /// @return the payload of the result; null when the command has left none
    /// @throws IOException when trying again may help
    /// @throws RefusedException when it cannot
    byte @Nullable [] run(
            int slot, CommandView command, int[] keys, int result, Map<ByteBuffer, byte[]> payloads)
            throws IOException, RefusedException {
        Map<ByteBuffer, byte[]> names = new HashMap<>();
        byte[][] arguments = new byte[command.argumentCount][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = command.argument(i);
        }
        for (int key : keys) {
            arguments[key] =
                    names.computeIfAbsent(
                            ByteBuffer.wrap(arguments[key]), any -> name(slot, names.size()));
        }
        ByteBuilder wire = new ByteBuilder(4 << 10);
        RespWriter.command(wire, "MULTI");
        for (Map.Entry<ByteBuffer, byte[]> entry : payloads.entrySet()) {
            RespWriter.array(wire, 5);
            RespWriter.bulk(wire, "RESTORE");
            RespWriter.bulk(wire, requireNonNull(names.get(entry.getKey()), "no key of it"));
            RespWriter.bulk(wire, 0);
            RespWriter.bulk(wire, entry.getValue());
            RespWriter.bulk(wire, "REPLACE");
        }
        put(wire, arguments);
        RespWriter.array(wire, 2);
        RespWriter.bulk(wire, "DUMP");
        RespWriter.bulk(wire, arguments[result]);
        RespWriter.array(wire, 1 + names.size());
        RespWriter.bulk(wire, "DEL");
        names.values().forEach(name -> RespWriter.bulk(wire, name));
        RespWriter.command(wire, "EXEC");
        SidePeers.Peer peer = peers.at(lanes.laneOf(slot).node());
        peer.connection().send(wire);
        List<Reply> replies = peer.transaction(payloads.size() + 3);
        return replies.get(payloads.size() + 1) instanceof Reply.Bulk made ? made.bytes() : null;
    }

    private byte[] name(int slot, int index) {
        return settings.keys().scratch(settings.pipeline(), Slots.tag(slot), index);
    }

    private static void put(ByteBuilder wire, byte[][] arguments) {
        RespWriter.array(wire, arguments.length);
        for (byte[] argument : arguments) {
            RespWriter.bulk(wire, argument);
        }
    }
}
