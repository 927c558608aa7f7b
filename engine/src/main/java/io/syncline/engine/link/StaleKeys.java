package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.resp.ScanPage;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Finds what a repeated snapshot leaves behind: keys that an earlier snapshot or stream brought to
/// the target and that the source has deleted meanwhile.
///
/// They are removed from a target that was empty when the task began; from any other they are only
/// told, since nothing of anyone else is touched. Who wrote a key into a target that was empty
/// cannot be seen, so they are counted and told before the first is removed. The new snapshot has
/// overwritten every live key by then, so there is no moment in which one is missing.
final class StaleKeys implements SnapshotPhase.KeyObserver {
    private static final int SCAN_COUNT = 1000;

    /// Enough to see what kind of keys they are.
    private static final int MOST_EXAMPLES = 5;

    private static final int EXAMPLE_LENGTH = 60;

    private final KeySet seen = new KeySet();
    private final BitSet slots;
    private final boolean owned;
    private final List<String> examples = new ArrayList<>();
    private boolean removing;
    private long count;

    /// Keys that may be of this shard or of another one.
    private long doubtful;

    /// @param slots of the shard that the snapshot is of
    /// @param owned whether they may be removed
    StaleKeys(BitSet slots, boolean owned) {
        this.slots = slots;
        this.owned = owned;
    }

    /// What was found, in words for the user.
    private LinkEvent.Warned warning(String place) {
        String found =
                (count == 1 ? "1 key of the target is" : count + " keys of the target are")
                        + " not in the source, for example "
                        + String.join(", ", examples);
        return owned
                ? new LinkEvent.Warned(
                        place,
                        found
                                + "; removed now, since the target was empty when the task"
                                + " began",
                        "Keep nothing else in the target of a task, or start the task with"
                                + " --on-gap stop")
                : new LinkEvent.Warned(
                        place,
                        found + "; left, since the target was not empty when the task" + " began",
                        "Delete those that the source had deleted, if they are no one else's");
    }

    @Override
    public void key(int database, ByteSlice key) {
        seen.add(database, key.array, key.offset, key.length);
    }

    /// Scans the target for what the snapshot did not have, and tells what was found.
    ///
    /// @throws StoppedException when told to stop before it was through: then the snapshot is not
    ///   whole, and the next start takes it again
    void sweep(Workshop shop) throws RewindException {
        Place place = new Place();
        place.offset = shop.progress().snapshotOffset;
        TargetScan target = shop.targetScan();
        target.run(shop, primaries -> sweep(shop, primaries, place));
        if (shop.strays() != null) {
            shop.progress().snapshotOffset = place.offset;
            return;
        }
        String where = shop.writer().place();
        if (count > 0) {
            shop.event(warning(where));
        }
        if (owned && count > 0) {
            removing = true;
            count = 0;
            target.run(shop, primaries -> sweep(shop, primaries, place));
            shop.event(
                    new LinkEvent.Warned(
                            where, count + " keys that the source no longer has were removed", ""));
        }
        shop.progress().snapshotOffset = place.offset;
        if (doubtful > 0) {
            shop.event(
                    new LinkEvent.Warned(
                            where,
                            doubtful
                                    + " keys of the target were left, since by the ETL rules keys of"
                                    + " several shards may have their names",
                            "Compare both sides with ./syncline verify and the same --etl"));
        }
    }

    private void sweep(Workshop shop, List<TargetScan.Primary> primaries, Place place)
            throws IOException, RewindException {
        // A second look, behind one that broke off, meets again what is still there.
        doubtful = 0;
        examples.clear();
        if (!removing) {
            count = 0;
        }
        try {
            for (TargetScan.Primary primary : primaries) {
                Connection connection = primary.connection();
                for (int database : shop.targetDatabases(connection)) {
                    sweep(shop, connection, database, place);
                }
            }
        } finally {
            shop.writer().flush(place);
            shop.writer().drain();
        }
    }

    private void sweep(Workshop shop, Connection connection, int database, Place place)
            throws IOException, RewindException {
        accept(connection.call("SELECT", Integer.toString(database)));
        ScanPage page;
        String cursor = ScanPage.FIRST;
        do {
            if (shop.isStopping()) {
                throw new StoppedException();
            }
            Reply reply = connection.call("SCAN", cursor, "COUNT", Integer.toString(SCAN_COUNT));
            page = ScanPage.of(accept(reply));
            cursor = page.cursor();
            for (byte[] key : page.keys()) {
                if (isStale(shop, database, key)) {
                    found(shop, database, key, place);
                }
            }
        } while (!page.isLast());
    }

    private static Reply accept(Reply reply) throws IOException {
        if (reply instanceof Reply.Failure failure) {
            throw new IOException(failure.text());
        }
        return reply;
    }

    private void found(Workshop shop, int database, byte[] key, Place place)
            throws RewindException {
        count++;
        LinkHooks.Strays strays = shop.strays();
        if (strays != null) {
            strays.found(database, key);
        } else if (removing) {
            delete(shop, database, key, place);
        } else if (examples.size() < MOST_EXAMPLES) {
            String name = new String(key, UTF_8);
            boolean isLong = name.length() > EXAMPLE_LENGTH;
            examples.add("'" + (isLong ? name.substring(0, EXAMPLE_LENGTH) + "..." : name) + "'");
        }
    }

    private boolean isStale(Workshop shop, int database, byte[] key) {
        if (shop.filter().isExcluded(key, 0, key.length)
                || seen.contains(database, key, 0, key.length)) {
            return false;
        }
        return switch (shop.homes().whether(database, key, slots::get)) {
            case HERE -> true;
            case ELSEWHERE -> false;
            case UNSURE -> {
                doubtful++;
                yield false;
            }
        };
    }

    private static void delete(Workshop shop, int database, byte[] key, Place place)
            throws RewindException {
        ByteSlice slice = new ByteSlice().set(key, 0, key.length);
        ByteBuilder wire = shop.writer().open(database, slice, true, place);
        RespWriter.array(wire, 2);
        RespWriter.bulk(wire, shop.rewriter().targetKnowsUnlink() ? "UNLINK" : "DEL");
        RespWriter.bulk(wire, key);
        place.offset++;
        shop.writer().close(1, place);
    }
}
