package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Mends runs of elements within a list that is pushed and popped all the time, so that no index
/// means the same element for long.
///
/// A run is known by its neighbours, and mended by place once the key is watched: by then its index
/// is certain. The rules are those of [ElementRepair]: at the side to be mended the run still
/// stands between its neighbours, and at the side that is right, too, after the pause. A run whose
/// wrong form stands near in the right list as well is left alone, since it cannot be told which is
/// meant; so is one at an end, where lag looks the same.
final class ListRepair {
    private static final int NEIGHBOURS = 16;

    /// Runs that are mended between two pauses.
    private static final int MOST = 16;

    /// Longer runs are no longer told from other data.
    private static final int LONGEST_RUN = 200;

    /// How far a list is pushed or popped during a pause, in windows each way.
    private static final int DRIFT_WINDOWS = 10;

    private static final int TRIES = 100;
    private static final int ROUNDS = 100;
    private static final int IDLE_ROUNDS = 3;
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int MOST_ITEMS = 1_000;
    private static final int LEAST_ITEMS = 4 * NEIGHBOURS;
    private static final byte[] LRANGE = bytes("LRANGE");
    private static final byte[] LSET = bytes("LSET");

    private final Sides sides;
    private final SideLinks right;
    private final SideLinks wrong;

    ListRepair(Sides sides, SideLinks right, SideLinks wrong) {
        this.sides = sides;
        this.right = right;
        this.wrong = wrong;
    }

    /// A run that differs, and what stands around it at both sides.
    ///
    /// @param rightIndex where it was met
    private record Run(
            List<Answer> before,
            List<Answer> rights,
            List<Answer> wrongs,
            List<Answer> after,
            long rightIndex,
            long wrongIndex) {
        List<Answer> shape(List<Answer> middle) {
            List<Answer> shape = new ArrayList<>(before);
            shape.addAll(middle);
            shape.addAll(after);
            return shape;
        }
    }

    /// What is under way for one list.
    static final class Work implements PartialRepair {
        private List<Run> runs = List.of();
        private int rounds;
        private int idleRounds;
    }

    /// One list.
    private final class Task {
        private final byte[] key;
        private final Place place;
        private final int window;

        Task(byte[] key, Place place) throws IOException {
            this.key = key;
            this.place = place;
            long length = Answer.number(ask(right, ValueType.LIST.length(key)));
            long usage = LargeLook.usage(right, key, database(right));
            long each = usage > 0 && length > 0 ? Math.max(1, usage / length) : 1 << 10;
            window = Math.clamp(WINDOW_BYTES / each, LEAST_ITEMS, MOST_ITEMS);
        }

        private int database(SideLinks side) {
            return side == sides.source() ? place.source() : place.target();
        }

        private Answer ask(SideLinks side, byte[]... command) throws IOException {
            return side.ask(key, database(side), command);
        }

        private List<Answer> range(SideLinks side, long from, long count) throws IOException {
            long first = Math.max(0, from);
            return Arrays.asList(
                    Answer.items(
                            ask(
                                    side,
                                    LRANGE,
                                    key,
                                    bytes(Long.toString(first)),
                                    bytes(Long.toString(first + count - 1)))));
        }

        /// Goes through both lists side by side, in windows that overlap by half.
        List<Run> find() throws IOException {
            List<Run> runs = new ArrayList<>();
            long shift = 0;
            long from = 0;
            while (runs.size() < MOST) {
                List<Answer> rights = range(right, from, window);
                List<Answer> wrongs = range(wrong, from + shift, window);
                sides.pace().took(0, sides.source(), sides.target());
                if (rights.size() < 3 * NEIGHBOURS || wrongs.size() < 3 * NEIGHBOURS) {
                    break;
                }
                ListDiff diff = ListDiff.of(rights, wrongs, NEIGHBOURS, LONGEST_RUN);
                long wrongFrom = Math.max(0, from + shift);
                for (ListDiff.Gap gap : diff.gaps()) {
                    Run run =
                            new Run(
                                    rights.subList(gap.one() - NEIGHBOURS, gap.one()),
                                    rights.subList(gap.one(), gap.oneEnd()),
                                    wrongs.subList(gap.other(), gap.otherEnd()),
                                    rights.subList(gap.oneEnd(), gap.oneEnd() + NEIGHBOURS),
                                    from + gap.one(),
                                    wrongFrom + gap.other());
                    boolean known =
                            runs.stream()
                                    .anyMatch(each ->
                                            each.shape(each.wrongs).equals(run.shape(run.wrongs)));
                    if (!known && locate(right, run.shape(run.wrongs), run.rightIndex) == NOWHERE) {
                        runs.add(run);
                    }
                }
                shift = wrongFrom - from + diff.shift();
                from += window / 2;
            }
            return runs;
        }

