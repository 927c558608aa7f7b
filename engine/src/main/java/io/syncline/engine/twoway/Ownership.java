package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// Which primary of a site owned which slots at one moment.
///
/// @param slots of each primary
/// @param terms how many owners the slots had before since the pair began, where there were any
public record Ownership(List<BitSet> slots, Map<Integer, Integer> terms) {
    public Ownership {
        slots = copies(slots);
        terms = Map.copyOf(terms);
    }

    private static List<BitSet> copies(List<BitSet> slots) {
        List<BitSet> copies = new ArrayList<>();
        slots.forEach(each -> copies.add((BitSet) each.clone()));
        return List.copyOf(copies);
    }

    /// Where no slot has ever moved.
    public static Ownership of(List<BitSet> slots) {
        return new Ownership(slots, Map.of());
    }

    @Override
    public List<BitSet> slots() {
        return copies(slots);
    }
}
