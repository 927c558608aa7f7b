package io.syncline.engine.handover;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Slots that the server's own jobs are taking away from one pipeline's shard. Belongs to the
/// applier.
final class Departures {
    private final SlotLedger ledger;
    private final int pipeline;
    private final SlotGate.Patience patience;
    private final IdentityHashMap<Copy, Departure> departures = new IdentityHashMap<>();

    Departures(SlotLedger ledger, int pipeline, SlotGate.Patience patience) {
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.patience = patience;
    }

    void clear() {
        departures.clear();
    }

    static boolean isDeletion(CommandView view, CommandSpec spec) {
        return spec.kind() == CommandKind.DELETE && view.argumentCount == 2;
    }

    /// Whether a command was run for a client, and not to clear away a slot that was copied.
    boolean isOfClient(
            int slot,
            CommandView view,
            CommandSpec spec,
            int database,
            long offset,
            LongSupplier arrivedMillis,
            SlotGate.Sink sink)
            throws IOException, RewindException {
        boolean deletion = isDeletion(view, spec);
        if (!deletion && departures.isEmpty()) {
            return true;
        }
        Departure departure = departure(slot, deletion, offset);
        if (departure == null) {
            return true;
        }
        var known =
                deletion
                        ? departure.deletion(view, database, arrivedMillis.getAsLong())
                        : departure.other();
        CommandParser parser = new CommandParser();
        CommandView one = new CommandView();
        for (Departure.Held held : known) {
            parser.parse(held.command(), 0, held.command().length, one);
            sink.write(
                    held.database(), one, CommandTable.standard().find(one), held.arrivedMillis());
        }
        return !deletion;
    }

    /// @return null when the slot has not departed by a job
    private @Nullable Departure departure(int slot, boolean deletion, long offset)
            throws RewindException {
        if (deletion) {
            awaitVerdict(slot, offset);
        }
        Tenure ended = ledger.ended(pipeline, slot);
        if (ended == null || !ended.exported() || offset <= ended.confirmed()) {
            return null;
        }
        while (!ledger.isCopyKnown(slot)) {
            await();
        }
        Copy copy = ledger.copy(slot);
        if (copy == null) {
            // A snapshot of the new owner lacks what it must not have. And of a copy that an
            // earlier run has passed, no deletion is known.
            return ledger.isInSnapshot(slot) ? null : new Departure(new long[0]);
        }
        return departures.computeIfAbsent(copy, key -> new Departure(key.end()));
    }

    /// Waits until the node has said whether it still owned the slot at a place of the stream.
    private void awaitVerdict(int slot, long offset) throws RewindException {
        while (ledger.confirmed(pipeline) < offset && ledger.ended(pipeline, slot) == null) {
            ledger.hurry(pipeline);
            await();
        }
    }

    /// Waits until the node has said which slots it still owned at a place of the stream.
    void awaitVerdict(long offset) throws RewindException {
        while (ledger.confirmed(pipeline) < offset) {
            ledger.hurry(pipeline);
            await();
        }
    }

    private void await() throws RewindException {
        if (!patience.await()) {
            throw new StoppedException();
        }
    }
}
