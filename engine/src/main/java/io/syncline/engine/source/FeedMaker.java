package io.syncline.engine.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Makes the bytes that a primary would send: an RDB, then commands. Used by one [LocalIntake];
/// [#begin] and [#make] are called in turn, each time anew after the target had to go back.
public interface FeedMaker {
    /// How the bytes begin.
    ///
    /// @param replicationId what identifies the stream, 40 characters
    /// @param snapshot whether an RDB comes first
    /// @param offset of the stream before its first byte
    /// @param snapshotBytes of the RDB, or -1 when they are not known beforehand
    record Start(String replicationId, boolean snapshot, long offset, long snapshotBytes) {}

    /// Looks at what there is.
    ///
    /// @param from where the target stands; null for nowhere
    /// @throws IOException when that cannot be told now: [LocalIntake] reports it as a failure
    Start begin(@Nullable Position from) throws IOException;

    /// Writes everything behind that start. Returns when no more will come; the stream then just
    /// rests.
    ///
    /// @throws FeedWriter.ClosedException as the writer threw it, when nobody reads any more
    void make(FeedWriter out) throws IOException;

    /// Lets [#make] return soon. From any thread, any number of times; [#begin] forgets it.
    void interrupt();

    /// What is read from.
    String place();

    /// The offset that all that is known to be there reaches to; -1 while unknown.
    long knownOffset();

    /// Asks for a goal: from now on [#goal] is unknown until all that is there now has an offset.
    void askForGoal();

    /// The offset behind everything that was there at a moment after [#askForGoal]; -1 unknown.
    long goal();

    /// See [Intake#gapRemedy].
    String gapRemedy();

    /// How far the source's clock is ahead of ours.
    default long clockSkewMillis() {
        return 0;
    }
}
