package io.syncline.engine.target;

import io.syncline.engine.fault.SynclineException;
import org.jspecify.annotations.Nullable;

/// What a cluster writer does about commands that the target refuses: lists them there, and stops
/// the task unless it is told to go on.
final class ClusterRefusals {
    private final WriterSettings settings;
    private final FloorKeeper floor;
    private final ClusterLanes lanes;

    ClusterRefusals(WriterSettings settings, FloorKeeper floor, ClusterLanes lanes) {
        this.settings = settings;
        this.floor = floor;
        this.lanes = lanes;
    }

    /// Takes in those that nodes have answered with; all of them are listed, also when the task
    /// stops at one.
    void takeAnswered() {
        SynclineException stop = null;
        for (Refused refused = lanes.nextRefusal();
                refused != null;
                refused = lanes.nextRefusal()) {
            SynclineException why = judge(refused.refusal(), refused.passed());
            stop = stop == null ? why : stop;
        }
        stopIf(stop);
    }

    /// Lists what is not listed yet, when the task ends in the midst of something.
    void leave() {
        for (Refused refused = lanes.nextRefusal();
                refused != null;
                refused = lanes.nextRefusal()) {
            judge(refused.refusal(), refused.passed());
        }
        try {
            floor.recordNow();
        } catch (SynclineException | StoppedException e) {
            System.getLogger(ClusterRefusals.class.getName())
                    .log(System.Logger.Level.WARNING, "refused, and not listed", e);
        }
    }

    /// Records one that was not sent at all.
    void refuse(Refusal refusal) {
        stopIf(judge(refusal, false));
    }

    /// @param passed whether the task goes on behind it when it is started again
    /// @return why the task stops; null when it goes on
    private @Nullable SynclineException judge(Refusal refusal, boolean passed) {
        floor.record(refusal);
        if (settings.refusals().skip(refusal)) {
            return null;
        }
        return passed
                ? TargetErrors.commandPassed(lanes.place(), refusal, settings.keys())
                : TargetErrors.commandRefused(lanes.place(), refusal, settings.keys());
    }

    private void stopIf(@Nullable SynclineException stop) {
        if (stop != null) {
            floor.recordNow();
            throw stop;
        }
    }
}
