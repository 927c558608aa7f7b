package io.syncline.engine.pair;

import io.syncline.engine.link.LinkStatus;
import java.io.Closeable;
import java.io.IOException;

/// One run of a two-way task over real connections.
sealed interface PairRunning extends Closeable permits PairRun, SlotRun {
    /// Blocks until the pair is told to stop, or has done what it shall.
    ///
    /// @return whether it ended by itself, as the options say
    boolean run() throws IOException;

    /// Whether the first copy, or the one that the user asked for, is behind it. From any thread.
    boolean isFounded();

    /// From any thread.
    void stop();

    /// The numbers of this moment. From any thread.
    LinkStatus status();

    @Override
    void close();
}
