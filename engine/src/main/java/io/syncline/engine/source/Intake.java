package io.syncline.engine.source;

import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/// Where a pipeline's bytes come from: a primary that we replicate from ([Receiver]), or bytes of
/// the same kind that are made here, of a file or of answers to questions ([LocalIntake]).
///
/// Whatever it is, it fills the spool of a [Feed] on a thread of its own.
public interface Intake extends Closeable {
    /// Opens the stream and starts to fill a feed.
    ///
    /// @param from null for a snapshot
    /// @return the feed, or null when closed meanwhile
    @Nullable Feed open(@Nullable Position from);

    /// Called every 50 ms or so.
    ///
    /// @param appliedOffset what is durable in the target; -1 while nothing is
    void tick(long appliedOffset);

    /// Answers a source that asks how far we are.
    void acknowledgeNow(long appliedOffset);

    /// Whether the spool has no room, so that the source is not read.
    boolean isSpoolFull();

    /// What is read from, or was last tried.
    String place();

    /// What an operator can do so that a lost position does not happen again.
    default String gapRemedy() {
        return "Raise repl-backlog-size at the source to avoid this";
    }

    /// Ends waiting for a source that is away. From any thread; [#close] must follow.
    void abort();

    @Override
    void close();
}
