package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.BitSet;

/// Removes what a repeated snapshot leaves behind: keys that an earlier snapshot or stream brought
/// to the target and that the source has deleted meanwhile.
///
/// Only in a target that was empty when the task began, so that nothing of anyone else is touched.
/// The new snapshot has overwritten every live key by then, so there is no moment in which one is
/// missing.
final class StaleKeys implements SnapshotPhase.KeyObserver {
    private static final int SCAN_COUNT = 1000;

    private final KeySet seen = new KeySet();
    private final BitSet slots;

    /// @param slots of the shard that the snapshot is of
    StaleKeys(BitSet slots) {
        this.slots = slots;
    }

    @Override
    public void key(int database, ByteSlice key) {
        seen.add(database, key.array, key.offset, key.length);
    }

    /// Scans one database of the target and deletes what the snapshot did not have.
    ///
    /// @return how many keys were deleted
    long remove(Workshop shop, Connection connection, int database, Place place)
            throws IOException, RewindException {
        connection.call("SELECT", Integer.toString(database));
        String cursor = "0";
        long removed = 0;
        do {
            Reply reply = connection.call("SCAN", cursor, "COUNT", Integer.toString(SCAN_COUNT));
            if (!(reply instanceof Reply.Items items
                    && items.items().size() == 2
                    && items.items().get(0) instanceof Reply.Bulk next
                    && items.items().get(1) instanceof Reply.Items keys)) {
                throw new IOException("SCAN is answered with " + reply);
            }
            cursor = new String(next.bytes(), US_ASCII);
            for (Reply key : keys.items()) {
                if (key instanceof Reply.Bulk name && isStale(shop, database, name.bytes())) {
                    delete(shop, database, name.bytes(), place);
                    removed++;
                }
            }
        } while (!cursor.equals("0") && !shop.isStopping());
        return removed;
    }

    private boolean isStale(Workshop shop, int database, byte[] key) {
        return !shop.filter().isExcluded(key, 0, key.length)
                && slots.get(Slots.of(key, 0, key.length))
                && !seen.contains(database, key, 0, key.length);
    }

    private static void delete(Workshop shop, int database, byte[] key, Place place)
            throws RewindException {
        ByteSlice slice = new ByteSlice().set(key, 0, key.length);
        ByteBuilder wire = shop.writer().open(database, slice, true, place);
        RespWriter.array(wire, 2);
        RespWriter.bulk(wire, "DEL");
        RespWriter.bulk(wire, key);
        place.offset++;
        shop.writer().close(1, place);
    }
}
