package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.twoway.PairKeys;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.util.BitSet;

/// One primary of a site: how to reach it, whichever node it is by now, and which names things have
/// there.
///
/// @param slots that it owned at the start; all of them where the site is no cluster
/// @param tag the slot of its epoch and its beat; negative where it owns none
/// @param identity which nodes it may be by now
record Port(
        Site site,
        PairKeys keys,
        BitSet slots,
        int tag,
        ShardIdentity identity,
        NodeFinder finder,
        Connector connector) {
    /// Of a primary without slots, which is only read.
    static final int NO_TAG = -1;

    Port {
        slots = (BitSet) slots.clone();
    }

    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /// A key of the first copy's, in the slot of the epoch.
    byte[] emptied() {
        String prefix = new String(keys.ofTaskBySlot(), UTF_8);
        return (prefix + "pair-emptied:{" + Slots.tag(Math.max(0, tag)) + "}").getBytes(UTF_8);
    }

    /// @throws RightsException when the account is refused: it was not when the task was prechecked
    Connection open() throws IOException {
        try {
            return connector.open(finder.find());
        } catch (SynclineException e) {
            if (e.failure().code() == ErrorCode.NOT_AUTHENTICATED) {
                throw new RightsException(e);
            }
            throw e;
        }
    }
}
