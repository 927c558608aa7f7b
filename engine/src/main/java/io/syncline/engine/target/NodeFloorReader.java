package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Redirect;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.List;

/// Reads what the nodes of a cluster target say of how far they are.
final class NodeFloorReader {
    private final WriterSettings settings;
    private final long epoch;

    NodeFloorReader(WriterSettings settings, long epoch) {
        this.settings = settings;
        this.epoch = epoch;
    }

    /// Reads the floors of a layout's nodes, wherever their keys are now.
    NodeFloors read(Floor floor, NodeLanes nodes) throws IOException {
        List<TargetLayout.Group> groups = floor.layout().groups();
        NodeFloor[] found = new NodeFloor[groups.size()];
        for (int i = 0; i < found.length; i++) {
            int slot = groups.get(i).keySlot();
            byte[] key = settings.keys().nodeFloor(settings.pipeline(), Slots.tag(slot));
            found[i] = read(nodes.of(slot).node(), key, false);
        }
        return new NodeFloors(floor.layout(), found, floor.checkpoint());
    }

    private NodeFloor read(HostPort node, byte[] key, boolean asking) throws IOException {
        Reply reply;
        try (Connection connection = settings.instance().connector().open(node)) {
            if (asking) {
                CheckpointStore.accept(connection, connection.call("ASKING"));
            }
            reply = connection.call("GET".getBytes(UTF_8), key);
        }
        if (reply instanceof Reply.Bulk bulk) {
            return NodeFloor.decode(bulk.bytes(), epoch);
        }
        if (reply instanceof Reply.Failure failure) {
            Redirect redirect = Redirect.parse(failure.text());
            if (asking || redirect == null || !redirect.ask()) {
                throw TargetErrors.of(node.toString(), failure.text());
            }
            return read(new HostPort(redirect.host(), redirect.port()), key, true);
        }
        return NodeFloor.ABSENT;
    }
}
