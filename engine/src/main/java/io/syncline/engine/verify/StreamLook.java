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
///
/// A stream that is being written is compared up to the last id that the target has shown, which
/// the source must have shown before; what has come since is none of the comparison.
final class StreamLook {
    private static final int PIECE_ITEMS = 500;
    private static final byte[] COUNT = bytes(Integer.toString(PIECE_ITEMS));
    private static final byte[] END = bytes("+");
    private static final byte[] XINFO = bytes("XINFO");
    private static final byte[] STREAM = bytes("STREAM");
    private static final byte[] GROUPS = bytes("GROUPS");
    private static final byte[] XRANGE = bytes("XRANGE");
    private static final byte[] XPENDING = bytes("XPENDING");
    private static final List<String> FIELDS =
            List.of("length", "last-generated-id", "max-deleted-entry-id", "entries-added");
    private static final List<String> GROUP_FIELDS =
            List.of("last-delivered-id", "pending", "entries-read");

    private final Sides sides;
    private final Digest digest;

    StreamLook(Sides sides, Digest digest) {
        this.sides = sides;
        this.digest = digest;
    }

    @Nullable Mismatch compare(byte[] key, Place place, Patience patience) throws IOException {
        return new Run(key, place, patience).compare();
    }

    /// What both sides answered to the same question.
    private record Both(Answer one, Answer other) {}

    /// One stream.
    private final class Run {
        private final byte[] key;
        private final Place place;
        private final Patience patience;

        Run(byte[] key, Place place, Patience patience) {
            this.key = key;
            this.place = place;
            this.patience = patience;
        }

        private Both both(byte[]... command) throws IOException {
            Answer one = sides.source().ask(key, place.source(), command);
            Answer other = sides.target().ask(key, place.target(), command);
            sides.pace().took(0, sides.source(), sides.target());
            return new Both(one, other);
        }

        @Nullable Mismatch compare() throws IOException {
            Both info = both(XINFO, STREAM, key);
            List<Answer> shown = new ArrayList<>(List.of(info.one));
            Mismatch mismatch = infos(shown, info);
            while (mismatch != null && patience.again()) {
                info = both(XINFO, STREAM, key);
                shown.add(info.one);
                mismatch = infos(shown, info);
            }
            if (mismatch == null) {
                byte[] last = bytes(Answer.text(Answer.field(info.other, "last-generated-id")));
                mismatch = pages("entry ", false, last, XRANGE, key);
            }
            boolean none =
                    Answer.number(Answer.field(info.one, "groups")) == 0
                            && Answer.number(Answer.field(info.other, "groups")) == 0;
            if (mismatch != null || none) {
                return mismatch;
            }
            mismatch = groups();
            while (mismatch != null && patience.again()) {
                mismatch = groups();
            }
            return mismatch;
        }

        /// @param shown by the source so far, the latest last
        private @Nullable Mismatch infos(List<Answer> shown, Both info) {
            if (!(info.one instanceof Answer.Items && info.other instanceof Answer.Items)) {
                return mismatch(Kind.VALUE, "the type changed meanwhile", info);
            }
            for (Answer one : shown) {
                if (fields(FIELDS, new Both(one, info.other)) == null) {
                    return null;
                }
            }
            String detail = fields(FIELDS, info);
            return mismatch(Kind.VALUE, detail == null ? "" : detail, info);
        }

        private Mismatch mismatch(Kind kind, String detail, Both both) {
            return Mismatch.of(kind, detail, digest, both.one, both.other);
        }

