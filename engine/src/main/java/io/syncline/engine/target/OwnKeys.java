package io.syncline.engine.target;

import io.syncline.engine.command.FilterRules;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The names of the keys that a task keeps in its target. All begin [#PREFIX], so that users can
/// tell, filter and sweep them, and so that no other task ever copies them.
///
/// All but what belongs to one slot (marks, the nodes' floors, copies, scratch keys, keys held)
/// share a hash tag, so that in a cluster they are in one slot.
///
/// @param task the task's name
public record OwnKeys(String task) {
    public static final String PREFIX = FilterRules.OWN_PREFIX;

    /// The task itself: a hash with its start counter and what it knew at the start.
    public byte[] manifest() {
        return key("task");
    }

    /// Position and generation of one pipeline.
    public byte[] checkpoint(int pipeline) {
        return key("checkpoint:" + pipeline);
    }

    /// Touched to stop a transaction whose predecessor did not take effect.
    public byte[] guard(int pipeline) {
        return key("guard:" + pipeline);
    }

    /// Which slots of a cluster source a pipeline holds.
    public byte[] slots(int pipeline) {
        return key("slots:" + pipeline);
    }

    /// How far one slot of a cluster target is: `tag` makes the key hash to that slot.
    public byte[] mark(int pipeline, String tag) {
        return (PREFIX + task + ":mark:" + pipeline + ":{" + tag + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Where a large value is put together, in the slot of its key, before it takes the key's
    /// place.
    public byte[] copy(int pipeline, String tag) {
        return (PREFIX + task + ":copy:" + pipeline + ":{" + tag + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Where a command over several slots is run on copies of its keys: only inside a transaction.
    byte[] scratch(int pipeline, String tag, int index) {
        return (PREFIX + task + ":scratch:" + pipeline + ":{" + tag + "}:" + index)
                .getBytes(StandardCharsets.UTF_8);
    }

    /// How far one node of a cluster target is: `tag` makes the key hash to a slot of it.
    public byte[] nodeFloor(int pipeline, String tag) {
        return (PREFIX + task + ":floor:" + pipeline + ":{" + tag + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// In a database of a standalone target, which of its keys were given more time, and their true
    /// expiry.
    public byte[] held(int pipeline) {
        return key("held:" + pipeline);
    }

    /// The same of one slot of a cluster.
    public byte[] held(int pipeline, String tag) {
        return (PREFIX + task + ":held:" + pipeline + ":{" + tag + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// A list of what the target refused.
    public byte[] refused() {
        return key("refused");
    }

    /// Whether a key is one of these.
    boolean isOfTask(byte[] key) {
        return startsWith(key, PREFIX + "{" + task + "}:")
                || startsWith(key, PREFIX + task + ":mark:")
                || startsWith(key, PREFIX + task + ":copy:")
                || startsWith(key, PREFIX + task + ":scratch:")
                || startsWith(key, PREFIX + task + ":floor:")
                || startsWith(key, PREFIX + task + ":held:")
                || startsWith(key, PREFIX + task + ":pair-");
    }

    /// Whether a key says that this instance belongs to a pair: its value is the task's name.
    boolean isPairOfAny(byte[] key) {
        return startsWith(key, PREFIX + "pair");
    }

    private static boolean startsWith(byte[] key, String text) {
        byte[] begin = text.getBytes(StandardCharsets.UTF_8);
        return key.length >= begin.length
                && Arrays.equals(key, 0, begin.length, begin, 0, begin.length);
    }

    private byte[] key(String name) {
        return (PREFIX + "{" + task + "}:" + name).getBytes(StandardCharsets.UTF_8);
    }
}
