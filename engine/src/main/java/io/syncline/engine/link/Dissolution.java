package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import java.io.IOException;

/// The end of a pipeline whose shard lost its last slot and was dissolved.
final class Dissolution {
    private static final String REMEDY =
            "Give the task another name, or sweep it, and start it again";

    private Dissolution() {}

    /// Everything that was received of the stream is in the target: hands the slots over.
    ///
    /// @param sink takes what was held back
    static void leave(Workshop shop, SlotGate gate, Place place, SlotGate.Sink sink)
            throws IOException, RewindException {
        long last = shop.progress().sourceOffset;
        if (last > place.offset) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    shop.place(),
                    "the shard was dissolved before "
                            + (last - place.offset)
                            + " bytes of its stream were read",
                    REMEDY);
        }
        gate.leave(place, sink);
        shop.event(
                new LinkEvent.Warned(
                        shop.place(),
                        "the shard was dissolved; all of its changes are in the target",
                        ""));
    }

    /// The shard was gone before its stream was opened: nothing is missing if nothing was held.
    ///
    /// @param holds whether slots are noted for the shard that it was not seen to lose
    static void leaveUnread(Workshop shop, SlotGate gate, boolean holds) {
        if (holds) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    shop.place(),
                    "the shard was dissolved while the task did not read it, with slots that the"
                            + " task had not seen leave",
                    REMEDY);
        }
        gate.leaveUnread();
    }
}
