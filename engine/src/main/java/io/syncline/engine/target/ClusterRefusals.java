package io.syncline.engine.target;

import io.syncline.engine.resp.CommandView;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// What nodes of a cluster target refused for good: told to the owner, and taken out of batches.
final class ClusterRefusals {
    private final ConcurrentLinkedQueue<Refused> waiting = new ConcurrentLinkedQueue<>();

    /// A refusal that the owner has not heard of yet.
    @Nullable Refused next() {
        return waiting.poll();
    }

    /// @param passed whether the task goes on behind it when it is started again
    void add(Refusal refusal, boolean passed) {
        waiting.add(new Refused(refusal, passed));
    }

    /// Takes a refused command out of its batch, or stops.
    void operate(Batch batch, LaneFault why, String place) {
        int command = why.command();
        if (command < 0) {
            throw TargetErrors.refusal(place, why.text());
        }
        if (!batch.wrapped) {
            // MSET of several SETs and the mark: as SETs it shows which one is refused.
            BatchSurgery.unmerge(batch, command);
            batch.wrapped = batch.commandCount > 1;
            batch.units[0] = batch.commandCount;
            return;
        }
        if (batch.isMerged(command)) {
            BatchSurgery.unmerge(batch, command);
            return;
        }
        if (command == batch.commandCount - 1) {
            throw TargetErrors.refusal(place, why.text());
        }
        CommandView view = BatchSurgery.view(batch, command);
        add(Refusal.of(view, batch.offsetBehind(command), 0, why.text()), false);
        BatchSurgery.remove(batch, command);
    }
}
