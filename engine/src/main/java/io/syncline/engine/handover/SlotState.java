package io.syncline.engine.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.cluster.ClusterMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a pipeline keeps in its target about slots, beside its checkpoint: one line of text, `2
/// OWNED PARKED IMPORTING JOBS`, for example `2 0-5460,5462 5461@88013@0 - 1795350000`.
///
/// @param owned slots whose commands the pipeline applies
/// @param parked slots whose commands are held back, with where the first of them stands: it and
///   what follows in that slot is not in the target, although the checkpoint is behind it. One
///   place for each ownership, in order
/// @param importing slots that the server itself is still copying, by the job's name: what the
///   stream says of them is a copy of another stream's and is not applied
/// @param jobSeconds when the last job of the server that was followed had ended, by its node's
///   clock, in seconds since 1970; 0 for none
record SlotState(
        BitSet owned,
        Map<Integer, List<Since>> parked,
        Map<String, BitSet> importing,
        long jobSeconds) {
    private static final String VERSION = "2";
    private static final String NOTHING = "-";
    private static final int PARTS = 5;

    SlotState {
        owned = (BitSet) owned.clone();
        parked = new TreeMap<>(parked);
        importing = new TreeMap<>(importing);
    }

    /// Where the stream must be read from; null for where the checkpoint stands.
    @Nullable Since first() {
        return parked.values().stream()
                .map(List::getFirst)
                .min(Comparator.comparingLong(Since::offset))
                .orElse(null);
    }

    byte[] encode() {
        StringBuilder text =
                new StringBuilder(VERSION).append(' ').append(ranges(owned)).append(' ');
        String comma = "";
        for (var entry : parked.entrySet()) {
            for (Since since : entry.getValue()) {
                text.append(comma).append(entry.getKey());
                text.append('@').append(since.offset()).append('@').append(since.database());
                comma = ",";
            }
        }
        text.append(parked.isEmpty() ? "- " : " ");
        comma = "";
        for (var entry : importing.entrySet()) {
            text.append(comma).append(entry.getKey()).append('=').append(ranges(entry.getValue()));
            comma = ";";
        }
        text.append(importing.isEmpty() ? "- " : " ").append(jobSeconds);
        return text.toString().getBytes(US_ASCII);
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
        if (parts.length != PARTS || !parts[0].equals(VERSION)) {
            return null;
        }
        try {
            Map<Integer, List<Since>> parked = new TreeMap<>();
            if (!parts[2].equals(NOTHING)) {
                for (String one : parts[2].split(",", -1)) {
                    String[] words = one.split("@", 3);
                    Since since = new Since(Long.parseLong(words[1]), Integer.parseInt(words[2]));
                    parked.computeIfAbsent(slot(words[0]), key -> new ArrayList<>()).add(since);
                }
            }
            Map<String, BitSet> importing = new TreeMap<>();
            if (!parts[3].equals(NOTHING)) {
                for (String one : parts[3].split(";", -1)) {
                    int equals = one.indexOf('=');
                    importing.put(one.substring(0, equals), slots(one.substring(equals + 1)));
                }
            }
            return new SlotState(slots(parts[1]), parked, importing, Long.parseLong(parts[4]));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // Not written by this version: the caller says so, with the key's name.
            return null;
        }
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
