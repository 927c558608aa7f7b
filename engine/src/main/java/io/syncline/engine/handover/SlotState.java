package io.syncline.engine.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a pipeline keeps in its target about slots, beside its checkpoint: one line of text, `3
/// OWNED PARKED IMPORTING JOBS LEAVING COPIED MISSING`, for example `3 0-5460,5462
/// 5461@88013@0@88013 - 1795350000
/// -
///   - -`.
///
/// @param owned slots whose commands the pipeline applies
/// @param parked slots whose commands are held back, with where the first of them stands: it and
///   what follows in that slot is not in the target, although the checkpoint is behind it. One
///   place for each ownership, in order
/// @param importing slots that the server itself is still copying, by the job's name: what the
///   stream says of them is a copy of another stream's and is not applied
/// @param jobSeconds when the last job of the server that was followed had ended, by its node's
///   clock, in seconds since 1970; 0 for none
/// @param leaving slots among those owned that a job of the server has taken away
/// @param copied slots among those parked that a job of the server has brought
/// @param missing slots of which a part is told by no stream ([Snapshots])
record SlotState(
        BitSet owned,
        Map<Integer, List<Parked>> parked,
        Map<String, Imports.Copied> importing,
        long jobSeconds,
        List<Departed> leaving,
        BitSet copied,
        BitSet missing) {
    private static final String VERSION = "3";
    private static final String NOTHING = "-";
    private static final int PARTS = 8;

    SlotState {
        owned = (BitSet) owned.clone();
        parked = new TreeMap<>(parked);
        importing = new TreeMap<>(importing);
        leaving = List.copyOf(leaving);
        copied = (BitSet) copied.clone();
        missing = (BitSet) missing.clone();
    }

    /// What is held back of one ownership.
    ///
    /// @param since where the first command stands
    /// @param begins where the ownership does
    record Parked(Since since, long begins) {}

    /// Slots that left in one moment.
    ///
    /// @param since where the first command stands that is held back of them: it and what follows
    ///   in these slots is not in the target; null for none
    record Departed(BitSet slots, Tenure tenure, @Nullable Since since) {}

    /// Where the stream must be read from; null for where the checkpoint stands.
    @Nullable Since first() {
        Stream<Since> places =
                Stream.of(
                                parked.values().stream().map(List::getFirst).map(Parked::since),
                                importing.values().stream().map(Imports.Copied::since),
                                leaving.stream().map(Departed::since))
                        .flatMap(each -> each)
                        .filter(Objects::nonNull);
        return places.min(Comparator.comparingLong(Since::offset)).orElse(null);
    }

    byte[] encode() {
        List<String> held = new ArrayList<>();
        parked.forEach((slot, places) ->
                places.forEach(one -> held.add(slot + at(one.since) + "@" + one.begins)));
        List<String> copies = new ArrayList<>();
        importing.forEach((name, copy) ->
                copies.add(
                        name
                                + '='
                                + ranges(copy.slots())
                                + at(copy.since())
                                + '@'
                                + copy.begins()));
        List<String> left = new ArrayList<>();
        leaving.forEach(one ->
                left.add(
                        ranges(one.slots)
                                + '@'
                                + one.tenure.confirmed()
                                + '@'
                                + one.tenure.end()
                                + (one.since == null ? "" : at(one.since))));
        return String.join(
                        " ",
                        VERSION,
                        ranges(owned),
                        joined(",", held),
                        joined(";", copies),
                        Long.toString(jobSeconds),
                        joined(";", left),
                        ranges(copied),
                        ranges(missing))
                .getBytes(US_ASCII);
    }

    private static String at(Since since) {
        return "@" + since.offset() + '@' + since.database();
    }

    private static String joined(String by, List<String> words) {
        return words.isEmpty() ? NOTHING : String.join(by, words);
    }

    static String ranges(BitSet slots) {
        StringBuilder text = new StringBuilder();
        for (int from = slots.nextSetBit(0); from >= 0; ) {
            int to = slots.nextClearBit(from) - 1;
            text.append(text.isEmpty() ? "" : ",").append(from);
            text.append(to > from ? "-" + to : "");
            from = slots.nextSetBit(to + 1);
        }
        return text.isEmpty() ? NOTHING : text.toString();
    }

    /// Reads what an earlier run left.
    ///
    /// @return null when the text is none of ours
    static @Nullable SlotState decode(byte[] bytes) {
        String[] parts = new String(bytes, US_ASCII).split(" ", -1);
        // Without the last one by versions that knew of no such slots.
        if (parts.length < PARTS - 1 || parts.length > PARTS || !parts[0].equals(VERSION)) {
            return null;
        }
        try {
            Map<Integer, List<Parked>> parked = new TreeMap<>();
            for (String one : list(parts[2], ",")) {
                String[] words = one.split("@", 4);
                parked.computeIfAbsent(slot(words[0]), key -> new ArrayList<>())
                        .add(new Parked(since(words, 1), Long.parseLong(words[3])));
            }
            Map<String, Imports.Copied> importing = new TreeMap<>();
            for (String one : list(parts[3], ";")) {
                int equals = one.indexOf('=');
                String[] words = one.substring(equals + 1).split("@", 4);
                importing.put(
                        one.substring(0, equals),
                        new Imports.Copied(
                                slots(words[0]), since(words, 1), Long.parseLong(words[3])));
            }
            List<Departed> leaving = new ArrayList<>();
            for (String one : list(parts[5], ";")) {
                String[] words = one.split("@", 5);
                Tenure tenure =
                        new Tenure(Long.parseLong(words[1]), Long.parseLong(words[2]), true);
                Since since = words.length > 3 ? since(words, 3) : null;
                leaving.add(new Departed(slots(words[0]), tenure, since));
            }
            return new SlotState(
                    slots(parts[1]),
                    parked,
                    importing,
                    Long.parseLong(parts[4]),
                    leaving,
                    slots(parts[6]),
                    slots(parts.length == PARTS ? parts[7] : NOTHING));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // Not written by this version: the caller says so, with the key's name.
            return null;
        }
    }

    private static List<String> list(String text, String by) {
        return text.equals(NOTHING) ? List.of() : List.of(text.split(by, -1));
    }

    private static Since since(String[] words, int at) {
        return new Since(Long.parseLong(words[at]), Integer.parseInt(words[at + 1]));
    }

    private static BitSet slots(String text) {
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        if (!text.equals(NOTHING)) {
            for (String range : text.split(",", -1)) {
                int dash = range.indexOf('-');
                int first = slot(dash < 0 ? range : range.substring(0, dash));
                int last = dash < 0 ? first : slot(range.substring(dash + 1));
                slots.set(first, last + 1);
            }
        }
        return slots;
    }

    private static int slot(String text) {
        int slot = Integer.parseInt(text);
        if (slot < 0 || slot >= ClusterMap.SLOTS) {
            throw new NumberFormatException("no slot: " + text);
        }
        return slot;
    }
}
