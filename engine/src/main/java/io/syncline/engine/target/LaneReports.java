package io.syncline.engine.target;

import io.syncline.engine.resp.CommandView;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// What the readers of a cluster's lanes report, in queues for the owner of the lanes to take.
final class LaneReports implements LaneListener {
    private final WriterSettings settings;
    private final ConcurrentLinkedQueue<Report> batches = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Refused> refusals = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<LaneFault> delays = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<byte[]> bounced = new ConcurrentLinkedQueue<>();

    /// What became of a batch.
    ///
    /// @param unit one that was discarded, and why; -1 and null when the batch is answered, which
    ///   comes behind all that was discarded of it
    record Report(Batch batch, int unit, @Nullable LaneFault why) {}

    LaneReports(WriterSettings settings) {
        this.settings = settings;
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

    /// Takes a refused command out of its unit, or stops.
    ///
    /// @param batch holds the unit alone
    void operate(Batch batch, LaneFault why, String place) {
        int command = why.command();
        if (command < 0) {
            throw TargetErrors.refusal(place, why.text());
        }
        if ((batch.units[0] & Batch.PLAIN) != 0) {
            // MSET of SETs and the mark: as SETs it shows which one is refused.
            BatchSurgery.unmerge(batch, command);
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
        refuse(Refusal.of(view, batch.offsetBehind(command), 0, why.text()), false);
        BatchSurgery.remove(batch, command);
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
        LaneFault fault = new LaneFault(LaneFault.kindOf(error), batch, command, error);
        LaneFault.Kind kind = settings.judged(fault).kind();
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
        settings.wake().run();
    }
}
