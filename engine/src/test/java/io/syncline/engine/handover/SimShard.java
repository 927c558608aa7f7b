package io.syncline.engine.handover;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One primary of a simulated cluster: its keys, its slots and the stream that a replica reads.
final class SimShard {
    final BitSet owned = new BitSet();
    final BitSet importing = new BitSet();
    final Map<String, String> data = new TreeMap<>();
    final List<byte[]> stream = new ArrayList<>();
    final int number;
    private final List<String> story;
    long offset;

    SimShard(int number, List<String> story) {
        this.number = number;
        this.story = story;
    }

    static int slot(String key) {
        return Slots.of(key.getBytes(StandardCharsets.UTF_8));
    }

    private void say(String... words) {
        ByteBuilder out = new ByteBuilder(64);
        RespWriter.command(out, words);
        story.add(number + " runs " + String.join(" ", words) + " at " + offset);
        stream.add(Arrays.copyOf(out.array, out.length));
        offset += out.length;
    }

    void append(String key, String text) {
        data.merge(key, text, String::concat);
        say("APPEND", key, text);
    }

    void delete(String key) {
        if (data.remove(key) != null) {
            say("DEL", key);
        }
    }

    void flush() {
        data.clear();
        say("FLUSHALL");
    }

    void restore(String key, String value) {
        data.put(key, value);
        say("RESTORE-ASKING", key, "0", value);
    }

    /// Something that concerns no slot, as a primary says all the time.
    void ping() {
        say("PING");
    }

    List<String> keysIn(int slot) {
        return data.keySet().stream().filter(key -> slot(key) == slot).toList();
    }

    BitSet slotsWithKeys() {
        BitSet slots = new BitSet();
        data.keySet().forEach(key -> slots.set(slot(key)));
        return slots;
    }
}
