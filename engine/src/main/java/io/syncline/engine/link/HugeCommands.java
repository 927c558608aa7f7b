package io.syncline.engine.link;

import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.TargetWriter;

/// Sees to it that of huge commands no more than two copies of one are in memory at any time: what
/// it was read into is given back before it is sent, and the next is read when it is answered.
///
/// Belongs to the applier.
final class HugeCommands {
    private final StreamDecoder decoder;
    private final TargetWriter writer;

    /// One is written, and the source's transaction that it is in has not ended.
    private boolean waits;

    HugeCommands(StreamDecoder decoder, TargetWriter writer) {
        this.decoder = decoder;
        this.writer = writer;
    }

    /// To be told of each command when it has been written.
    ///
    /// @param behind where the stream stands behind it
    void taken(int length, Place behind) throws RewindException {
        if (!waits && length <= TargetWriter.HUGE_BYTES) {
            return;
        }
        decoder.release();
        waits = !behind.clean;
        if (behind.clean) {
            writer.flush(behind);
            writer.drain();
        }
    }
}
