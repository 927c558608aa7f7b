package io.syncline.engine.target;

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

    /// Takes in those that nodes have answered with.
    void takeAnswered() {
        for (Refused refused = lanes.nextRefusal();
                refused != null;
                refused = lanes.nextRefusal()) {
            refuse(refused.refusal(), refused.passed());
        }
    }

    /// Records one that was not sent at all.
    void refuse(Refusal refusal) {
        refuse(refusal, false);
    }

    /// @param passed whether the task goes on behind it when it is started again
    private void refuse(Refusal refusal, boolean passed) {
        floor.record(refusal);
        if (!settings.refusals().skip(refusal)) {
            floor.recordNow();
            throw passed
                    ? TargetErrors.commandPassed(lanes.place(), refusal, settings.keys())
                    : TargetErrors.commandRefused(lanes.place(), refusal, settings.keys());
        }
    }
}
