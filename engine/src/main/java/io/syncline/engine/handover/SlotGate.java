package io.syncline.engine.handover;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import io.syncline.engine.target.TargetWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final GateSettings settings;
    private final SlotLedger ledger;
    private final int pipeline;
    private final TargetWriter writer;
    private final BitSet owned;
    private final AtomicBoolean news;
    private final KeyFinder finder = new KeyFinder();
    private final Parking parked = new Parking();
    private final Departures departures;
    private final Imports imports = new Imports();

    private final Vacancies vacancies;
    private final Reach reach;
    private final Flushes flushes;

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
        news = ledger.news(pipeline);
        vacancies = new Vacancies(ledger, pipeline);
        departures = new Departures(ledger, pipeline, settings.patience());
        reach = new Reach(ledger, pipeline);
        flushes = new Flushes(ledger, pipeline, parked);
    }

    // ---- starting ----

    /// Goes on where the target stands.
    ///
    /// @param present asks for the slots of the shard now, for a target that knows of none
    /// @return where to read the stream from, if not from the checkpoint
    public @Nullable Since resume(long checkpointOffset, Supplier<BitSet> present) {
        byte[] text = writer.slots().read();
        SlotState state = text == null ? null : SlotState.decode(text);
        if (text != null && state == null) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    writer.place(),
                    "what the task noted about slots is of another version",
                    "Run the version that wrote it, or sweep the task and start it again");
        }
        forget();
        owned.or(state == null ? present.get() : state.owned());
        if (state != null) {
            parked.restore(state.parked());
            imports.restore(state.importing());
            if (settings.jobs() != null) {
                settings.jobs().follows(state.jobSeconds());
            }
        }
        BitSet again = new BitSet();
        parked.slots().forEach(again::set);
        // Of a slot that left and came back, what was before is in the target.
        owned.andNot(again);
        appliedUntil = checkpointOffset;
        writer.slots().expect(again);
        ledger.register(pipeline, owned);
        parked.slots().forEach(this::claim);
        return state == null ? null : state.first();
    }

    /// Begins from nothing.
    public void reset() {
        forget();
        ledger.register(pipeline, owned);
    }

    private void forget() {
        owned.clear();
        parked.clear();
        vacancies.clear();
        reach.clear();
        departures.clear();
        imports.restore(Map.of());
        appliedUntil = -1;
    }

    /// Before a snapshot is applied: waits until no other pipeline writes to the shard's slots.
    ///
    /// @param present the slots of the shard now
    /// @return false when the link stops
    public boolean beginSnapshot(BitSet present) throws RewindException {
        forget();
        while (!ledger.takeForSnapshot(pipeline, present)) {
            if (!settings.patience().await()) {
                return false;
            }
        }
        owned.or(present);
        return true;
    }

    /// Notes what is held, behind a snapshot, and which jobs of the server it is behind.
    ///
    /// @return false when the link stops
    public boolean noteSnapshot(Place place) throws RewindException {
        while (settings.jobs() != null && !settings.jobs().isAsked()) {
            ledger.hurry(pipeline);
            if (!settings.patience().await()) {
                return false;
            }
        }
        note(place);
        return true;
    }

    private void note(Place place) throws RewindException {
        writer.slots().write(state().encode(), place);
    }

    /// Whether a snapshot's key is in a slot of the shard.
    public boolean holds(byte[] array, int offset, int length) {
        return owned.get(Slots.of(array, offset, length));
    }

    private SlotState state() {
        JobTimes jobs = settings.jobs();
        return new SlotState(
                owned, parked.places(), imports.slots(), jobs == null ? 0 : jobs.last());
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
        if (isPassed(place) && (waiting == null || place.offset <= waiting.since.offset())) {
            return false;
        }
        if (imports.take(slot, view, Departures.isDeletion(view, spec))) {
            return false;
        }
        if (waiting == null && owned.get(slot) && !reach.isOfLaterOwnership(slot, place.offset)) {
            reach.note(slot, place.offset);
            return settings.jobs() == null
                    || departures.isOfClient(
                            slot, view, spec, database, place.offset, arrivedMillis, sink);
        }
        if (!writer.slots().isApplied(slot, place.offset)) {
            park(slot, place, view);
            parked.add(slot, place.offset, view, database, arrivedMillis.getAsLong());
        }
        return false;
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
    private void park(int slot, Place place, CommandView view) throws RewindException {
        ParkedSlot last = parked.last(slot);
        long start = place.offset - view.length();
        if (last == null
                || (last.since.offset() < start
                        && ledger.endedBetween(
                                pipeline, slot, last.since.offset(), place.offset))) {
            parked.open(slot, new Since(start, place.database));
            note(place);
            claim(slot);
        }
    }

    private void claim(int slot) {
        ParkedSlot first = parked.first(slot);
        if (first != null) {
            ledger.claim(pipeline, slot, first.since.offset());
        }
    }

    /// Looks at CLUSTER commands: those of a job that copies slots to this shard.
    public void control(CommandView view, Place place) throws RewindException {
        if (isPassed(place) || !Imports.concerns(view)) {
            return;
        }
        Imports.Ended ended = imports.control(view);
        if (ended != null && ended.successful()) {
            BitSet slots = ended.slots();
            // Known before anyone can see a claim.
            ledger.copied(slots, new Copy(ended.end()));
            Since since = new Since(place.offset, place.database);
            for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
                parked.open(slot, since);
            }
        }
        writer.slots().write(state().encode(), place);
        if (ended != null && ended.successful()) {
            ended.slots().stream().forEach(this::claim);
        }
    }

    /// Gives up slots that were lost, and applies what was held back in those that were given.
    public void look(Place place, Sink sink) throws IOException, RewindException {
        ledger.processed(pipeline, place.offset);
        // Where an earlier process stopped, a quiet source may stay for long.
        if (!place.clean || place.offset < appliedUntil || !news.get()) {
            return;
        }
        List<Integer> granted = ledger.takeGranted(pipeline);
        if (!granted.isEmpty()) {
            admit(granted, place, sink);
        }
        giveUp(reach.lostBefore(place.offset), place);
        if (vacancies.drop(parked, place.offset)) {
            note(place);
        }
    }

    private void giveUp(BitSet lost, Place place) throws RewindException {
        if (lost.isEmpty()) {
            return;
        }
        owned.andNot(lost);
        // What a job clears away comes in one piece, and it is over.
        departures.clear();
        noteNow(place);
        ledger.giveUp(pipeline, lost);
    }

    /// What is noted, and everything before it, is in the target behind this.
    private void noteNow(Place place) throws RewindException {
        byte[] text = state().encode();
        do {
            writer.slots().write(text, place);
            writer.checkpoint(place);
            writer.drain();
            // A batch without a step in the stream leaves no trace in the checkpoint when its
            // answer is lost.
        } while (!Arrays.equals(text, writer.slots().read()));
    }

    /// Applies what was held back in one transaction with the note, so that it is done once.
    private void admit(List<Integer> granted, Place place, Sink sink)
            throws IOException, RewindException {
        Map<Integer, ParkedSlot> queues = new TreeMap<>();
        for (int slot : granted) {
            owned.set(slot);
            vacancies.taken(slot);
            ParkedSlot queue = parked.first(slot);
            Tenure ended = ledger.ended(pipeline, slot);
            // An ownership in which no command was met has no queue: the first one is of a later.
            if (queue != null && (ended == null || ended.end() > queue.since.offset())) {
                queues.put(slot, queue);
                reach.note(slot, queue.end());
                parked.close(slot);
            }
        }
        byte[] text = state().encode();
        Flushes.apply(queues, writer.slots());
        do {
            place.clean = false;
            for (ParkedSlot queue : queues.values()) {
                queue.replay(sink);
            }
            writer.slots().write(text, place);
            place.clean = true;
            writer.endTransaction(place);
            writer.checkpoint(place);
            writer.drain();
        } while (!Arrays.equals(text, writer.slots().read()));
        fullReported = false;
        passOn(granted, place);
    }

    /// Slots with commands of yet another ownership are given up at once, and claimed again.
    private void passOn(List<Integer> granted, Place place) throws RewindException {
        BitSet again = new BitSet();
        granted.stream().filter(parked::has).forEach(again::set);
        giveUp(again, place);
        again.stream().forEach(this::claim);
    }

    /// The offset before the first command that is held back.
    public long heldFrom() {
        return parked.from();
    }

    /// Waits while too much is held back.
    public void awaitRoom(Place place, Sink sink) throws IOException, RewindException {
        while (parked.bytes() > PARKED_BYTES && place.clean) {
            if (!fullReported) {
                fullReported = true;
                settings.warning().run();
            }
            look(place, sink);
            if (!settings.patience().await()) {
                throw new StoppedException();
            }
        }
    }

    /// The shard is dissolved and its stream is read to the end.
    public void leave(Place place) throws RewindException {
        owned.clear();
        parked.clear();
        noteNow(place);
        ledger.leave(pipeline);
    }

    /// The same when there was nothing to read.
    public void leaveUnread() {
        ledger.leave(pipeline);
    }
}
