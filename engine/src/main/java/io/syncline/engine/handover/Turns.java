package io.syncline.engine.handover;

import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.TargetWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Gives up slots that were lost, and applies what was held back in those that were given. Belongs
/// to the applier.
final class Turns {
    private final GateSettings settings;
    private final SlotLedger ledger;
    private final int pipeline;
    private final TargetWriter writer;
    private final BitSet owned;
    private final AtomicBoolean news;
    private final Parking parked;
    private final Departures departures;
    private final SlotNotes notes;
    private final Reach reach;
    private final Vacancies vacancies;

    Turns(
            GateSettings settings,
            Parking parked,
            Departures departures,
            SlotNotes notes,
            Reach reach,
            Vacancies vacancies) {
        this.settings = settings;
        this.ledger = settings.ledger();
        this.pipeline = settings.pipeline();
        this.writer = settings.writer();
        this.owned = settings.owned();
        this.news = ledger.news(pipeline);
        this.parked = parked;
        this.departures = departures;
        this.notes = notes;
        this.reach = reach;
        this.vacancies = vacancies;
    }

    /// Waits in line for a slot in which something is held back.
    static void claim(SlotLedger ledger, int pipeline, Parking parked, int slot) {
        ParkedSlot first = parked.first(slot);
        if (first != null) {
            ledger.claim(pipeline, slot, first.begins);
        }
    }

    void look(Place place, SlotGate.Sink sink) throws IOException, RewindException {
        if (!news.get()) {
            return;
        }
        if (settings.jobs() != null) {
            for (int slot : ledger.granted(pipeline)) {
                ParkedSlot queue = parked.first(slot);
                if (queue != null) {
                    departures.awaitVerdict(slot, queue.end());
                }
            }
        }
        List<Integer> granted = ledger.takeGranted(pipeline, place.offset);
        if (!granted.isEmpty()) {
            admit(granted, place, sink);
        }
        giveUp(reach.lostBefore(place.offset), place, sink);
        if (vacancies.drop(parked, place.offset) || notes.areBehind()) {
            notes.write(place);
        }
    }

    private void giveUp(BitSet lost, Place place, SlotGate.Sink sink)
            throws IOException, RewindException {
        if (lost.isEmpty()) {
            return;
        }
        List<ParkedSlot> queues = departures.settled(lost);
        departures.forget(lost);
        BitSet kept = (BitSet) owned.clone();
        kept.andNot(lost);
        noteNow(notes.text(kept, place), queues, place, sink);
        owned.andNot(lost);
        ledger.giveUp(pipeline, lost);
    }

    /// What is noted, what was held back, and everything before it, is in the target behind this:
    /// in one transaction, so that it is done once.
    private void noteNow(
            byte[] text, Collection<ParkedSlot> queues, Place place, SlotGate.Sink sink)
            throws IOException, RewindException {
        // In a cluster, a note is behind the checkpoint: what is passed and of a slot that is given
        // up must not be met again.
        writer.checkpoint(place);
        do {
            place.clean = false;
            for (ParkedSlot queue : queues) {
                queue.replay(sink);
            }
            writer.slots().write(text, place);
            place.clean = true;
            writer.endTransaction(place);
            writer.checkpoint(place);
            writer.drain();
            // A batch without a step in the stream leaves no trace in the checkpoint when its
            // answer is lost.
        } while (!Arrays.equals(text, writer.slots().read()));
    }

    /// Applies what was held back in one transaction with the note, so that it is done once.
    private void admit(List<Integer> granted, Place place, SlotGate.Sink sink)
            throws IOException, RewindException {
        sweep(granted);
        Map<Integer, ParkedSlot> queues = new TreeMap<>();
        for (int slot : granted) {
            vacancies.taken(slot);
            ParkedSlot queue = parked.first(slot);
            Tenure ended = ledger.ended(pipeline, slot);
            // An ownership in which no command was met has no queue: the first one is of a later.
            if (queue != null && (ended == null || ended.end() > queue.begins)) {
                if (ended != null && ended.exported()) {
                    queue.dropDeletionsBehind(ended.confirmed());
                }
                queues.put(slot, queue);
                reach.note(slot, queue.end());
                parked.close(slot);
            }
        }
        Flushes.apply(queues, writer.slots());
        noteNow(notes.text(owned, place), queues.values(), place, sink);
        passOn(granted, place, sink);
    }

    /// Removes what no stream tells of, before the first command of such a slot is applied. Where a
    /// process died amid that, its commands that are there already stay.
    private void sweep(List<Integer> granted) throws IOException, RewindException {
        granted.forEach(owned::set);
        BitSet slots = ledger.snapshots().takeUnswept(pipeline, granted);
        for (int slot : granted) {
            ParkedSlot queue = parked.first(slot);
            if (queue != null && writer.slots().isApplied(slot, queue.since.offset() + 1)) {
                slots.clear(slot);
            }
        }
        if (!slots.isEmpty()) {
            writer.slots().clear(settings.removable(), slots::get);
            ledger.snapshots().swept(slots);
        }
    }

    /// Slots with commands of yet another ownership are given up at once, and claimed again.
    private void passOn(List<Integer> granted, Place place, SlotGate.Sink sink)
            throws IOException, RewindException {
        BitSet again = new BitSet();
        granted.stream().filter(parked::has).forEach(again::set);
        giveUp(again, place, sink);
        again.stream().forEach(slot -> claim(ledger, pipeline, parked, slot));
    }

    /// The shard is dissolved and its stream is read to the end.
    void leave(Place place, SlotGate.Sink sink) throws IOException, RewindException {
        List<ParkedSlot> queues = departures.settled(owned);
        departures.restore(List.of());
        parked.clear();
        noteNow(notes.text(new BitSet(), place), queues, place, sink);
        owned.clear();
    }
}
