package io.syncline.engine.handover;

import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Jobs of the server that copy slots to a shard, as its stream tells of them (Valkey 9.0,
/// cluster_migrateslots.c): `CLUSTER SYNCSLOTS ESTABLISH SOURCE id NAME job SLOTSRANGE first last
/// ...`, then the copy as ordinary commands and what changed meanwhile, then `CLUSTER SYNCSLOTS
/// FINISH STATE state NAME job`. All of it stands in the stream of the present owner, too.
///
/// Save that deletions at the end of a slot's commands cannot be told there from those that clear
/// it away. They are kept, to be applied when the slot is given to this shard's pipeline: a key
/// that the copy ends without must not be there.
final class Imports {
    /// Deletions kept of one job. They are of use until the owner is heard to own the slots still,
    /// which takes tenths of a second.
    private static final int KEPT_BYTES = 16 << 20;

    /// After so much of the stream it is noted where it must be read again from, so that the source
    /// need not remember a copy's beginning.
    private static final int NOTED_BYTES = 4 << 20;

    private static final String SUCCESS = "SUCCESS";

    private final SlotLedger ledger;
    private final int pipeline;
    private final Map<String, Job> jobs = new TreeMap<>();
    private final BitSet all = new BitSet();
    private long noted = Long.MAX_VALUE;

    /// @param look at the slot's owner by then
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Deletion(
            int slot,
            Since since,
            long offset,
            int database,
            byte[] command,
            ServerJobs.@Nullable Look look) {}

    /// @param slots that the server itself is copying
    /// @param since where the stream must be read again from, to know how the copy ends
    /// @param begins where the copy does: what stands before is none of it
    record Copied(BitSet slots, Since since, long begins) {}

    private static final class Job {
        final BitSet slots;
        final Since since;
        final long begins;

        /// By slot, in the order of each slot's first one.
        final Map<Integer, List<Deletion>> last = new LinkedHashMap<>();

        long bytes;

        Job(BitSet slots, Since since, long begins) {
            this.slots = slots;
            this.since = since;
            this.begins = begins;
        }

        void add(Deletion deletion) {
            last.computeIfAbsent(deletion.slot, key -> new ArrayList<>()).add(deletion);
            bytes += deletion.command.length;
            while (bytes > KEPT_BYTES) {
                forget(last.keySet().iterator().next());
            }
        }

        void forget(int slot) {
            List<Deletion> gone = last.remove(slot);
            if (gone != null) {
                bytes -= gone.stream().mapToLong(deletion -> deletion.command.length).sum();
            }
        }

        /// Where the first one stands that is kept; null for none.
        @Nullable Since first() {
            return last.isEmpty() ? null : last.values().iterator().next().getFirst().since;
        }
    }

    /// @param end what was deleted last, by slot
    record Ended(BitSet slots, boolean successful, Map<Integer, ParkedSlot> end) {}

    Imports(SlotLedger ledger, int pipeline) {
        this.ledger = ledger;
        this.pipeline = pipeline;
    }

    void restore(Map<String, Copied> importing) {
        jobs.clear();
        importing.forEach((name, copied) ->
                jobs.put(
                        name, new Job((BitSet) copied.slots.clone(), copied.since, copied.begins)));
        collect();
    }

    private void collect() {
        all.clear();
        jobs.values().forEach(job -> all.or(job.slots));
        if (jobs.isEmpty()) {
            noted = Long.MAX_VALUE;
        }
    }

    /// The copies under way.
    ///
    /// @param place up to which the stream was read
    Map<String, Copied> state(Place place) {
        Map<String, Copied> state = new TreeMap<>();
        jobs.forEach((name, job) -> {
            List<Integer> confirmed = new ArrayList<>();
            job.last.forEach((slot, deletions) -> {
                if (isConfirmed(deletions.getLast())) {
                    confirmed.add(slot);
                }
            });
            confirmed.forEach(job::forget);
            Since first = job.first();
            Since since = first == null ? new Since(place.offset, place.database) : first;
            // Read again from further back, the end of the copy is not known before its beginning.
            boolean known = since.offset() >= job.since.offset();
            state.put(name, new Copied(job.slots, known ? since : job.since, job.begins));
        });
        noted = jobs.isEmpty() ? Long.MAX_VALUE : place.offset;
        return state;
    }

    /// Whether the slot's owner was heard to own it behind a deletion, so that its pipeline knows
    /// it for a client's.
    private boolean isConfirmed(Deletion deletion) {
        ServerJobs.Look look = deletion.look;
        return look != null && ledger.jobs().hasOwnedSince(look, deletion.slot);
    }

    /// Whether a new note is due.
    boolean isDue(Place place) {
        return place.offset - noted > NOTED_BYTES;
    }

    /// Whether a copy of a slot is under way.
    ///
    /// @param offset behind a command of the slot
    boolean has(int slot, long offset) {
        return all.get(slot)
                && jobs.values().stream()
                        .anyMatch(job -> job.slots.get(slot) && offset > job.begins);
    }

    /// Whether a command is part of a copy.
    ///
    /// @param database of the target
    /// @param place behind it
    boolean take(int slot, CommandView view, boolean deletion, int database, Place place) {
        boolean taken = false;
        if (!all.get(slot)) {
            return false;
        }
        for (Job job : jobs.values()) {
            if (job.slots.get(slot) && place.offset > job.begins) {
                taken = true;
                if (deletion) {
                    Since since = new Since(place.start, place.database);
                    byte[] bytes = Arrays.copyOfRange(view.buffer, view.start, view.end);
                    var look = ledger.jobs().look(pipeline, slot, place.offset);
                    job.add(new Deletion(slot, since, place.offset, database, bytes, look));
                } else {
                    job.forget(slot);
                }
            }
        }
        return taken;
    }

    /// Whether a command ends a job that is followed.
    boolean ends(CommandView view) {
        return view.isWord(2, "FINISH") && jobs.containsKey(word(view, "NAME"));
    }

    static boolean concerns(CommandView view) {
        return view.argumentCount > 2
                && view.isWord(0, "CLUSTER")
                && view.isWord(1, "SYNCSLOTS")
                && (view.isWord(2, "ESTABLISH") || view.isWord(2, "FINISH"));
    }

    /// Follows a job.
    ///
    /// @param place behind the command
    /// @return a job that ended
    @Nullable Ended control(CommandView view, Place place) {
        String name = word(view, "NAME");
        if (view.isWord(2, "ESTABLISH")) {
            Since since = new Since(place.offset, place.database);
            jobs.put(name, new Job(ranges(view), since, place.offset));
            collect();
            return null;
        }
        Job job = jobs.remove(name);
        collect();
        return job == null
                ? null
                : new Ended(
                        job.slots,
                        word(view, "STATE").equalsIgnoreCase(SUCCESS),
                        end(job, place.offset));
    }

    private static Map<Integer, ParkedSlot> end(Job job, long begins) {
        Map<Integer, ParkedSlot> end = new TreeMap<>();
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        job.last.forEach((slot, deletions) -> {
            ParkedSlot queue = new ParkedSlot(deletions.getFirst().since, begins);
            for (Deletion one : deletions) {
                parser.parse(one.command, 0, one.command.length, view);
                queue.add(one.offset, view, one.database, 0);
            }
            end.put(slot, queue);
        });
        return end;
    }

    private static String word(CommandView view, String label) {
        for (int i = 3; i + 1 < view.argumentCount; i++) {
            if (view.isWord(i, label)) {
                return view.text(i + 1);
            }
        }
        return "";
    }

    private static BitSet ranges(CommandView view) {
        BitSet slots = new BitSet();
        int at = 3;
        while (at < view.argumentCount && !view.isWord(at, "SLOTSRANGE")) {
            at++;
        }
        for (int i = at + 1; i + 1 < view.argumentCount; i += 2) {
            String[] pair = {view.text(i), view.text(i + 1)};
            if (!Arrays.stream(pair).allMatch(text -> text.matches("\\d{1,5}"))) {
                break;
            }
            slots.set(Integer.parseInt(pair[0]), Integer.parseInt(pair[1]) + 1);
        }
        return slots;
    }
}
