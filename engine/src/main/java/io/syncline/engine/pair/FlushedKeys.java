package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ScanPage;
import io.syncline.engine.target.OwnKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the keys that a flush at one site deletes at the other: all in the slots of the primary
/// that was flushed, by a scan.
final class FlushedKeys {
    private static final String SCAN_COUNT = "1000";

    /// All their names are in memory at once, so this many of a hundred bytes are the end of what
    /// fits beside everything else.
    private static final int LIMIT = 4_000_000;

    private FlushedKeys() {}

    /// @param slots that were flushed
    /// @param at the other site's primaries
    static Map<Integer, Collection<byte[]>> find(BitSet slots, List<Port> at) throws IOException {
        Map<Integer, Collection<byte[]>> found = new HashMap<>();
        int count = 0;
        for (Port port : at) {
            try (Connection connection = port.open()) {
                count += scan(connection, slots, found, LIMIT - count);
            }
        }
        return found;
    }

    private static int scan(
            Connection connection, BitSet slots, Map<Integer, Collection<byte[]>> into, int limit)
            throws IOException {
        byte[] own = OwnKeys.PREFIX.getBytes(UTF_8);
        int count = 0;
        ScanPage page;
        String cursor = ScanPage.FIRST;
        do {
            Reply reply = connection.call("SCAN", cursor, "COUNT", SCAN_COUNT);
            Answers.accept(connection.address().toString(), List.of(reply));
            page = ScanPage.of(reply);
            cursor = page.cursor();
            for (byte[] key : page.keys()) {
                int slot = Slots.of(key);
                if (!begins(key, own) && slots.get(slot)) {
                    into.computeIfAbsent(slot, s -> new ArrayList<>()).add(key);
                    count++;
                }
            }
            if (count > limit) {
                throw tooMany(connection);
            }
        } while (!page.isLast());
        return count;
    }

    private static boolean begins(byte[] name, byte[] prefix) {
        return name.length >= prefix.length
                && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static SynclineException tooMany(Connection connection) {
        return new SynclineException(
                ErrorCode.FLUSH_MET,
                connection.address().toString(),
                "the other side was flushed, and more than "
                        + LIMIT
                        + " keys would have to be deleted here one by one",
                "Flush this side too, then start once with --resync-from");
    }
}
