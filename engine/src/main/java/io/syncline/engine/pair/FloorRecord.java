package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.command.Slots;
import io.syncline.engine.twoway.Floor;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.StreamPlace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// What a pair over slots keeps on disk, beside the markers: from where to read after a restart. Is
/// written at both sites; the newer one counts.
///
/// As text: a line for the state, then one for each primary, with the slots that it owned.
///
/// @param state how far the pair is
/// @param epoch of the run that wrote it
/// @param sequence of it within that run
record FloorRecord(State state, long epoch, long sequence, List<Entry> source, List<Entry> target) {
    private static final String FORMAT = "pairfloor1";
    private static final int HEAD_WORDS = 4;
    private static final int ENTRY_WORDS = 5;

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
    }

    /// One primary.
    record Entry(BitSet slots, StreamPlace place) {
        Entry {
            slots = (BitSet) slots.clone();
        }

        @Override
        public BitSet slots() {
            return (BitSet) slots.clone();
        }
    }

    List<Entry> of(Site site) {
        return site == Site.SOURCE ? source : target;
    }

    boolean isNewerThan(FloorRecord other) {
        return epoch != other.epoch ? epoch > other.epoch : sequence > other.sequence;
    }

    /// The same primaries at other places.
    FloorRecord at(Floor floor, long ofEpoch, long number) {
        return new FloorRecord(
                State.READY,
                ofEpoch,
                number,
                moved(source, floor.source()),
                moved(target, floor.target()));
    }

    private static List<Entry> moved(List<Entry> entries, List<StreamPlace> places) {
        List<Entry> moved = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            moved.add(new Entry(entries.get(i).slots(), places.get(i)));
        }
        return moved;
    }

    Floor floor() {
        return new Floor(
                source.stream().map(Entry::place).toList(),
                target.stream().map(Entry::place).toList());
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        text.append(FORMAT).append(' ').append(state).append(' ').append(epoch);
        text.append(' ').append(sequence).append('\n');
        for (Site site : Site.values()) {
            for (Entry entry : of(site)) {
                StreamPlace place = entry.place();
                text.append(site).append(' ').append(ranges(entry.slots()));
                text.append(' ').append(place.stream().isEmpty() ? "-" : place.stream());
                text.append(' ').append(place.offset());
                text.append(' ').append(place.database()).append('\n');
            }
        }
        return text.toString().getBytes(US_ASCII);
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
        return text.toString();
    }

    /// @throws IllegalArgumentException when it is none
    static FloorRecord decode(byte[] value) {
        String[] lines = new String(value, US_ASCII).split("\n", -1);
        String[] head = lines[0].split(" ", -1);
        if (head.length != HEAD_WORDS || !head[0].equals(FORMAT)) {
            throw new IllegalArgumentException("the pair's floor does not begin '" + FORMAT + "'");
        }
        List<Entry> source = new ArrayList<>();
        List<Entry> target = new ArrayList<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            String[] words = lines[i].split(" ", -1);
            if (words.length != ENTRY_WORDS) {
                throw new IllegalArgumentException("the pair's floor has the line " + lines[i]);
            }
            StreamPlace place =
                    new StreamPlace(
                            words[2].equals("-") ? "" : words[2],
                            Long.parseLong(words[3]),
                            Integer.parseInt(words[4]));
            boolean ofSource = Site.valueOf(words[0]) == Site.SOURCE;
            (ofSource ? source : target).add(new Entry(slots(words[1]), place));
        }
        return new FloorRecord(
                State.valueOf(head[1]),
                Long.parseLong(head[2]),
                Long.parseLong(head[3]),
                source,
                target);
    }

    private static BitSet slots(String ranges) {
        BitSet slots = new BitSet(Slots.COUNT);
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
