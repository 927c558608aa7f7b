package io.syncline.engine.handover;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import io.syncline.engine.target.TargetWriter;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Decides, for one pipeline of a cluster source, which commands of its stream are applied now,
/// which are held back until another pipeline is done with their slot, and which are not applied at
/// all. Belongs to the applier.
public final class SlotGate {
    /// Held back in memory. Moving one slot takes seconds and brings little; a slot that is left
    /// half moved for hours must not take all memory: then the stream waits.
    private static final int PARKED_BYTES = 64 << 20;

    private static final String INCOMPLETE =
            "a job of the source moved slots between the shards' snapshots, and no stream tells"
                    + " all of their keys";

    private final GateSettings settings;
    private final SlotLedger ledger;
    private final int pipeline;
    private final TargetWriter writer;
    private final BitSet owned;
    private final KeyFinder finder = new KeyFinder();
    private final Parking parked = new Parking();
    private final Departures departures;
    private final Imports imports;
    private final SlotNotes notes;

    private final Vacancies vacancies;
    private final Reach reach;
    private final Flushes flushes;
    private final Turns turns;
    private final SnapshotTurn snapshot;

    private boolean fullReported;

    /// Up to here everything is in the target, save what was parked.
    private long appliedUntil = -1;

    /// Waits for another thread's word.
    @FunctionalInterface
    public interface Patience {
        /// Waits a little.
        ///
        /// @return false when the link stops
        boolean await() throws RewindException;
    }

    /// Takes a command that was held back.
    @FunctionalInterface
    public interface Sink {
        void write(int database, CommandView view, CommandSpec spec, long arrivedMillis)
                throws IOException, RewindException;
    }

    public SlotGate(GateSettings settings) {
        this.settings = settings;
        ledger = settings.ledger();
        pipeline = settings.pipeline();
        writer = settings.writer();
        owned = settings.owned();
        vacancies = new Vacancies(ledger, pipeline);
        imports = new Imports(ledger, pipeline);
        departures = new Departures(ledger, pipeline, settings.patience());
        reach = new Reach(ledger, pipeline);
        notes = new SlotNotes(settings, parked, imports, departures);
        turns = new Turns(settings, parked, departures, notes, reach, vacancies);
        snapshot = new SnapshotTurn(settings, this::forget);
        flushes = new Flushes(ledger, pipeline, parked);
    }

    // ---- starting ----

    /// Goes on where the target stands.
    ///
    /// @param present asks for the slots of the shard now, for a target that knows of none
    /// @return where to read the stream from, if not from the checkpoint
    public @Nullable Since resume(long checkpointOffset, Supplier<BitSet> present) {
        SlotState state = notes.read();
        forget();
        owned.or(state == null ? present.get() : state.owned());
        BitSet held = new BitSet();
        BitSet waiting = new BitSet();
        if (state != null) {
            parked.restore(state.parked());
            imports.restore(state.importing());
            departures.restore(state.leaving());
            parked.slots().forEach(waiting::set);
            held.or(waiting);
            held.andNot(departures.slots());
            if (settings.jobs() != null) {
                settings.jobs().follows(state.jobSeconds());
            }
        }
        // Of a slot that left and came back, what was before is in the target.
        owned.andNot(held);
        appliedUntil = checkpointOffset;
        held.or(departures.slots());
        writer.slots().expect(held);
        if (state != null) {
            ledger.jobs().copied(state.copied());
        }
        var left = state == null ? List.<SlotState.Departed>of() : state.leaving();
        ledger.register(pipeline, owned, waiting, left);
        parked.slots().forEach(this::claim);
        return state == null ? null : state.first();
    }

    /// Begins from nothing.
    public void reset() {
        forget();
        ledger.registerAnew(pipeline);
    }

    private void forget() {
        owned.clear();
        parked.clear();
        vacancies.clear();
        reach.clear();
        departures.restore(List.of());
        notes.forget();
        imports.restore(Map.of());
        appliedUntil = -1;
    }

    /// The way of a snapshot into the target.
    public SnapshotTurn snapshot() {
        return snapshot;
    }

