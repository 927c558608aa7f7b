package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a side has under some names of a hash, a set or a sorted set: a value, a score, or for a
/// set 1 and 0.
final class Members {
    private Members() {}

    /// In the order of the names; fewer answers when the key is of another type.
    static Answer[] of(SideLinks side, int database, ValueType type, byte[] key, byte[][] names)
            throws IOException {
        if (type == ValueType.HASH || side.facts().manyMembers()) {
            byte[][] command = new byte[2 + names.length][];
            command[0] = bytes(several(type));
            command[1] = key;
            System.arraycopy(names, 0, command, 2, names.length);
            return Answer.items(side.ask(key, database, command));
        }
        byte[] single = bytes(type == ValueType.SET ? "SISMEMBER" : "ZSCORE");
        List<byte[][]> commands = new ArrayList<>();
        for (byte[] name : names) {
            commands.add(new byte[][] {single, key, name});
        }
        return side.ask(key, database, commands).toArray(new Answer[0]);
    }

    private static String several(ValueType type) {
        return switch (type) {
            case HASH -> "HMGET";
            case SET -> "SMISMEMBER";
            case ZSET -> "ZMSCORE";
            case NONE, STRING, LIST, STREAM, MODULE ->
                    throw new IllegalStateException(type + " has no members");
        };
    }
}
