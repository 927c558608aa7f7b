package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.Difference.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares streams piece by piece: entries, and of every group its position, its consumers and
/// what is pending. Counters that one side does not know (before Redis 7.0) are left out, and so is
/// when an entry was last delivered, which servers tell only relative to now.
final class StreamLook {
    private static final int PIECE_ITEMS = 500;
    private static final byte[] COUNT = bytes(Integer.toString(PIECE_ITEMS));
    private static final byte[] END = bytes("+");
    private static final List<String> FIELDS =
            List.of("length", "last-generated-id", "max-deleted-entry-id", "entries-added");
    private static final List<String> GROUP_FIELDS =
            List.of("last-delivered-id", "pending", "entries-read");

    private final Sides sides;

    StreamLook(Sides sides) {
        this.sides = sides;
    }

    @Nullable Mismatch compare(byte[] key, Place place) throws IOException {
        return new Run(key, place).compare();
    }

    /// One stream.
    private final class Run {
        private final byte[] key;
        private final Place place;

        Run(byte[] key, Place place) {
            this.key = key;
            this.place = place;
        }

        private Answer[] both(byte[]... command) throws IOException {
            Answer one = sides.source().ask(key, place.source(), command);
            Answer other = sides.target().ask(key, place.target(), command);
            sides.pace().took(0, sides.source(), sides.target());
            return new Answer[] {one, other};
        }

        @Nullable Mismatch compare() throws IOException {
            Answer[] info = both(bytes("XINFO"), bytes("STREAM"), key);
            String detail = fields(FIELDS, info[0], info[1]);
            if (detail == null) {
                detail = pages("entry ", false, bytes("XRANGE"), key);
            }
            if (detail != null) {
                return Mismatch.value(detail);
            }
            boolean none =
                    Answer.number(Answer.field(info[0], "groups")) == 0
                            && Answer.number(Answer.field(info[1], "groups")) == 0;
            String groups = none ? null : groups();
            return groups == null ? null : new Mismatch(Kind.GROUPS, groups);
        }

        private @Nullable String groups() throws IOException {
            Answer[] groups = both(bytes("XINFO"), bytes("GROUPS"), key);
            SortedMap<String, Answer> ones = byName(groups[0]);
            SortedMap<String, Answer> others = byName(groups[1]);
            if (!ones.keySet().equals(others.keySet())) {
                return "groups are " + ones.keySet() + " and " + others.keySet();
            }
            for (Map.Entry<String, Answer> each : ones.entrySet()) {
                String text = each.getKey();
                Answer one = each.getValue();
                Answer other = others.getOrDefault(text, Answer.Nil.NIL);
                Answer name = Answer.field(one, "name");
                byte[] group = name instanceof Answer.Bytes bytes ? bytes.head() : new byte[0];
                String detail = fields(GROUP_FIELDS, one, other);
                if (detail == null) {
                    detail = consumers(group);
                }
                if (detail == null) {
                    detail = pages("pending ", true, bytes("XPENDING"), key, group);
                }
                if (detail != null) {
                    return "group " + text + ": " + detail;
                }
            }
            return null;
        }

        private @Nullable String consumers(byte[] group) throws IOException {
            Answer[] both = both(bytes("XINFO"), bytes("CONSUMERS"), key, group);
            SortedMap<String, Long> ones = pending(both[0]);
            SortedMap<String, Long> others = pending(both[1]);
            return ones.equals(others) ? null : "consumers are " + ones + " and " + others;
        }

        private SortedMap<String, Long> pending(Answer consumers) {
            SortedMap<String, Long> pending = new TreeMap<>();
            byName(consumers)
                    .forEach((name, fields) -> {
                        long count = Answer.number(Answer.field(fields, "pending"));
                        if (count > 0 || tellIdleConsumers()) {
                            pending.put(name, count);
                        }
                    });
            return pending;
        }

        /// Reads entries (XRANGE) or pending ones (XPENDING) of both sides page by page.
        ///
        /// @param command all that stands before the range
        private @Nullable String pages(String what, boolean pending, byte[]... command)
                throws IOException {
            byte[] from = bytes("-");
            while (true) {
                List<byte[]> words = new ArrayList<>(Arrays.asList(command));
                words.addAll(List.of(from, END));
                if (!pending) {
                    words.add(bytes("COUNT"));
                }
                words.add(COUNT);
                Answer[] both = both(words.toArray(new byte[0][]));
                Answer[] ones = Answer.items(both[0]);
                Answer[] others = Answer.items(both[1]);
                for (int i = 0; i < Math.max(ones.length, others.length); i++) {
                    if (i >= ones.length || i >= others.length) {
                        Answer only = i < ones.length ? ones[i] : others[i];
                        String where = i < ones.length ? "source" : "target";
                        return what + id(only) + " only at the " + where;
                    }
                    if (!(pending ? samePending(ones[i], others[i]) : ones[i].equals(others[i]))) {
                        return what + id(ones[i]) + " differs";
                    }
                }
                if (ones.length < PIECE_ITEMS) {
                    return null;
                }
                from = bytes(after(id(ones[ones.length - 1])));
            }
        }
    }

    /// Redis before 7.2 does not replicate a consumer that read and got nothing (`t_stream.c`:
    /// `xreadgroupCommand`), so that not even its own replica has it.
    private boolean tellIdleConsumers() {
        return sides.source().facts().tellsIdleConsumers()
                && sides.target().facts().tellsIdleConsumers();
    }

    /// Id, consumer, deliveries; the idle time between them changes with every look.
    private static boolean samePending(Answer one, Answer other) {
        Answer[] ones = Answer.items(one);
        Answer[] others = Answer.items(other);
        return ones.length == 4
                && others.length == 4
                && ones[0].equals(others[0])
                && ones[1].equals(others[1])
                && ones[3].equals(others[3]);
    }

    private static String id(Answer item) {
        Answer[] parts = Answer.items(item);
        return parts.length == 0 ? "" : Answer.text(parts[0]);
    }

    /// The least id above this one; `(id` is known only since Redis 6.2.
    static String after(String id) {
        int dash = id.indexOf('-');
        long sequence = Long.parseUnsignedLong(id.substring(dash + 1));
        if (sequence == -1) {
            return Long.toUnsignedString(Long.parseUnsignedLong(id.substring(0, dash)) + 1) + "-0";
        }
        return id.substring(0, dash + 1) + Long.toUnsignedString(sequence + 1);
    }

    private static @Nullable String fields(List<String> names, Answer one, Answer other) {
        for (String name : names) {
            Answer left = Answer.field(one, name);
            Answer right = Answer.field(other, name);
            // Nil is "unknown": 7.0 does not know how many entries some groups have read.
            boolean known = left != Answer.Nil.NIL && right != Answer.Nil.NIL;
            if (known && !left.equals(right)) {
                return Values.differs(name, left, right);
            }
        }
        return null;
    }

    private static SortedMap<String, Answer> byName(Answer list) {
        SortedMap<String, Answer> found = new TreeMap<>();
        for (Answer item : Answer.items(list)) {
            found.put(Show.quoted(Answer.field(item, "name")), item);
        }
        return found;
    }
}
