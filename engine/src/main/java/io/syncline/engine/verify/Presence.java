package io.syncline.engine.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Which of many keys a side has.
final class Presence {
    private static final byte[] EXISTS = NodeLink.bytes("EXISTS");

    private final Sides sides;

    Presence(Sides sides) {
        this.sides = sides;
    }

    /// The keys that this side has not, or of which it cannot say.
    List<byte[]> missing(SideLinks side, int database, List<byte[]> keys) throws IOException {
        if (keys.isEmpty() || (canCount(side) && hasAll(side, database, keys))) {
            return List.of();
        }
        NodeLink[] links = new NodeLink[keys.size()];
        for (int i = 0; i < links.length; i++) {
            links[i] = side.of(keys.get(i), database);
            links[i].add(EXISTS, side.name(keys.get(i), database));
        }
        for (NodeLink link : links) {
            link.flush();
        }
        List<byte[]> missing = new ArrayList<>();
        for (int i = 0; i < links.length; i++) {
            if (Answer.number(sides.answer(links[i])) <= 0) {
                missing.add(keys.get(i));
            }
        }
        return missing;
    }

    private static boolean canCount(SideLinks side) {
        return side.facts().countsMany() && !side.side().isCluster();
    }

    /// One command for all: far cheaper for the server than one each.
    private static boolean hasAll(SideLinks side, int database, List<byte[]> keys)
            throws IOException {
        byte[][] command = new byte[keys.size() + 1][];
        command[0] = EXISTS;
        for (int i = 0; i < keys.size(); i++) {
            command[i + 1] = side.name(keys.get(i), database);
        }
        return Answer.number(side.of(keys.getFirst(), database).call(command)) == keys.size();
    }
}
