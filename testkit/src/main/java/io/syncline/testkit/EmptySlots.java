package io.syncline.testkit;

import java.util.ArrayList;
import java.util.List;

/// Slots without keys, which change hands without a migration.
final class EmptySlots {
    private EmptySlots() {}

    /// Makes a primary the owner of slots that are another one's.
    static void take(RedisServer to, List<Integer> slots) {
        List<Object> ranges = new ArrayList<>();
        slots.forEach(slot -> ranges.addAll(List.of(slot, slot)));
        // In one: a node that is heard in between would give them back.
        to.command("MULTI");
        claim(to, "DELSLOTSRANGE", ranges);
        claim(to, "ADDSLOTSRANGE", ranges);
        to.command("EXEC");
        to.command("CLUSTER", "BUMPEPOCH");
    }

    /// Gives a node of a new cluster its share.
    static void assign(RedisServer node, int from, int to) {
        Object[] words = new Object[to - from + 3];
        words[0] = "CLUSTER";
        words[1] = "ADDSLOTS";
        for (int slot = from; slot <= to; slot++) {
            words[slot - from + 2] = slot;
        }
        node.command(words);
    }

    private static void claim(RedisServer node, String how, List<Object> ranges) {
        List<Object> words = new ArrayList<>(List.of("CLUSTER", how));
        words.addAll(ranges);
        node.command(words.toArray());
    }
}
