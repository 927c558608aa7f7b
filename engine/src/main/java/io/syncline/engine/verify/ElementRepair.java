package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Mends single elements of a hash, a set or a sorted set that is written all the time, so that it
/// is never as a whole what it was a moment ago, or that is too large to be read at once.
///
/// The two rules of [Repairer] hold for each element: at the side to be mended it must still be
/// what it was when it was found, with the key watched, so that a write in between stops the
/// transaction; at the side that is right it must have stood still for the pause. What lag makes
/// differ moves, and is left alone. The right side is read before the key is watched: a write that
/// comes there later is applied upon what we write.
final class ElementRepair {
    /// Elements that are mended between two pauses; more are found by the next round.
    private static final int MOST = 1_000;

    /// In one transaction, which occupies the server for a fraction of a millisecond.
    private static final int TOGETHER = 64;

    /// A key that is written a thousand times a second leaves a gap for each of some tries.
    private static final int TRIES = 100;

    /// A value that differs in more elements is left to another run.
    private static final int ROUNDS = 100;

    /// Rounds in which every element that differed moved: only lag is seen.
    private static final int IDLE_ROUNDS = 3;

    private static final int PIECE_ITEMS = 500;
    private static final byte[] ZERO = bytes("0");
    private static final byte[] FIELDS = bytes("FIELDS");
    private static final Answer ABSENT = new Answer.Whole(0);
    private static final Answer PRESENT = new Answer.Whole(1);

    private final Sides sides;
    private final End right;
    private final End wrong;

    /// @param right what is copied
    /// @param wrong what is mended
    ElementRepair(Sides sides, SideLinks right, SideLinks wrong) {
        this.sides = sides;
        this.right = new End(right, right == sides.source());
        this.wrong = new End(wrong, wrong == sides.source());
    }

    private record End(SideLinks links, boolean isSource) {
        int database(Place place) {
            return isSource ? place.source() : place.target();
        }

        Answer[] members(ValueType type, byte[] key, Place place, List<Edit> edits)
                throws IOException {
            byte[][] names = edits.stream().map(Edit::name).toArray(byte[][]::new);
            return Members.of(links, database(place), type, key, names);
        }
    }

    /// An element that differs.
    @SuppressWarnings("ArrayRecordComponent")
    private record Edit(byte[] name, Answer right, Answer wrong) {}

    /// What is under way for one key.
    static final class Work implements PartialRepair {
        private final ValueType type;
        private List<Edit> edits = List.of();
        private int rounds;
        private int idleRounds;
        private int written;

        Work(ValueType type) {
            this.type = type;
        }
    }

    /// Mends what was found by the round before, and looks for more.
    ///
    /// @param lane for the side to be mended
    PartialRepair.Round round(byte[] key, Place place, Work work, RepairLane lane)
            throws IOException {
        int before = work.written;
        boolean all = true;
        for (int from = 0; from < work.edits.size(); from += TOGETHER) {
            int to = Math.min(work.edits.size(), from + TOGETHER);
            all &= write(key, place, work, work.edits.subList(from, to), lane);
        }
        boolean more = work.edits.size() >= MOST;
        work.idleRounds = work.written > before ? 0 : work.idleRounds + 1;
        if (!all || ++work.rounds > ROUNDS || work.idleRounds > IDLE_ROUNDS) {
            return PartialRepair.Round.GIVEN_UP;
        }
        if (work.written > before && !more) {
            return PartialRepair.Round.MENDED;
        }
        List<Edit> found = find(work.type, key, place);
        if (found == null) {
            return PartialRepair.Round.GIVEN_UP;
        }
        work.edits = found;
        return PartialRepair.Round.AGAIN;
    }

    /// @return false when it could not be done, because others write or the server refuses
    private boolean write(byte[] key, Place place, Work work, List<Edit> edits, RepairLane lane)
            throws IOException {
        byte[] name = wrong.links.name(key, wrong.database(place));
        for (int i = 0; i < TRIES; i++) {
            Answer[] rights = right.members(work.type, key, place, edits);
            Answer[] expiries = expiries(work.type, key, place, edits);
            lane.watch(0, key, wrong.database(place));
            if (lane.isElsewhere()) {
                return false;
            }
            Answer[] wrongs = wrong.members(work.type, key, place, edits);
            List<byte[][]> commands = new ArrayList<>();
            for (int j = 0; j < edits.size(); j++) {
                Edit edit = edits.get(j);
                if (j < rights.length
                        && j < wrongs.length
                        && same(work.type, rights[j], edit.right)
                        && same(work.type, wrongs[j], edit.wrong)) {
                    commands.add(command(work.type, name, edit));
                    // HSET takes away when a field expires.
                    if (j < expiries.length && Answer.number(expiries[j]) >= 0) {
                        commands.add(expiry(name, edit.name, expiries[j]));
                    }
                }
            }
            sides.pace().took(0, sides.source(), sides.target());
            if (commands.isEmpty()) {
                lane.unwatch();
                lane.flush();
                lane.result();
                return true;
            }
            lane.execute(commands, null);
            lane.flush();
            Answer result = lane.result();
            if (result instanceof Answer.Items items) {
                work.written += items.items().length;
                return Arrays.stream(items.items()).noneMatch(Answer.Failed.class::isInstance);
            }
            if (result instanceof Answer.Failed) {
                return false;
            }
        }
        return false;
    }