        private @Nullable Mismatch groups() throws IOException {
            Both groups = both(XINFO, GROUPS, key);
            SortedMap<String, Answer> ones = byName(groups.one);
            SortedMap<String, Answer> others = byName(groups.other);
            if (!ones.keySet().equals(others.keySet())) {
                String detail = "groups are " + ones.keySet() + " and " + others.keySet();
                return mismatch(Kind.GROUPS, detail, groups);
            }
            for (Map.Entry<String, Answer> each : ones.entrySet()) {
                String text = each.getKey();
                Both both = new Both(each.getValue(), others.getOrDefault(text, Answer.Nil.NIL));
                Answer name = Answer.field(both.one, "name");
                byte[] group = name instanceof Answer.Bytes bytes ? bytes.head() : new byte[0];
                String detail = fields(GROUP_FIELDS, both);
                Mismatch mismatch =
                        detail == null ? consumers(group) : mismatch(Kind.GROUPS, detail, both);
                if (mismatch == null) {
                    mismatch = pages("pending ", true, END, XPENDING, key, group);
                }
                if (mismatch != null) {
                    return new Mismatch(
                            Kind.GROUPS,
                            "group " + text + ": " + mismatch.detail(),
                            mismatch.one(),
                            mismatch.other());
                }
            }
            return null;
        }

        private @Nullable Mismatch consumers(byte[] group) throws IOException {
            Both both = both(XINFO, bytes("CONSUMERS"), key, group);
            SortedMap<String, Long> ones = pending(both.one);
            SortedMap<String, Long> others = pending(both.other);
            // Not the answers themselves: they tell how long ago a consumer was seen.
            String detail = "consumers are " + ones + " and " + others;
            return ones.equals(others)
                    ? null
                    : mismatch(Kind.GROUPS, detail, new Both(Answer.Nil.NIL, Answer.Nil.NIL));
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
        private @Nullable Mismatch pages(
                String what, boolean pending, byte[] last, byte[]... command) throws IOException {
            byte[] from = bytes("-");
            while (true) {
                List<byte[]> words = new ArrayList<>(Arrays.asList(command));
                words.addAll(List.of(from, last));
                if (!pending) {
                    words.add(bytes("COUNT"));
                }
                words.add(COUNT);
                byte[][] page = words.toArray(new byte[0][]);
                Both both = both(page);
                Mismatch mismatch = page(what, pending, both);
                // Pending entries come and go with their group, which is looked at as a whole.
                while (mismatch != null && !pending && patience.again()) {
                    both = both(page);
                    mismatch = page(what, false, both);
                }
                if (mismatch != null) {
                    return mismatch;
                }
                Answer[] ones = Answer.items(both.one);
                if (ones.length < PIECE_ITEMS) {
                    return null;
                }
                from = bytes(after(id(ones[ones.length - 1])));
            }
        }

        private @Nullable Mismatch page(String what, boolean pending, Both both) {
            if (both.one instanceof Answer.Failed || both.other instanceof Answer.Failed) {
                return mismatch(Kind.VALUE, "the type changed meanwhile", both);
            }
            Answer[] ones = Answer.items(both.one);
            Answer[] others = Answer.items(both.other);
            for (int i = 0; i < Math.max(ones.length, others.length); i++) {
                Answer one = i < ones.length ? ones[i] : Answer.Nil.NIL;
                Answer other = i < others.length ? others[i] : Answer.Nil.NIL;
                if (one == Answer.Nil.NIL || other == Answer.Nil.NIL) {
                    String where = other == Answer.Nil.NIL ? "source" : "target";
                    Answer only = other == Answer.Nil.NIL ? one : other;
                    return place(what + id(only) + " only at the " + where, one, other, pending);
                }
                if (!(pending ? samePending(one, other) : one.equals(other))) {
                    return place(what + id(one) + " differs", one, other, pending);
                }
            }
            return null;
        }

        private Mismatch place(String detail, Answer one, Answer other, boolean pending) {
            Both both =
                    pending ? new Both(withoutAge(one), withoutAge(other)) : new Both(one, other);
            return mismatch(Kind.VALUE, detail, both);
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
        return ones.length == 4 && others.length == 4 && withoutAge(one).equals(withoutAge(other));
    }

    private static Answer withoutAge(Answer pending) {
        Answer[] parts = Answer.items(pending);
        return parts.length == 4
                ? new Answer.Items(new Answer[] {parts[0], parts[1], parts[3]})
                : pending;
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

    private static @Nullable String fields(List<String> names, Both both) {
        for (String name : names) {
            Answer left = Answer.field(both.one, name);
            Answer right = Answer.field(both.other, name);
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
