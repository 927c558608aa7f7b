package io.syncline.engine.handover;

import io.syncline.engine.resp.CommandView;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Jobs of the server that copy slots to a shard, as its stream tells of them (Valkey 9.0,
/// cluster_migrateslots.c): `CLUSTER SYNCSLOTS ESTABLISH SOURCE id NAME job SLOTSRANGE first last
/// ...`, then the copy as ordinary commands and what changed meanwhile, then `CLUSTER SYNCSLOTS
/// FINISH STATE state NAME job`. All of it stands in the stream of the present owner, too.
final class Imports {
    /// What is remembered of a copy's stream: the last moment counts, since the owner was last
    /// heard to own the slots.
    private static final int REMEMBERED = 4096;

    private static final String SUCCESS = "SUCCESS";

    private final Map<String, Job> jobs = new TreeMap<>();
    private final BitSet all = new BitSet();

    private static final class Job {
        final BitSet slots;
        final long[] last = new long[REMEMBERED];
        long count;

        Job(BitSet slots) {
            this.slots = slots;
        }

        void add(long what) {
            boolean again = count > 0 && last[(int) ((count - 1) % REMEMBERED)] == what;
            if (what != Departure.OTHER || !again) {
                last[(int) (count++ % REMEMBERED)] = what;
            }
        }

        long[] end() {
            int kept = (int) Math.min(count, REMEMBERED);
            long[] end = new long[kept];
            for (int i = 0; i < kept; i++) {
                end[i] = last[(int) ((count - kept + i) % REMEMBERED)];
            }
            return end;
        }
    }

    /// @param end of the copy's stream, as [Departure] takes it
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    record Ended(BitSet slots, boolean successful, long[] end) {}

    void restore(Map<String, BitSet> importing) {
        jobs.clear();
        importing.forEach((name, slots) -> jobs.put(name, new Job((BitSet) slots.clone())));
        collect();
    }

    private void collect() {
        all.clear();
        jobs.values().forEach(job -> all.or(job.slots));
    }

    Map<String, BitSet> slots() {
        Map<String, BitSet> slots = new TreeMap<>();
        jobs.forEach((name, job) -> slots.put(name, job.slots));
        return slots;
    }

    /// Whether a command is part of a copy.
    boolean take(int slot, CommandView view, boolean deletion) {
        if (!all.get(slot)) {
            return false;
        }
        for (Job job : jobs.values()) {
            if (job.slots.get(slot)) {
                job.add(deletion ? Departure.hash(view) : Departure.OTHER);
            }
        }
        return true;
    }

    static boolean concerns(CommandView view) {
        return view.argumentCount > 2
                && view.isWord(0, "CLUSTER")
                && view.isWord(1, "SYNCSLOTS")
                && (view.isWord(2, "ESTABLISH") || view.isWord(2, "FINISH"));
    }

    /// Follows a job.
    ///
    /// @return a job that ended
    @Nullable Ended control(CommandView view) {
        String name = word(view, "NAME");
        if (view.isWord(2, "ESTABLISH")) {
            jobs.put(name, new Job(ranges(view)));
            collect();
            return null;
        }
        Job job = jobs.remove(name);
        collect();
        return job == null
                ? null
                : new Ended(job.slots, word(view, "STATE").equalsIgnoreCase(SUCCESS), job.end());
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
