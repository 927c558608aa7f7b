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

    /// Where its memory of the stream begins.
    long remembered;

    /// Jobs of the server that concern it, under way or ended well.
    final List<SimJob> jobs = new ArrayList<>();

    /// When the last one ended well.
    long jobSeconds;

    /// The source's clock when its node was last asked.
    long asked = -1;

    /// The source's clock when its node was last asked by a process that lives and heard the
    /// answer.
    long heard = -1;

    SimShard(int number, List<String> story) {
        this.number = number;
        this.story = story;
    }

    static int slot(String key) {
        return Slots.of(key.getBytes(StandardCharsets.UTF_8));
    }

    void say(String... words) {
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

    /// What clearing away says.
    void unlink(String key) {
        data.remove(key);
        say("UNLINK", key);
    }

    /// Whether a job is copying slots to it.
    boolean isImporting() {
        return jobs.stream().anyMatch(job -> job.to == this && !job.isClaimed());
    }

    /// The slots of its jobs.
    BitSet exported() {
        BitSet exported = new BitSet();
        jobs.forEach(job -> exported.or(job.slots));
        return exported;
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
