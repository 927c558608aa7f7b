package io.syncline.testkit;

import io.syncline.testkit.Difference.Kind;
import io.syncline.testkit.ValueComparison.Both;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares streams: entries, the counters, groups, consumers, and what is pending for whom since
/// when.
///
/// What is derived (lag, lengths of trees) or local to a server (when a consumer was last seen) is
/// left out, and so is a field that only one side's version reports.
final class StreamComparison {
    private static final List<String> STREAM_FIELDS =
            List.of("length", "last-generated-id", "max-deleted-entry-id", "entries-added");
    private static final List<String> GROUP_FIELDS =
            List.of("last-delivered-id", "pending", "entries-read");

    private final Router left;
    private final Router right;
    private final ValueComparison values;
    private final long toleranceMillis;

    StreamComparison(Router left, Router right, ValueComparison values, long toleranceMillis) {
        this.left = left;
        this.right = right;
        this.values = values;
        this.toleranceMillis = toleranceMillis;
    }

    void compare(List<byte[]> keys) {
        List<Both> infos = values.ask(keys, key -> Router.words("XINFO", "STREAM", key));
        List<Both> groups = values.ask(keys, key -> Router.words("XINFO", "GROUPS", key));
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            Both info = infos.get(i);
            boolean same =
                    sameFields(
                                    key,
                                    "stream",
                                    STREAM_FIELDS,
                                    Replies.fields(info.left()),
                                    Replies.fields(info.right()))
                            && sameEntries(key);
            if (same) {
                compareGroups(key, byName(groups.get(i).left()), byName(groups.get(i).right()));
            }
        }
    }

    private boolean sameFields(
            byte[] key,
            String what,
            List<String> names,
            Map<String, @Nullable Object> leftFields,
            Map<String, @Nullable Object> rightFields) {
        for (String name : names) {
            // Nil is "unknown": a replica of Redis 7.0 knows no entries-read of a group that reads.
            boolean both = leftFields.get(name) != null && rightFields.get(name) != null;
            if (both && !Replies.equal(leftFields.get(name), rightFields.get(name))) {
                String label = what + " " + name + " ";
                values.differs(
                        key,
                        Kind.VALUE,
                        label + Show.reply(leftFields.get(name)),
                        label + Show.reply(rightFields.get(name)));
                return false;
            }
        }
        return true;
    }

    private boolean sameEntries(byte[] key) {
        Object from = "-";
        while (true) {
            Both part = values.ask(key, "XRANGE", key, from, "+", "COUNT", ValueComparison.PART);
            List<?> leftPart = Replies.list(part.left());
            List<?> rightPart = Replies.list(part.right());
            int at = Replies.firstDifference(leftPart, rightPart);
            if (at >= 0) {
                values.differs(key, Kind.VALUE, entry(leftPart, at), entry(rightPart, at));
                return false;
            }
            if (leftPart.size() < ValueComparison.PART) {
                return true;
            }
            from = after(Replies.text(Replies.list(leftPart.getLast()).getFirst()));
        }
    }

    private static String entry(List<?> part, int at) {
        return at < part.size() ? "entry " + Show.reply(part.get(at)) : "ends before";
    }

    /// The least id above this one; `(id` is known only since Redis 6.2.
    private static String after(String id) {
        int dash = id.indexOf('-');
        return id.substring(0, dash + 1)
                + Long.toUnsignedString(Long.parseUnsignedLong(id.substring(dash + 1)) + 1);
    }

    private static SortedMap<String, Map<String, @Nullable Object>> byName(@Nullable Object reply) {
        SortedMap<String, Map<String, @Nullable Object>> found = new TreeMap<>();
        for (Object item : Replies.list(reply)) {
            Map<String, @Nullable Object> fields = Replies.fields(item);
            found.put(Show.reply(fields.get("name")), fields);
        }
        return found;
    }

    private void compareGroups(
            byte[] key,
            SortedMap<String, Map<String, @Nullable Object>> leftGroups,
            SortedMap<String, Map<String, @Nullable Object>> rightGroups) {
        if (!leftGroups.keySet().equals(rightGroups.keySet())) {
            values.differs(
                    key,
                    Kind.VALUE,
                    "groups " + leftGroups.keySet(),
                    "groups " + rightGroups.keySet());
            return;
        }
        for (String group : leftGroups.keySet()) {
            Map<String, @Nullable Object> one = Objects.requireNonNull(leftGroups.get(group));
            Map<String, @Nullable Object> other = Objects.requireNonNull(rightGroups.get(group));
            byte[] name = Replies.binary(one.get("name"));
            boolean same =
                    sameFields(key, "group " + group, GROUP_FIELDS, one, other)
                            && sameConsumers(key, name)
                            && samePending(key, name);
            if (!same) {
                return;
            }
        }
        if (!leftGroups.isEmpty()) {
            compareDeliveries(key);
        }
    }

    private boolean sameConsumers(byte[] key, byte[] group) {
        Both both = values.ask(key, "XINFO", "CONSUMERS", key, group);
        String leftText = consumers(both.left());
        String rightText = consumers(both.right());
        if (leftText.equals(rightText)) {
            return true;
        }
        String label = "consumers of " + Show.bytes(group) + " ";
        values.differs(key, Kind.VALUE, label + leftText, label + rightText);
        return false;
    }

    private static String consumers(@Nullable Object reply) {
        SortedMap<String, @Nullable Object> pending = new TreeMap<>();
        byName(reply).forEach((name, fields) -> pending.put(name, fields.get("pending")));
        return pending.toString();
    }

    /// XPENDING answers (id, consumer, milliseconds since the delivery, deliveries).
    private boolean samePending(byte[] key, byte[] group) {
        String from = "-";
        while (true) {
            Both part = values.ask(key, "XPENDING", key, group, from, "+", ValueComparison.PART);
            List<List<?>> leftPart = withoutIdle(part.left());
            List<List<?>> rightPart = withoutIdle(part.right());
            int at = Replies.firstDifference(leftPart, rightPart);
            if (at >= 0) {
                String label = "pending of " + Show.bytes(group) + " ";
                values.differs(
                        key, Kind.VALUE, label + entry(leftPart, at), label + entry(rightPart, at));
                return false;
            }
            if (leftPart.size() < ValueComparison.PART) {
                return true;
            }
            from = after(Replies.text(leftPart.getLast().getFirst()));
        }
    }

    private static List<List<?>> withoutIdle(@Nullable Object reply) {
        List<List<?>> found = new ArrayList<>();
        for (Object item : Replies.list(reply)) {
            List<?> parts = Replies.list(item);
            found.add(List.of(parts.get(0), parts.get(1), parts.get(3)));
        }
        return found;
    }

    /// The absolute times of delivery, for the first [ValueComparison#PART] pending of each group.
    private void compareDeliveries(byte[] key) {
        if (!left.version().hasStreamFull() || !right.version().hasStreamFull()) {
            return;
        }
        Both full = values.ask(key, "XINFO", "STREAM", key, "FULL", "COUNT", ValueComparison.PART);
        List<List<?>> lefts = deliveries(full.left());
        List<List<?>> rights = deliveries(full.right());
        for (int i = 0; i < lefts.size(); i++) {
            long one = Replies.number(lefts.get(i).get(2));
            long other = Replies.number(rights.get(i).get(2));
            if (Math.abs(one - other) > toleranceMillis) {
                String label = "delivery of " + Show.reply(lefts.get(i).getFirst()) + " at ";
                values.differs(key, Kind.VALUE, label + one, label + other);
                return;
            }
        }
    }

    private static List<List<?>> deliveries(@Nullable Object full) {
        List<List<?>> found = new ArrayList<>();
        for (Object group : Replies.list(Replies.fields(full).get("groups"))) {
            for (Object item : Replies.list(Replies.fields(group).get("pending"))) {
                found.add(Replies.list(item));
            }
        }
        return found;
    }
}
