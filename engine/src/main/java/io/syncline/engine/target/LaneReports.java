package io.syncline.engine.target;

import io.syncline.engine.resp.CommandView;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// What the readers of a cluster's lanes report, in queues for the owner of the lanes to take.
final class LaneReports implements LaneListener {
    private final Runnable wake;
    private final ConcurrentLinkedQueue<Report> batches = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Refused> refusals = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<LaneFault> delays = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<byte[]> bounced = new ConcurrentLinkedQueue<>();

    /// What became of a batch.
    ///
    /// @param unit one that was discarded, and why; -1 and null when the batch is answered, which
    ///   comes behind all that was discarded of it
    record Report(Batch batch, int unit, @Nullable LaneFault why) {}

    LaneReports(Runnable wake) {
        this.wake = wake;
    }

    /// Forgets everything, save for what was refused.
    void clear() {
        batches.clear();
        delays.clear();
        bounced.clear();
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }

    @Nullable Report next() {
        return batches.poll();
    }

    /// A refusal that the owner has not heard of yet.
    @Nullable Refused nextRefusal() {
        return refusals.poll();
    }

    /// @param passed whether what is behind the command was applied
    void refuse(Refusal refusal, boolean passed) {
        refusals.add(new Refused(refusal, passed));
    }

    /// Why a node does not take a snapshot's commands now.
    @Nullable LaneFault nextDelay() {
        return delays.poll();
    }

    /// A snapshot's command that has to be sent again.
    byte @Nullable [] nextBounced() {
        return bounced.poll();
    }

    @Override
    public void applied(Batch batch) {
        // The owner hears of it when the lane lets go of the batch.
    }

    @Override
    public void released(Batch batch) {
        batches.add(new Report(batch, -1, null));
    }

    @Override
    public void refused(Batch batch, int command, String error) {
        LaneFault.Kind kind = LaneFault.kindOf(error);
        CommandView view = BatchSurgery.view(batch, command);
        if (batch.repeatable && kind != LaneFault.Kind.REFUSED) {
            bounced.add(Arrays.copyOfRange(view.buffer, view.start, view.end));
            delays.add(new LaneFault(kind, null, -1, error));
        } else {
            refuse(Refusal.of(view, batch.offsetBehind(command), 0, error), !batch.repeatable);
        }
    }

    @Override
    public boolean livesWith(LaneFault fault) {
        return true;
    }

    @Override
    public void discarded(Batch batch, int unit, LaneFault why) {
        batches.add(new Report(batch, unit, why));
    }

    @Override
    public void wake() {
        wake.run();
    }
}
