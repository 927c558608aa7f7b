package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;
import static java.util.Objects.requireNonNull;

import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.RdbFormatException;
import io.syncline.engine.rdb.UnsupportedValueException;
import io.syncline.engine.verify.Difference.Action;
import io.syncline.engine.verify.Difference.Kind;
import io.syncline.engine.verify.Difference.Repair;
import io.syncline.engine.verify.Digest.Sum;
import io.syncline.engine.verify.VerifyOptions.Direction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Makes keys at the wrong side what they are at the right one, unless somebody writes them
/// meanwhile.
///
/// Two rules keep newer writes. At the wrong side the key must still be what it was when it was
/// found to differ: it is watched before it is read again, and written in a transaction, so that
/// any write in between stops it. At the right side the key must have stood still for the pause
/// between two looks: else a write that is still on its way to the wrong side would be applied
/// twice, first by the copied value and then by itself.
final class Repairer implements AutoCloseable {
    /// A key that is written so often is left to the next run.
    private static final int TRIES = 3;

    /// A value is read in one piece, which a server must hold twice (DUMP, reply).
    private static final long LARGEST_BYTES = 256 << 20;

    /// How many share a round trip: each takes a connection to its node.
    static final int TOGETHER = KeyLook.TOGETHER;

    /// What all values that are mended together may take at a server.
    private static final long TOGETHER_BYTES = 64 << 20;

    /// Where a server cannot tell what a value takes (MEMORY USAGE, since 4.0): a few at a time.
    private static final Long UNKNOWN_BYTES = 16L << 20;