    /// Notes what is held, behind a snapshot, and which jobs of the server it is behind.
    ///
    /// @return false when the link stops
    public boolean noteSnapshot(Place place) throws RewindException {
        // A node that is a replica by now tells of no jobs, and has no slots that they could move.
        while (settings.jobs() != null
                && !settings.jobs().isAsked()
                && !ledger.snapshots().isGone(pipeline)) {
            ledger.hurry(pipeline);
            if (!settings.patience().await()) {
                return false;
            }
        }
        notes.write(place);
        return true;
    }

    /// Whether a snapshot's key is in a slot of the shard.
    public boolean holds(byte[] array, int offset, int length) {
        return holds(Slots.of(array, offset, length));
    }

    /// Whether a slot is the shard's.
    public boolean holds(int slot) {
        return owned.get(slot);
    }

    /// Whether everything at this place is in the target already.
    public boolean isPassed(Place place) {
        return place.offset <= appliedUntil;
    }

    /// Looks at a command with data.
    ///
    /// @param database of the target
    /// @param place behind it
    /// @param arrivedMillis tells when it arrived; asked only when that is needed
    /// @return whether it is to be applied now
    public boolean admits(
            CommandView view,
            CommandSpec spec,
            int database,
            Place place,
            LongSupplier arrivedMillis,
            Sink sink)
            throws IOException, RewindException {
        int slot = slotOf(view, spec);
        if (slot < 0) {
            return !isPassed(place);
        }
        ParkedSlot waiting = parked.first(slot);
        Leaving leaving = departures.of(slot);
        if (isInTarget(slot, place, waiting, leaving)) {
            return false;
        }
        boolean deletion = settings.jobs() != null && Departures.isDeletion(view, spec);
        if (leaving != null && place.offset <= leaving.tenure().end()) {
            holdBack(leaving, slot, view, database, place, arrivedMillis);
            return false;
        }
        if (imports.take(slot, view, deletion, database, place)) {
            return false;
        }
        if (waiting == null && owned.get(slot)) {
            if (deletion) {
                departures.awaitVerdict(slot, place.offset);
            }
            if (!reach.isOfLaterOwnership(slot, place.offset)) {
                if (deletion && begins(slot, place)) {
                    return admits(view, spec, database, place, arrivedMillis, sink);
                }
                reach.note(slot, place.offset);
                return true;
            }
        }
        if (!writer.slots().isApplied(slot, place.offset)) {
            park(slot, place);
            parked.add(slot, place.offset, view, database, arrivedMillis.getAsLong());
        }
        return false;
    }

    /// Whether a command was applied, or is of no concern: the stream is read from further back for
    /// the sake of what was held back in single slots.
    private boolean isInTarget(
            int slot, Place place, @Nullable ParkedSlot waiting, @Nullable Leaving leaving) {
        boolean parks = waiting != null && place.offset > waiting.since.offset();
        boolean leaves = leaving != null && place.offset > leaving.queue().since.offset();
        if (isPassed(place)) {
            return !parks
                    && !(leaving != null && leaves && place.offset <= leaving.tenure().end())
                    && !imports.has(slot, place.offset);
        }
        // What is held back was noted behind everything before it, the checkpoint is older.
        return (waiting != null || leaving != null) && !parks && !leaves;
    }

    /// Whether a deletion may be part of clearing away a slot that a job of the server has moved.
    private boolean begins(int slot, Place place) throws RewindException {
        Since since = new Since(place.start, place.database);
        if (!departures.begins(slot, place.offset, owned, since)) {
            return false;
        }
        notes.write(place);
        return true;
    }

    private void holdBack(
            Leaving leaving,
            int slot,
            CommandView view,
            int database,
            Place place,
            LongSupplier arrivedMillis)
            throws RewindException {
        if (!writer.slots().isApplied(slot, place.offset)) {
            long arrived = arrivedMillis.getAsLong();
            departures.add(leaving, place.offset, view, database, arrived);
        }
    }

