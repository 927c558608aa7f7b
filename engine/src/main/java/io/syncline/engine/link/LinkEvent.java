package io.syncline.engine.link;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.RetryRemedy;
import io.syncline.engine.precheck.Finding;
import java.time.Duration;

/// Something that happened once. What changes all the time is in [LinkStatus].
public sealed interface LinkEvent {
    /// A check's result.
    record Checked(Finding finding) implements LinkEvent {}

    /// A pipeline entered a phase.
    ///
    /// @param resumed whether it stands on a position it had before, without a snapshot
    record PhaseEntered(int shard, String source, Phase phase, boolean resumed, String reason)
            implements LinkEvent {}

    /// One side is away; the link goes on trying.
    record Retrying(
            int shard,
            Side side,
            String place,
            int count,
            Duration elapsed,
            Duration limit,
            String reason)
            implements LinkEvent {
        /// What a user can do about it.
        public String remedy() {
            String where = side == Side.SOURCE ? "the source" : "the target";
            return RetryRemedy.of(where, reason) + "; the task then goes on by itself";
        }
    }

    /// It came back.
    record Recovered(int shard, Side side, String place, Duration away) implements LinkEvent {}

    /// The target refused a command for good.
    record Refused(int shard, long offset, int database, String command, String key, String reason)
            implements LinkEvent {}

    /// Something the user should know and need not act upon at once.
    record Warned(String place, String text, String remedy) implements LinkEvent {}

    /// The target has everything the source had at that moment.
    record CaughtUp() implements LinkEvent {}

    /// The link ended for good.
    record Failed(Failure failure) implements LinkEvent {}

    /// The link ended as it was told to.
    record Ended(String reason) implements LinkEvent {}

    /// Which end of the link.
    enum Side {
        SOURCE,
        TARGET
    }
}