    private static final String MOVES = "its slot moves";
    private static final String WRITTEN_HERE = "it is being written at the side to be mended";
    private static final byte[] MEMORY = bytes("MEMORY");
    private static final byte[] USAGE = bytes("USAGE");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] DUMP = bytes("DUMP");

    private final Sides sides;
    private final VerifyOptions.Repairs options;
    private final Names names;
    private final KeyLook look;
    private final Digest digest;
    private final PayloadConverter payloads;
    private final Rewrite rewrite;
    private final ElementRepair elements;
    private final ListRepair lists;
    private final List<RepairLane> lanes = new ArrayList<>();

    Repairer(Sides sides, VerifyOptions options, Names names, KeyLook look, Digest digest) {
        this.sides = sides;
        this.options = options.repair();
        this.names = names;
        this.look = look;
        this.digest = digest;
        this.payloads = new PayloadConverter(wrong().facts().format());
        this.rewrite = new Rewrite(wrong().facts(), payloads);
        this.elements = new ElementRepair(sides, right(), wrong());
        this.lists = new ListRepair(sides, right(), wrong());
    }

    private boolean toTarget() {
        return options.direction() == Direction.SOURCE_TO_TARGET;
    }

    private SideLinks right() {
        return toTarget() ? sides.source() : sides.target();
    }

    private SideLinks wrong() {
        return toTarget() ? sides.target() : sides.source();
    }

    /// What a step came to.
    sealed interface Step {
        /// To be taken again after a pause.
        record Again() implements Step {}

        /// Both sides are equal by now, and not through us.
        record Equal() implements Step {}

        record Settled(Difference difference) implements Step {}
    }

    /// Takes the next step of several repairs, at most [#TOGETHER]: in the order of the suspects.
    /// All of them share each round trip; each is watched and written on a connection of its own.
    List<Step> steps(List<Suspect> suspects, Place place) throws IOException {
        Step[] steps = new Step[suspects.size()];
        List<Integer> some = new ArrayList<>();
        long someBytes = 0;
        List<Long> sizes = sizes(suspects, place);
        for (int i = 0; i < steps.length; i++) {
            Difference difference = confirmed(suspects.get(i));
            Kind extra = toTarget() ? Kind.MISSING_AT_SOURCE : Kind.MISSING_AT_TARGET;
            if (suspects.get(i).work != null) {
                steps[i] = inParts(suspects.get(i), place);
            } else if (difference.kind() == extra && !options.deleteExtra()) {
                steps[i] =
                        skip(
                                difference,
                                "only the side to be mended has it, and keys are not deleted");
            } else if (!toTarget() && names.isForeign(suspects.get(i).key())) {
                steps[i] = skip(difference, "the ETL rules make no such name of any key");
            } else if (sizes.get(i) > LARGEST_BYTES) {
                steps[i] = parts(suspects.get(i), "it is too large to be read at once");
            } else {
                if (!some.isEmpty() && someBytes + sizes.get(i) > TOGETHER_BYTES) {
                    step(suspects, some, place, steps);
                    some.clear();
                    someBytes = 0;
                }
                some.add(i);
                someBytes += sizes.get(i);
            }
        }
        step(suspects, some, place, steps);
        return List.of(steps);
    }

    private static Difference confirmed(Suspect suspect) {
        return requireNonNull(suspect.confirmed, "it is no difference yet");
    }

    private static Step skip(Difference difference, String reason) {
        return new Step.Settled(difference.with(new Repair(Action.SKIPPED, reason)));
    }

    private static Step again(Suspect suspect, String reason) {
        suspect.repairs++;
        return suspect.repairs < TRIES ? new Step.Again() : parts(suspect, reason);
    }

    /// Goes on part by part, where a value has parts.
    private static Step parts(Suspect suspect, String reason) {
        suspect.work = PartialRepair.of(suspect);
        return suspect.work == null ? skip(confirmed(suspect), reason) : new Step.Again();
    }

    private Step inParts(Suspect suspect, Place place) throws IOException {
        byte[] key = suspect.key();
        try {
            sides.hold(Integer.MAX_VALUE);
            PartialRepair.Round round =
                    switch (requireNonNull(suspect.work)) {
                        case ElementRepair.Work work -> elements.round(key, place, work, lane(0));
                        case ListRepair.Work work -> lists.round(key, place, work, lane(0));
                    };
            return switch (round) {
                case AGAIN -> new Step.Again();
                case GIVEN_UP -> skip(confirmed(suspect), "it is being written all the time");
                case MENDED ->
                        new Step.Settled(confirmed(suspect).with(new Repair(Action.WRITTEN, "")));
            };
        } finally {
            sides.hold(AnswerReader.HELD_BYTES);
        }
    }

    private RepairLane lane(int index) {
        if (lanes.size() == index) {
            lanes.add(new RepairLane(wrong().twin()));
        }
        return lanes.get(index);
    }

    /// What each takes at the side where it is larger.
    private List<Long> sizes(List<Suspect> suspects, Place place) throws IOException {
        List<byte[]> keys = suspects.stream().map(Suspect::key).toList();
        List<Long> ones = sizes(right(), keys, place);
        List<Long> others = sizes(wrong(), keys, place);
        return IntStream.range(0, keys.size())
                .mapToObj(i -> Math.max(ones.get(i), others.get(i)))
                .toList();
    }

    private List<Long> sizes(SideLinks side, List<byte[]> keys, Place place) throws IOException {
        if (!side.facts().memoryUsage()) {
            return Collections.nCopies(keys.size(), UNKNOWN_BYTES);
        }
        return side
                .askAll(
                        keys,
                        database(side, place),
                        i -> List.<byte[][]>of(new byte[][] {MEMORY, USAGE, keys.get(i)}))
                .stream()
                .map(answers -> Answer.number(answers.getFirst()))
                .toList();
    }

    /// Where a key is at the side to be mended.
    private int databaseOf(Difference difference) {
        return toTarget() ? difference.targetDatabase() : difference.database();
    }

    private int database(SideLinks side, Place place) {
        return side == sides.source() ? place.source() : place.target();
    }

    /// A whole value.
    ///
    /// @param payload null when there is no such key
    @SuppressWarnings("ArrayRecordComponent")
    private record Held(byte @Nullable [] payload, long expiry, Sum print) {}

    private List<Held> read(SideLinks side, List<byte[]> keys, Place place) throws IOException {
        byte[] expiry = BatchLook.expiryCommand(side.facts());
        List<List<Answer>> all =
                side.askAll(
                        keys,
                        database(side, place),
                        i ->
                                List.of(
                                        new byte[][] {TIME},
                                        new byte[][] {expiry, keys.get(i)},
                                        new byte[][] {DUMP, keys.get(i)}));
        return all.stream().map(answers -> held(side, answers)).toList();
    }

    private Held held(SideLinks side, List<Answer> answers) {
        boolean absolute = side.facts().absoluteExpiry();
        long clock = absolute ? 0 : Expiries.clock(answers.getFirst());
        long expiry = Expiries.of(answers.get(1), clock);
        byte[] payload = answers.get(2) instanceof Answer.Bytes bytes ? bytes.head() : null;
        digest.start().add(absolute ? expiry : 0);
        return new Held(payload, expiry, payload == null ? Sum.ZERO : digest.add(payload).sum());
    }

    /// @param some indexes of those to go on with
    private void step(List<Suspect> suspects, List<Integer> some, Place place, Step[] steps)
            throws IOException {
        List<Integer> fresh = new ArrayList<>();
        List<Integer> prepared = new ArrayList<>();
        some.forEach(i -> (suspects.get(i).right == null ? fresh : prepared).add(i));
        try {
            sides.hold(Integer.MAX_VALUE);
            prepare(fresh.stream().map(suspects::get).toList(), place);
            fresh.forEach(i -> steps[i] = new Step.Again());
            write(suspects, prepared, place, steps);
        } finally {
            sides.hold(AnswerReader.HELD_BYTES);
        }
    }

    private void prepare(List<Suspect> suspects, Place place) throws IOException {
        List<byte[]> keys = suspects.stream().map(Suspect::key).toList();
        List<Held> wrongs = read(wrong(), keys, place);
        List<Held> rights = read(right(), keys, place);
        for (int i = 0; i < keys.size(); i++) {
            suspects.get(i).wrong = wrongs.get(i).print;
            suspects.get(i).right = rights.get(i).print;
        }
    }

    private void write(List<Suspect> suspects, List<Integer> prepared, Place place, Step[] steps)
            throws IOException {
        List<RepairLane> watched = new ArrayList<>();
        for (int i : prepared) {
            RepairLane lane = lane(watched.size());
            lane.watch(i, suspects.get(i).key(), database(wrong(), place));
            watched.add(lane);
        }
        List<RepairLane> elsewhere = new ArrayList<>();
        for (RepairLane lane : watched) {
            if (lane.isElsewhere()) {
                elsewhere.add(lane);
                steps[lane.index()] = again(suspects.get(lane.index()), MOVES);
            }
        }
        watched.removeAll(elsewhere);
        List<byte[]> keys = watched.stream().map(lane -> suspects.get(lane.index()).key()).toList();
        List<Held> wrongs = read(wrong(), keys, place);
        List<Held> rights = read(right(), keys, place);
        List<Look> looks = look.look(keys, place, false);
        for (int i = 0; i < keys.size(); i++) {
            RepairLane lane = watched.get(i);
            Suspect suspect = suspects.get(lane.index());
            steps[lane.index()] = decide(lane, suspect, wrongs.get(i), rights.get(i), looks.get(i));
        }
        for (RepairLane lane : watched) {
            lane.flush();
        }
        for (RepairLane lane : watched) {
            steps[lane.index()] = result(lane, suspects.get(lane.index()), steps[lane.index()]);
        }
    }

    /// What becomes of it if the transaction that this adds to the lane is carried out.
    private Step decide(RepairLane lane, Suspect suspect, Held wrong, Held right, Look now)
            throws IOException {
        Difference difference = confirmed(suspect);
        if (now.difference() == null) {
            lane.unwatch();
            return new Step.Equal();
        }
        if (!right.print.equals(suspect.right)) {
            // What came to the wrong side may be the same write.
            lane.unwatch();
            suspect.right = right.print;
            suspect.wrong = wrong.print;
            return again(suspect, "it is being written at the side that is right");
        }
        if (!wrong.print.equals(suspect.wrong)) {
            lane.unwatch();
            return suspect.repairs > 0 || suspect.moved
                    ? parts(suspect, WRITTEN_HERE)
                    : skip(difference, WRITTEN_HERE);
        }
        byte[] name = wrong().name(suspect.key(), databaseOf(difference));
        LargeCopy copy = new LargeCopy(lane.link(), payloads, wrong().facts().format(), name);
        try {
            boolean onlyExpiry = now.difference().kind() == Kind.EXPIRY;
            long expiry = expiry(right.expiry);
            lane.execute(rewrite.commands(name, right.payload, expiry, onlyExpiry, copy), copy);
        } catch (UnsupportedValueException | RdbFormatException e) {
            copy.drop();
            lane.unwatch();
            return skip(difference, "the other side cannot hold such a value: " + e.getMessage());
        } catch (RedirectedException e) {
            wrong().side().forget();
            lane.unwatch();
            return again(suspect, MOVES);
        }
        return new Step.Settled(difference.with(new Repair(action(right, now), "")));
    }

    /// @param hoped what becomes of it if the transaction was carried out
    private Step result(RepairLane lane, Suspect suspect, Step hoped) throws IOException {
        Answer result;
        try {
            result = lane.result();
        } catch (RedirectedException e) {
            wrong().side().forget();
            return again(suspect, MOVES);
        }
        if (result == Answer.Nil.NIL) {
            return skip(confirmed(suspect), WRITTEN_HERE);
        }
        for (Answer answer : Answer.items(result)) {
            if (answer instanceof Answer.Failed failed) {
                return skip(confirmed(suspect), "the server refuses it: " + failed.text());
            }
        }
        return result instanceof Answer.Failed failed
                ? skip(confirmed(suspect), "the server refuses it: " + failed.text())
                : hoped;
    }

    /// After a fault: what is watched is forgotten with the connections.
    @Override
    public void close() {
        lanes.forEach(RepairLane::close);
        lanes.clear();
    }

    private static Action action(Held right, Look now) {
        if (right.payload == null) {
            return Action.DELETED;
        }
        Difference difference = now.difference();
        return difference != null && difference.kind() == Kind.EXPIRY
                ? Action.EXPIRY_SET
                : Action.WRITTEN;
    }

    /// As a task that extends expiries would have it.
    private long expiry(long right) {
        long extension = sides.expiries().extendMillis();
        return right < 0 ? right : toTarget() ? right + extension : right - extension;
    }
}
