package io.syncline.engine.handover;

import io.syncline.engine.cluster.ClusterMap;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Which pipeline applies which slot of a cluster source, for all pipelines of a link: a slot has
/// one holder, who gives it up when its shard had nothing to do with the slot at some place of its
/// stream and everything before is durable in the target. So the commands of one key are applied in
/// the order in which the source ran them, whichever shards ran them.
///
/// Thread-safe: appliers claim and give up, monitors report what their nodes say.
public final class SlotLedger {
    private static final int NOBODY = -1;

    /// Looks at a node before it is believed: nodes hear of an import a moment after each other.
    private static final int UNSEEN_LOOKS = 20;

    private final int[] holders = new int[ClusterMap.SLOTS];

    private final Map<Integer, Party> parties = new TreeMap<>();
    private final Succession succession = new Succession(parties);
    private final Snapshots snapshots;
    private final ServerJobs jobs = new ServerJobs(this, parties);

    /// @param first whether no earlier process of the task has written to the target
    public SlotLedger(boolean first) {
        snapshots = new Snapshots(this, first, holders, parties, succession);
        Arrays.fill(holders, NOBODY);
    }

    /// A pipeline is about to start.
    ///
    /// @param nudge makes its monitor ask its node soon
    /// @param wake wakes its applier
    public synchronized void join(int pipeline, Runnable nudge, Runnable wake) {
        Party party = parties.computeIfAbsent(pipeline, key -> new Party());
        party.nudge = nudge;
        party.wake = wake;
    }

    /// Set while a slot was lost or given: one look at it decides for nearly all commands.
    synchronized AtomicBoolean news(int pipeline) {
        return party(pipeline).news;
    }

    /// A pipeline says what it holds by what is in the target: at its start, and again when the
    /// target turned out to be behind that.
    ///
    /// @param left how the shard lost slots among these to jobs of the server, as far as noted
    /// @param waiting slots of which it holds something back
    synchronized void register(
            int pipeline, BitSet owned, BitSet waiting, List<SlotState.Departed> left) {
        Party party = party(pipeline);
        party.registered = true;
        snapshots.holds(party, owned);
        BitSet concerned = (BitSet) owned.clone();
        concerned.or(waiting);
        party.forgetFor(concerned, left);
        succession.withdraw(pipeline);
        for (int slot = 0; slot < holders.length; slot++) {
            if (owned.get(slot)) {
                holders[slot] = pipeline;
                if (party.firstEnd(slot) == null && party.asked && !party.seen.get(slot)) {
                    party.endLater(slot);
                } else {
                    succession.holds(pipeline, slot);
                }
            } else if (holders[slot] == pipeline) {
                holders[slot] = NOBODY;
            }
        }
        party.note();
        grantAll();
    }

    /// A pipeline has no position, or none any more.
    synchronized void registerAnew(int pipeline) {
        snapshots.beginsAnew(pipeline, party(pipeline));
        register(pipeline, new BitSet(), new BitSet(), List.of());
    }