    /// The slot of the first key: a node of a cluster runs no command over several. Negative for a
    /// command without keys.
    private int slotOf(CommandView view, CommandSpec spec) {
        if (spec.kind() == CommandKind.PUBLISH || finder.find(view, spec) == 0) {
            return -1;
        }
        int key = finder.indexes[0];
        return Slots.of(view.buffer, view.offsets[key], view.lengths[key]);
    }

    /// Looks at FLUSHALL or FLUSHDB.
    ///
    /// @param databases of the target, that are concerned
    /// @param place behind it
    /// @return the slots whose keys are to be deleted now
    public IntPredicate flushed(IntPredicate databases, Place place) throws RewindException {
        if (settings.jobs() != null) {
            departures.awaitVerdict(place.offset);
        }
        flushes.met(databases, place.offset, writer.slots());
        return slot -> parked.first(slot) == null && reach.covers(slot, place.offset);
    }

    /// Sees to it that there is a queue for a command.
    private void park(int slot, Place place) throws RewindException {
        ParkedSlot last = parked.last(slot);
        if (last == null
                || (last.begins < place.start
                        && ledger.endedBetween(pipeline, slot, last.begins, place.offset))) {
            parked.open(slot, new Since(place.start, place.database));
            notes.write(place);
            claim(slot);
        }
    }

    private void claim(int slot) {
        Turns.claim(ledger, pipeline, parked, slot);
    }

    /// Looks at CLUSTER commands: those of a job that copies slots to this shard.
    public void control(CommandView view, Place place) throws RewindException {
        // A job that was noted without its end is over as soon as that is read again.
        if (!Imports.concerns(view) || (isPassed(place) && !imports.ends(view))) {
            return;
        }
        Imports.Ended ended = imports.control(view, place);
        if (ended != null && ended.successful()) {
            BitSet slots = ended.slots();
            if (!isPassed(place) && ledger.snapshots().lacks(pipeline, slots)) {
                // What is noted of the copy stays: a later process must not believe it whole.
                return;
            }
            // Known before anyone can see a claim.
            ledger.jobs().copied(slots);
            Since since = new Since(place.offset, place.database);
            for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
                ParkedSlot end = ended.end().get(slot);
                parked.open(slot, end == null ? new ParkedSlot(since) : end);
            }
        }
        if (ended != null && !isPassed(place)) {
            // A copy that is known to be over must not be met again.
            writer.checkpoint(place);
        }
        notes.write(place);
        if (ended != null && ended.successful()) {
            ended.slots().stream().forEach(this::claim);
        }
    }

    /// Gives up slots that were lost, and applies what was held back in those that were given.
    public void look(Place place, Sink sink) throws IOException, RewindException {
        ledger.processed(pipeline, place.offset);
        if (place.clean && ledger.snapshots().isIncomplete(pipeline)) {
            writer.drain();
            throw RewindException.missing(INCOMPLETE);
        }
        // Where an earlier process stopped, a quiet source may stay for long.
        if (place.clean && place.offset >= appliedUntil) {
            if (imports.isDue(place)) {
                notes.write(place);
            }
            turns.look(place, sink);
        }
    }

    /// The offset before the first command that is held back.
    public long heldFrom() {
        return Math.min(parked.from(), departures.from());
    }

    /// Waits while too much is held back.
    public void awaitRoom(Place place, Sink sink) throws IOException, RewindException {
        while (parked.bytes() > PARKED_BYTES && place.clean && ledger.granted(pipeline).isEmpty()) {
            if (!fullReported) {
                fullReported = true;
                settings.warning().run();
            }
            look(place, sink);
            if (!settings.patience().await()) {
                throw new StoppedException();
            }
        }
        fullReported &= parked.bytes() > PARKED_BYTES / 2;
    }

    /// The shard is dissolved and its stream is read to the end.
    public void leave(Place place, Sink sink) throws IOException, RewindException {
        turns.leave(place, sink);
        ledger.leave(pipeline);
    }

    /// The same when there was nothing to read.
    public void leaveUnread() {
        ledger.leave(pipeline);
    }
}
