package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// What becomes of commands that a standalone target refuses for good: the policy is asked, the
/// command is listed in the target, and a batch that was discarded because of it is changed.
///
/// Belongs to the applier; only [#heard] and [#applied] are called by a lane's reader.
final class RefusalDesk {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final ConcurrentLinkedQueue<Refusal> heard = new ConcurrentLinkedQueue<>();
    private final List<Refusal> toRecord = new ArrayList<>();

    /// Those that a batch lists which is not known to be applied.
    private final ConcurrentLinkedQueue<Underway> underway = new ConcurrentLinkedQueue<>();

    private record Underway(Batch batch, List<Refusal> refusals) {}

    RefusalDesk(WriterSettings settings, TargetDialer dialer, NodeFinder finder) {
        this.settings = settings;
        this.dialer = dialer;
        this.finder = finder;
    }

    /// A command failed inside a transaction whose other commands took effect.
    void heard(Batch batch, int command, String error) {
        CommandView view = BatchSurgery.view(batch, command);
        int database = BatchSurgery.databaseOf(batch, command, settings.database());
        heard.add(Refusal.of(view, batch.offsetBehind(command), database, error));
    }

    /// Puts a refusal into the target's list with the next batch.
    void add(Refusal refusal) {
        toRecord.add(refusal);
    }

    boolean hasUnrecorded() {
        return !toRecord.isEmpty();
    }

    /// Takes in what was heard and asks the policy about it.
    ///
    /// @return why the task stops at one of them; null when it goes on
    @Nullable SynclineException collect() {
        SynclineException stop = null;
        for (Refusal refusal = heard.poll(); refusal != null; refusal = heard.poll()) {
            toRecord.add(refusal);
            if (!settings.refusals().skip(refusal) && stop == null) {
                stop = TargetErrors.commandPassed(dialer.place(), refusal, settings.keys());
            }
        }
        return stop;
    }

    /// @param why nothing when it is null
    void stopAt(@Nullable SynclineException why) {
        if (why != null) {
            recordNow();
            throw why;
        }
    }

    /// Lists refusals in the target at once, since no batch will follow.
    void recordNow() {
        if (toRecord.isEmpty()) {
            return;
        }
        dialer.finishing(
                finder,
                connection -> {
                    while (!toRecord.isEmpty()) {
                        CheckpointStore.accept(
                                connection,
                                connection.call(
                                        "RPUSH".getBytes(UTF_8),
                                        settings.keys().refused(),
                                        toRecord.getFirst().json().getBytes(UTF_8)));
                        toRecord.removeFirst();
                    }
                });
    }

    /// Lists refusals in the transaction that goes on without them.
    void write(Batch batch, Place place) {
        for (Refusal refusal : toRecord) {
            batch.beginCommand();
            RespWriter.array(batch.wire, 3);
            RespWriter.bulk(batch.wire, "RPUSH");
            RespWriter.bulk(batch.wire, settings.keys().refused());
            RespWriter.bulk(batch.wire, refusal.json());
            batch.endCommand(place.offset, place.database, place.clean, false);
        }
        batch.records = toRecord.size();
        if (!toRecord.isEmpty()) {
            underway.add(new Underway(batch, List.copyOf(toRecord)));
            toRecord.clear();
        }
    }

    /// What a batch lists is in the target.
    void applied(Batch batch) {
        if (!underway.isEmpty()) {
            underway.removeIf(each -> each.batch == batch);
        }
    }

    /// Lists what is not known to be listed yet, when the task ends in the midst of something: what
    /// stands beside it took effect, so that it is met by no later start. One that a batch carried
    /// whose answer was lost may be listed twice.
    void leave() {
        underway.forEach(each -> toRecord.addAll(each.refusals));
        underway.clear();
        collect();
        try {
            recordNow();
        } catch (SynclineException | StoppedException e) {
            System.getLogger(RefusalDesk.class.getName())
                    .log(System.Logger.Level.WARNING, "refused, and not listed: " + toRecord, e);
        }
    }

    /// Changes the batch that a refusal names, as the policy says.
    ///
    /// @return what to throw once everything before the refused command is applied; or null
    @Nullable SynclineException operate(LaneFault fault, List<Batch> pending) {
        Batch batch = fault.batch();
        if (fault.kind() != LaneFault.Kind.REFUSED || batch == null || pending.isEmpty()) {
            return null;
        }
        int command = fault.command();
        if (command < 0) {
            throw TargetErrors.refusal(dialer.place(), fault.text());
        }
        if (batch.isMerged(command)) {
            BatchSurgery.unmerge(batch, command);
            return null;
        }
        CommandView view = BatchSurgery.view(batch, command);
        boolean ours = command >= batch.commandCount - 1 - batch.records;
        if (ours || view.isWord(0, "SELECT")) {
            throw TargetErrors.refusal(dialer.place(), fault.text());
        }
        int database = BatchSurgery.databaseOf(batch, command, settings.database());
        Refusal refusal = Refusal.of(view, batch.offsetBehind(command), database, fault.text());
        if (settings.refusals().skip(refusal)) {
            toRecord.add(refusal);
            BatchSurgery.remove(batch, command);
            return null;
        }
        boolean left = BatchSurgery.cutBefore(batch, command, settings.database());
        pending.clear();
        if (left) {
            pending.add(batch);
        }
        return TargetErrors.commandRefused(dialer.place(), refusal, settings.keys());
    }
}