    /// When each field expires at the side that is right; none where either side knows no such
    /// thing.
    private Answer[] expiries(ValueType type, byte[] key, Place place, List<Edit> edits)
            throws IOException {
        if (type != ValueType.HASH || !sides.knowFieldExpiry()) {
            return new Answer[0];
        }
        List<byte[]> command = new ArrayList<>(List.of(bytes("HPEXPIRETIME"), key, FIELDS));
        command.add(bytes(Integer.toString(edits.size())));
        edits.forEach(edit -> command.add(edit.name));
        return Answer.items(
                right.links.ask(key, right.database(place), command.toArray(byte[][]::new)));
    }

    private static byte[][] expiry(byte[] key, byte[] field, Answer millis) {
        byte[] when = bytes(Long.toString(Answer.number(millis)));
        return new byte[][] {bytes("HPEXPIREAT"), key, when, FIELDS, bytes("1"), field};
    }

    private static byte[][] command(ValueType type, byte[] key, Edit edit) {
        boolean there = isThere(edit.right);
        byte[] value = edit.right instanceof Answer.Bytes bytes ? bytes.head() : ZERO;
        return switch (type) {
            case HASH ->
                    there
                            ? new byte[][] {bytes("HSET"), key, edit.name, value}
                            : new byte[][] {bytes("HDEL"), key, edit.name};
            case SET -> new byte[][] {bytes(there ? "SADD" : "SREM"), key, edit.name};
            case ZSET ->
                    there
                            ? new byte[][] {bytes("ZADD"), key, value, edit.name}
                            : new byte[][] {bytes("ZREM"), key, edit.name};
            case NONE, STRING, LIST, STREAM, MODULE ->
                    throw new IllegalStateException(type + " has no members");
        };
    }

    private static boolean isThere(Answer member) {
        return member instanceof Answer.Bytes || member.equals(PRESENT);
    }

    private static boolean same(ValueType type, Answer one, Answer other) {
        return type == ValueType.ZSET ? Values.sameScore(one, other) : one.equals(other);
    }

    /// The first elements that differ; null when the key is of another type by now.
    private @Nullable List<Edit> find(ValueType type, byte[] key, Place place) throws IOException {
        List<Edit> edits = new ArrayList<>();
        return scan(type, key, place, true, edits) && scan(type, key, place, false, edits)
                ? edits
                : null;
    }

    /// @param forward whether the names are those of the right side; else only what that one lacks
    private boolean scan(ValueType type, byte[] key, Place place, boolean forward, List<Edit> edits)
            throws IOException {
        End from = forward ? right : wrong;
        byte[] count = bytes(Integer.toString(PIECE_ITEMS));
        byte[] cursor = ZERO;
        do {
            byte[][] command = type.scan(key, cursor, count);
            Answer piece = from.links.ask(key, from.database(place), command);
            if (!(piece instanceof Answer.Items parts) || parts.items().length != 2) {
                return false;
            }
            if (!compare(type, key, place, forward, Values.scanned(piece), edits)) {
                return false;
            }
            sides.pace().took(0, sides.source(), sides.target());
            cursor = parts.items()[0] instanceof Answer.Bytes next ? next.head() : ZERO;
        } while (!Arrays.equals(cursor, ZERO) && edits.size() < MOST);
        return true;
    }

    private boolean compare(
            ValueType type,
            byte[] key,
            Place place,
            boolean forward,
            Answer[] items,
            List<Edit> edits)
            throws IOException {
        int step = type == ValueType.SET ? 1 : 2;
        byte[][] names = new byte[items.length / step][];
        for (int i = 0; i < names.length; i++) {
            names[i] = items[i * step] instanceof Answer.Bytes name ? name.head() : ZERO;
        }
        if (names.length == 0) {
            return true;
        }
        End to = forward ? wrong : right;
        Answer[] others = Members.of(to.links, to.database(place), type, key, names);
        if (others.length != names.length) {
            return false;
        }
        for (int i = 0; i < names.length && edits.size() < MOST; i++) {
            Answer shown = type == ValueType.SET ? PRESENT : items[i * step + 1];
            if (forward && !same(type, shown, others[i])) {
                edits.add(new Edit(names[i], shown, others[i]));
            } else if (!forward && !isThere(others[i])) {
                edits.add(new Edit(names[i], type == ValueType.SET ? ABSENT : others[i], shown));
            }
        }
        return true;
    }
}
