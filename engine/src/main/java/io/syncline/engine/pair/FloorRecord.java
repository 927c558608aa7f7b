package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.command.Slots;
import io.syncline.engine.twoway.Floor;
import io.syncline.engine.twoway.Ownership;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.StreamPlace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a pair over slots keeps on disk, beside the markers: from where to read after a restart. Is
/// written at both sites; the newer one counts.
///
/// As text: a line for the state, then one for each primary, with the slots that it owned.
///
/// @param state how far the pair is
/// @param epoch of the run that wrote it
/// @param sequence of it within that run
/// @param sourceTerms how many owners slots had before, of those that have moved
record FloorRecord(
        State state,
        long epoch,
        long sequence,
        List<Entry> source,
        List<Entry> target,
        Map<Integer, Integer> sourceTerms,
        Map<Integer, Integer> targetTerms) {
    private static final String FORMAT = "pairfloor2";
    private static final String WITHOUT_MOVES = "pairfloor1";
    private static final int HEAD_WORDS = 4;
    private static final int TERM_WORDS = 3;
    private static final int ENTRY_WORDS = 7;
    private static final int ENTRY_WORDS_WITHOUT_MOVES = 5;

    /// How far the pair is.
    enum State {
        /// The first copy comes from the source: only the target's places are known.
        FROM_SOURCE,
        /// The same from the target.
        FROM_TARGET,
        READY
    }

    FloorRecord {
        source = List.copyOf(source);
        target = List.copyOf(target);
        sourceTerms = Map.copyOf(sourceTerms);
        targetTerms = Map.copyOf(targetTerms);
    }

    /// Of slots that have not moved yet.
    FloorRecord(State state, long epoch, long sequence, List<Entry> source, List<Entry> target) {
        this(state, epoch, sequence, source, target, Map.of(), Map.of());
    }

    /// One primary.
    ///
    /// @param slots that it owned
    /// @param tag the slot of its epoch and its beat; negative for none
    /// @param ids of the nodes of its shard; none where the site is no cluster, or not known
    record Entry(BitSet slots, StreamPlace place, int tag, Set<String> ids) {
        Entry {
            slots = (BitSet) slots.clone();
            ids = Set.copyOf(ids);
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }

        /// Whether it is of this shard.
        boolean isOf(Set<String> nodes, BitSet owned) {
            return ids.isEmpty() ? slots.equals(owned) : ids.stream().anyMatch(nodes::contains);
        }
    }

    List<Entry> of(Site site) {
        return site == Site.SOURCE ? source : target;
    }

    boolean isNewerThan(FloorRecord other) {
        return epoch != other.epoch ? epoch > other.epoch : sequence > other.sequence;
    }

    /// The same primaries at another floor.
    FloorRecord at(Floor floor, long ofEpoch, long number) {
        return new FloorRecord(
                State.READY,
                ofEpoch,
                number,
                moved(source, floor, Site.SOURCE),
                moved(target, floor, Site.TARGET),
                floor.sourceSlots().terms(),
                floor.targetSlots().terms());
    }

    private static List<Entry> moved(List<Entry> entries, Floor floor, Site site) {
        List<Entry> moved = new ArrayList<>();
        List<BitSet> slots = floor.slots(site).slots();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            StreamPlace place = floor.places(site).get(i);
            moved.add(new Entry(slots.get(i), place, entry.tag(), entry.ids()));
        }
        return moved;
    }

    Map<Integer, Integer> terms(Site site) {
        return site == Site.SOURCE ? sourceTerms : targetTerms;
    }

    Floor floor() {
        return new Floor(
                source.stream().map(Entry::place).toList(),
                target.stream().map(Entry::place).toList(),
                ownership(Site.SOURCE),
                ownership(Site.TARGET));
    }

    private Ownership ownership(Site site) {
        return new Ownership(of(site).stream().map(Entry::slots).toList(), terms(site));
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        text.append(FORMAT).append(' ').append(state).append(' ').append(epoch);
        text.append(' ').append(sequence).append('\n');
        for (Site site : Site.values()) {
            for (Entry entry : of(site)) {
                StreamPlace place = entry.place();
                text.append(site).append(' ').append(ranges(entry.slots()));
                text.append(' ').append(orDash(place.stream()));
                text.append(' ').append(place.offset());
                text.append(' ').append(place.database());
                text.append(' ').append(entry.tag());
                text.append(' ').append(orDash(String.join(",", new TreeSet<>(entry.ids()))));
                text.append('\n');
            }
            byTerm(terms(site))
                    .forEach((term, slots) -> {
                        text.append(site).append(' ').append(term);
                        text.append(' ').append(ranges(slots)).append('\n');
                    });
        }
        return text.toString().getBytes(US_ASCII);
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static SortedMap<Integer, BitSet> byTerm(Map<Integer, Integer> terms) {
        SortedMap<Integer, BitSet> slots = new TreeMap<>();
        terms.forEach((slot, term) ->
                slots.computeIfAbsent(term, t -> new BitSet(Slots.COUNT)).set(slot));
        return slots;
    }

    /// Slots as `0-99,200`.
    static String ranges(BitSet slots) {
        StringBuilder text = new StringBuilder();
        for (int from = slots.nextSetBit(0); from >= 0; ) {
            int end = slots.nextClearBit(from);
            text.append(text.isEmpty() ? "" : ",").append(from);
            if (end - 1 > from) {
                text.append('-').append(end - 1);
            }
            from = slots.nextSetBit(end);
        }
        return orDash(text.toString());
    }

    /// @throws IllegalArgumentException when it is none
    static FloorRecord decode(byte[] value) {
        String[] lines = new String(value, US_ASCII).split("\n", -1);
        String[] head = lines[0].split(" ", -1);
        boolean old = head[0].equals(WITHOUT_MOVES);
        if (head.length != HEAD_WORDS || !(old || head[0].equals(FORMAT))) {
            throw new IllegalArgumentException("the pair's floor does not begin '" + FORMAT + "'");
        }
        List<List<Entry>> entries = List.of(new ArrayList<>(), new ArrayList<>());
        List<Map<Integer, Integer>> terms = List.of(new HashMap<>(), new HashMap<>());
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            String[] words = lines[i].split(" ", -1);
            int site = Site.valueOf(words[0]).index();
            if (words.length == TERM_WORDS && !old) {
                int term = Integer.parseInt(words[1]);
                slots(words[2]).stream().forEach(slot -> terms.get(site).put(slot, term));
            } else if (words.length == (old ? ENTRY_WORDS_WITHOUT_MOVES : ENTRY_WORDS)) {
                entries.get(site).add(entry(words));
            } else {
                throw new IllegalArgumentException("the pair's floor has the line " + lines[i]);
            }
        }
        return new FloorRecord(
                State.valueOf(head[1]),
                Long.parseLong(head[2]),
                Long.parseLong(head[3]),
                entries.get(0),
                entries.get(1),
                terms.get(0),
                terms.get(1));
    }

    private static Entry entry(String[] words) {
        BitSet slots = slots(words[1]);
        StreamPlace place =
                new StreamPlace(
                        words[2].equals("-") ? "" : words[2],
                        Long.parseLong(words[3]),
                        Integer.parseInt(words[4]));
        if (words.length == ENTRY_WORDS_WITHOUT_MOVES) {
            return new Entry(slots, place, slots.nextSetBit(0), Set.of());
        }
        Set<String> ids = words[6].equals("-") ? Set.of() : Set.of(words[6].split(",", -1));
        return new Entry(slots, place, Integer.parseInt(words[5]), ids);
    }

    private static BitSet slots(String ranges) {
        BitSet slots = new BitSet(Slots.COUNT);
        if (ranges.equals("-")) {
            return slots;
        }
        for (String range : ranges.split(",", -1)) {
            String[] ends = range.split("-", -1);
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (first < 0 || last >= Slots.COUNT || last < first) {
                throw new IllegalArgumentException("the pair's floor names the slots " + range);
            }
            slots.set(first, last + 1);
        }
        return slots;
    }
}