    private Party party(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null) {
            throw new IllegalStateException("pipeline " + pipeline + " has not joined");
        }
        return party;
    }

    // ---- monitors ----

    /// Slots that a pipeline waits for, or holds, although its node had nothing to do with them
    /// when it was last asked: has it keys there?
    ///
    /// @param most of them
    public synchronized BitSet doubtful(int pipeline, int most) {
        BitSet doubtful = new BitSet();
        Party party = parties.get(pipeline);
        if (party != null) {
            party.doubted.stream().limit(most).forEach(doubtful::set);
            succession.slotsOf(pipeline).stream()
                    .filter(party::isUninvolved)
                    .limit(most)
                    .forEach(doubtful::set);
        }
        return doubtful;
    }

    /// What a shard's node said before its pipeline begins.
    public synchronized void observedFirst(int pipeline, Sighting sighting) {
        parties.computeIfAbsent(pipeline, key -> new Party());
        observed(pipeline, sighting);
    }

    /// What a shard's node said.
    public synchronized void observed(int pipeline, Sighting sighting) {
        Party party = parties.get(pipeline);
        if (party == null || party.gone) {
            return;
        }
        BitSet owned = sighting.owned();
        BitSet before = party.seen;
        boolean first = !party.asked;
        party.see(sighting);
        for (int slot = 0; slot < holders.length; slot++) {
            boolean held = holders[slot] == pipeline;
            boolean was = first ? held && party.firstEnd(slot) == null : before.get(slot);
            if (owned.get(slot)) {
                party.doubted.clear(slot);
                if (!was && (!held || party.firstEnd(slot) != null)) {
                    succession.owns(pipeline, slot, first ? Long.MAX_VALUE : party.last);
                }
            } else if (was || held) {
                lost(pipeline, party, slot, was);
            }
        }
        succession.observed(pipeline, party.last);
        endUnseen(pipeline, party);
        party.note();
        grantAll();
    }

    /// A node does not own a slot that it owned, or that its pipeline holds. While it imports it,
    /// the slot was away unseen and is on its way back: it is kept, since what this shard's stream
    /// says from here on is all there is to say.
    private void lost(int pipeline, Party party, int slot, boolean was) {
        boolean held = holders[slot] == pipeline;
        boolean first = party.firstEnd(slot) == null;
        if (jobs.haveMoved(slot)) {
            if (was || first) {
                boolean exported = party.jobs.get(slot) || jobs.hasCopied(slot);
                party.end(slot, party.previous, party.last, exported);
            }
        } else if (held && first && !party.importing.get(slot)) {
            if (party.vacant.get(slot)) {
                party.doubted.clear(slot);
                party.end(slot, party.previous, party.last, false);
            } else {
                party.endLater(slot);
            }
        }
    }

    /// A pipeline that waits for a slot, and whose node neither owns nor imports it, must have
    /// owned it unseen: the ownership of a holder that was seen all the time was two of them.
    private void endUnseen(int pipeline, Party party) {
        for (int slot : succession.slotsOf(pipeline).stream().toArray()) {
            if (!party.isUninvolved(slot) || !jobs.haveMoved(slot)) {
                party.unseen.remove(slot);
                continue;
            }
            int looks = party.unseen.merge(slot, 1, Integer::sum);
            int holder = holders[slot];
            if (looks > UNSEEN_LOOKS && holder != NOBODY && holder != pipeline) {
                Party held = party(holder);
                if (held.copied.get(slot)) {
                    // What this one waits with is of the past of that one's snapshot.
                    party.lack();
                } else if (held.firstEnd(slot) == null) {
                    held.end(slot, held.last, held.last, false);
                    held.note();
                }
            }
        }
    }

    /// The shard is dissolved: what was received of its stream is all there is.
    public synchronized void dissolved(int pipeline) {
        Party party = parties.get(pipeline);
        if (party == null || party.gone) {
            return;
        }
        party.gone = true;
        party.asked = true;
        party.seen.clear();
        party.importing.clear();
        for (int slot = 0; slot < holders.length; slot++) {
            if (holders[slot] == pipeline && party.firstEnd(slot) == null) {
                party.end(slot, party.confirmed, Long.MAX_VALUE, jobs.haveMoved(slot));
            }
            party.vacant.set(slot, succession.isWaiting(pipeline, slot));
        }
        party.note();
    }

    /// Whether somebody waits for what the node says next.
    public synchronized boolean isUrgent(int pipeline) {
        Party party = parties.get(pipeline);
        return party != null && party.urgent;
    }

    /// Asks a pipeline's monitor to look at its node soon.
    synchronized void hurry(int pipeline) {
        party(pipeline).hurry();
    }

    // ---- appliers ----

    /// A pipeline met a command of a slot that it does not hold, or of a later ownership of one
    /// that it still holds.
    ///
    /// @param offset before the command
    synchronized void claim(int pipeline, int slot, long offset) {
        Party party = party(pipeline);
        if (holders[slot] == pipeline && party.firstEnd(slot) == null) {
            party.end(slot, offset, offset, false);
            succession.wasAway(pipeline, slot);
            party.note();
        }
        party.unseen.remove(slot);
        succession.waits(pipeline, slot, offset);
        if (holders[slot] != NOBODY) {
            hurry(holders[slot]);
        }
        hurry(pipeline);
        grant(slot);
    }

    /// The slots that were given to a pipeline since it last asked, save those whose ownership is
    /// not read to its end, though a job has ended it.
    synchronized List<Integer> takeGranted(int pipeline, long offset) {
        return party(pipeline).takeGranted(offset);
    }

    /// Those that were given and not taken yet.
    synchronized List<Integer> granted(int pipeline) {
        return List.copyOf(party(pipeline).granted);
    }

    /// How far a pipeline has read its stream.
    synchronized void processed(int pipeline, long offset) {
        party(pipeline).processed = offset;
        succession.away().stream().forEach(this::grant);
    }

    /// The first ownership of a slot that ended and was not given up yet.
    synchronized @Nullable Tenure ended(int pipeline, int slot) {
        return party(pipeline).firstEnd(slot);
    }

    /// Whether an ownership ended between two places.
    synchronized boolean endedBetween(int pipeline, int slot, long from, long to) {
        return party(pipeline).endedBetween(slot, from, to);
    }

    /// Whether an ownership that began at a place was over at another, where all was deleted.
    synchronized boolean survives(int pipeline, int slot, long from, long to) {
        return party(pipeline).survives(slot, from, to);
    }

    /// Every command of a slot that is not lost and stands before this was run by its owner.
    synchronized long confirmed(int pipeline) {
        Party party = party(pipeline);
        return party.gone ? Long.MAX_VALUE : party.confirmed;
    }

    /// Up to where a shard has nothing to say about a slot that its pipeline waits for: every key
    /// that came has gone again.
    ///
    /// @return -1 when that is not so
    synchronized long vacatedUntil(int pipeline, int slot) {
        Party party = party(pipeline);
        if (holders[slot] == pipeline || jobs.haveMoved(slot) || !party.vacant.get(slot)) {
            return -1;
        }
        return party.gone ? Long.MAX_VALUE : party.confirmed;
    }

    /// A pipeline does not wait for a slot any more.
    synchronized void withdraw(int pipeline, int slot) {
        succession.withdraw(pipeline, slot);
        party(pipeline).vacant.clear(slot);
    }

    /// Whether a pipeline has applied commands of a slot behind the end of its ownership, of which
    /// it had not heard yet: they are of a later one, so both are one to it.
    ///
    /// @param applied behind the last command that was applied
    synchronized boolean joins(int pipeline, int slot, long applied) {
        return !jobs.haveMoved(slot) && party(pipeline).joins(slot, applied);
    }

    /// The slots held that can be given up at a place of the stream. One that was given and not
    /// taken yet is not among them.
    synchronized BitSet lostBefore(int pipeline, long offset) {
        BitSet due = party(pipeline).endedBefore(offset);
        for (int slot = due.nextSetBit(0); slot >= 0; slot = due.nextSetBit(slot + 1)) {
            due.set(slot, holders[slot] == pipeline);
        }
        return due;
    }

    /// A pipeline has everything of one ownership of these slots in the target.
    synchronized void giveUp(int pipeline, BitSet slots) {
        Party party = party(pipeline);
        for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
            party.forgetFirstEnd(slot);
            party.doubted.clear(slot);
            party.copied.clear(slot);
            jobs.given(slot);
            if (holders[slot] == pipeline) {
                holders[slot] = NOBODY;
                grant(slot);
            }
        }
        parties.values().forEach(Party::note);
    }

    void grantAll() {
        succession.wanted().stream().forEach(this::grant);
    }

    /// Gives a free slot to whoever is known to own it.
    private void grant(int slot) {
        if (holders[slot] != NOBODY || !parties.values().stream().allMatch(p -> p.registered)) {
            return;
        }
        if (jobs.haveMoved(slot) && snapshots.isMissing(slot)) {
            return;
        }
        Integer pipeline = succession.next(slot, jobs.haveMoved(slot));
        if (pipeline == null) {
            return;
        }
        Party party = party(pipeline);
        holders[slot] = pipeline;
        snapshots.given(party, slot);
        party.granted.add(slot);
        if (!party.seen.get(slot) && party.firstEnd(slot) == null) {
            // It was not seen to end: how much of it a job has cleared away is not known.
            boolean exported = party.jobs.get(slot);
            party.end(slot, exported ? -1 : party.confirmed, party.last, exported);
        }
        party.note();
    }

    /// A pipeline ends, its shard being dissolved.
    synchronized void leave(int pipeline) {
        BitSet all = new BitSet();
        all.set(0, holders.length);
        succession.leave(pipeline);
        giveUp(pipeline, all);
        parties.remove(pipeline);
        grantAll();
    }

    /// Pipelines that begin with a snapshot.
    Snapshots snapshots() {
        return snapshots;
    }

    /// What is known of moves by the server's own jobs.
    ServerJobs jobs() {
        return jobs;
    }
}