        /// The index of a shape's first element, near where it was; [#NOWHERE], or [#TWICE].
        long locate(SideLinks side, List<Answer> shape, long near) throws IOException {
            long found = NOWHERE;
            long from = Math.max(0, near - (long) DRIFT_WINDOWS * window);
            long end = near + (long) (DRIFT_WINDOWS + 1) * window;
            while (from < end) {
                List<Answer> items = range(side, from, window + shape.size());
                sides.pace().took(0, sides.source(), sides.target());
                int at = only(items, shape);
                if (at == TWICE || (at >= 0 && found >= 0 && found != from + at)) {
                    return TWICE;
                }
                found = at >= 0 ? from + at : found;
                if (items.size() < window) {
                    break;
                }
                from += window;
            }
            return found;
        }

        /// @return 1 when it is mended, 0 when it moved, -1 when others wrote all the time
        int write(Run run, RepairLane lane) throws IOException {
            List<Answer> wrongShape = run.shape(run.wrongs);
            long near = locate(wrong, wrongShape, run.wrongIndex);
            if (near < 0 || locate(right, run.shape(run.rights), run.rightIndex) < 0) {
                return 0;
            }
            for (int i = 0; i < TRIES; i++) {
                lane.watch(0, key, database(wrong));
                if (lane.isElsewhere()) {
                    return -1;
                }
                long from = Math.max(0, near - window / 2);
                List<Answer> items = range(wrong, from, window + wrongShape.size());
                int at = only(items, wrongShape);
                sides.pace().took(0, sides.source(), sides.target());
                if (at < 0) {
                    lane.unwatch();
                    lane.flush();
                    lane.result();
                    return 0;
                }
                near = from + at;
                byte[] name = wrong.name(key, database(wrong));
                lane.execute(commands(name, run, near + NEIGHBOURS), null);
                lane.flush();
                Answer result = lane.result();
                if (result instanceof Answer.Items done) {
                    boolean refused =
                            Arrays.stream(done.items()).anyMatch(Answer.Failed.class::isInstance);
                    return refused ? -1 : 1;
                }
                if (result instanceof Answer.Failed) {
                    return -1;
                }
            }
            return -1;
        }
    }

    private static final int NOWHERE = -1;
    private static final int TWICE = -2;

    /// Where a shape begins; [#NOWHERE], or [#TWICE] for more than one place.
    private static int only(List<Answer> items, List<Answer> shape) {
        int found = NOWHERE;
        for (int i = 0; i + shape.size() <= items.size(); i++) {
            if (items.subList(i, i + shape.size()).equals(shape)) {
                if (found >= 0) {
                    return TWICE;
                }
                found = i;
            }
        }
        return found;
    }

    /// Puts the right run in the place of the wrong one. An element that no one else has marks
    /// where to insert or what to remove; nobody sees it, since it goes within the transaction.
    ///
    /// @param index of the first wrong element
    private static List<byte[][]> commands(byte[] key, Run run, long index) {
        List<byte[][]> commands = new ArrayList<>();
        byte[] mark = bytes("syncline:" + UUID.randomUUID());
        int common = Math.min(run.rights.size(), run.wrongs.size());
        for (int i = 0; i < common; i++) {
            commands.add(set(key, index + i, value(run.rights.get(i))));
        }
        int tooMany = run.wrongs.size() - common;
        for (int i = 0; i < tooMany; i++) {
            commands.add(set(key, index + common + i, mark));
        }
        if (tooMany > 0) {
            byte[] count = bytes(Integer.toString(tooMany));
            commands.add(new byte[][] {bytes("LREM"), key, count, mark});
        }
        int missing = run.rights.size() - common;
        if (missing > 0) {
            long behind = index + run.wrongs.size();
            commands.add(set(key, behind, mark));
            for (int i = common; i < run.rights.size(); i++) {
                byte[] value = value(run.rights.get(i));
                commands.add(new byte[][] {bytes("LINSERT"), key, bytes("BEFORE"), mark, value});
            }
            commands.add(set(key, behind + missing, value(run.after.getFirst())));
        }
        return commands;
    }

    private static byte[][] set(byte[] key, long index, byte[] value) {
        return new byte[][] {LSET, key, bytes(Long.toString(index)), value};
    }

    private static byte[] value(Answer element) {
        return element instanceof Answer.Bytes bytes ? bytes.head() : new byte[0];
    }

    /// Mends what was found by the round before, and looks for more.
    PartialRepair.Round round(byte[] key, Place place, Work work, RepairLane lane)
            throws IOException {
        Task task = new Task(key, place);
        int written = 0;
        for (Run run : work.runs) {
            int result = task.write(run, lane);
            if (result < 0) {
                return PartialRepair.Round.GIVEN_UP;
            }
            written += result;
        }
        work.idleRounds = written > 0 ? 0 : work.idleRounds + 1;
        if (++work.rounds > ROUNDS || work.idleRounds > IDLE_ROUNDS) {
            return PartialRepair.Round.GIVEN_UP;
        }
        work.runs = task.find();
        return work.runs.isEmpty() && written > 0
                ? PartialRepair.Round.MENDED
                : PartialRepair.Round.AGAIN;
    }
}
