package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes one key at the wrong side what it is at the right one, unless somebody writes it
/// meanwhile.
///
/// Two rules keep newer writes. At the wrong side the key must still be what it was when it was
/// found to differ: it is watched before it is read again, and written in a transaction, so that
/// any write in between stops it. At the right side the key must have stood still for the pause
/// between two looks: else a write that is still on its way to the wrong side would be applied
/// twice, first by the copied value and then by itself.
final class Repairer {
    /// A key that is written so often is left to the next run.
    private static final int TRIES = 3;

    /// A value is read in one piece, which a server must hold twice (DUMP, reply).
    private static final long LARGEST_BYTES = 256 << 20;

    private static final byte[] WATCH = bytes("WATCH");
    private static final byte[] UNWATCH = bytes("UNWATCH");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] DUMP = bytes("DUMP");

    private final Sides sides;
    private final VerifyOptions.Repairs options;
    private final KeyLook look;
    private final Digest digest;
    private final PayloadConverter payloads;

    Repairer(Sides sides, VerifyOptions.Repairs options, KeyLook look, Digest digest) {
        this.sides = sides;
        this.options = options;
        this.look = look;
        this.digest = digest;
        this.payloads = new PayloadConverter(wrong().facts().format());
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

    Step step(Suspect suspect, Place place, Difference difference) throws IOException {
        Kind extra = toTarget() ? Kind.MISSING_AT_SOURCE : Kind.MISSING_AT_TARGET;
        if (difference.kind() == extra && !options.deleteExtra()) {
            return skip(difference, "only the side to be mended has it, and keys are not deleted");
        }
        if (usage(right(), suspect.key(), place) > LARGEST_BYTES
                || usage(wrong(), suspect.key(), place) > LARGEST_BYTES) {
            return skip(difference, "it is too large to be read at once");
        }
        try {
            sides.hold(Integer.MAX_VALUE);
            return write(suspect, place, difference);
        } catch (RedirectedException e) {
            wrong().side().forget();
            return again(suspect, difference, "its slot moves");
        } finally {
            sides.hold(AnswerReader.HELD_BYTES);
        }
    }

    private static Step skip(Difference difference, String reason) {
        return new Step.Settled(difference.with(new Repair(Action.SKIPPED, reason)));
    }

    private static Step again(Suspect suspect, Difference difference, String reason) {
        suspect.repairs++;
        return suspect.repairs < TRIES ? new Step.Again() : skip(difference, reason);
    }

    private long usage(SideLinks side, byte[] key, Place place) throws IOException {
        return LargeLook.usage(side, key, database(side, place));
    }

    private int database(SideLinks side, Place place) {
        return side == sides.source() ? place.source() : place.target();
    }

    /// A whole value.
    ///
    /// @param payload null when there is no such key
    @SuppressWarnings("ArrayRecordComponent")
    private record Held(byte @Nullable [] payload, long expiry, Sum print) {}

    private Held read(SideLinks side, byte[] key, Place place) throws IOException {
        boolean absolute = side.facts().absoluteExpiry();
        List<Answer> answers =
                side.ask(
                        key,
                        database(side, place),
                        List.of(
                                new byte[][] {TIME},
                                new byte[][] {BatchLook.expiryCommand(side.facts()), key},
                                new byte[][] {DUMP, key}));
        long clock = absolute ? 0 : Expiries.clock(answers.getFirst());
        long expiry = Expiries.of(answers.get(1), clock);
        byte[] payload = answers.get(2) instanceof Answer.Bytes bytes ? bytes.head() : null;
        digest.start().add(absolute ? expiry : 0);
        return new Held(payload, expiry, payload == null ? Sum.ZERO : digest.add(payload).sum());
    }

    private Step write(Suspect suspect, Place place, Difference difference) throws IOException {
        byte[] key = suspect.key();
        if (suspect.right == null) {
            suspect.wrong = read(wrong(), key, place).print;
            suspect.right = read(right(), key, place).print;
            return new Step.Again();
        }
        NodeLink link = wrong().of(key, database(wrong(), place));
        link.call(WATCH, key);
        try {
            return watched(link, suspect, place, difference);
        } catch (RedirectedException e) {
            link.call(UNWATCH);
            throw e;
        }
    }

    private Step watched(NodeLink link, Suspect suspect, Place place, Difference difference)
            throws IOException {
        byte[] key = suspect.key();
        Held wrong = read(wrong(), key, place);
        Held right = read(right(), key, place);
        Look now = look.look(key, place);
        if (now.difference() == null) {
            link.call(UNWATCH);
            return new Step.Equal();
        }
        if (!right.print.equals(suspect.right)) {
            // What came to the wrong side may be the same write.
            link.call(UNWATCH);
            suspect.right = right.print;
            suspect.wrong = wrong.print;
            return again(suspect, difference, "it is being written at the side that is right");
        }
        if (!wrong.print.equals(suspect.wrong)) {
            link.call(UNWATCH);
            return skip(difference, "it is being written at the side to be mended");
        }
        LargeCopy copy = new LargeCopy(link, payloads, wrong().facts().format(), key);
        Answer result;
        try {
            result = transaction(link, commands(key, right, now.difference().kind(), copy));
        } catch (UnsupportedValueException | RdbFormatException e) {
            copy.drop();
            link.call(UNWATCH);
            return skip(difference, "the other side cannot hold such a value: " + e.getMessage());
        }
        if (!(result instanceof Answer.Items)) {
            copy.drop();
        }
        if (result == Answer.Nil.NIL) {
            return skip(difference, "it is being written at the side to be mended");
        }
        for (Answer answer : Answer.items(result)) {
            if (answer instanceof Answer.Failed failed) {
                return skip(difference, "the server refuses it: " + failed.text());
            }
        }
        if (result instanceof Answer.Failed failed) {
            return skip(difference, "the server refuses it: " + failed.text());
        }
        return new Step.Settled(difference.with(new Repair(action(right, now), "")));
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

    private static Answer transaction(NodeLink link, List<byte[][]> commands) throws IOException {
        link.add(bytes("MULTI"));
        commands.forEach(link::add);
        link.add(bytes("EXEC")).flush();
        link.raw();
        Answer refused = null;
        for (int i = 0; i < commands.size(); i++) {
            Answer queued = link.raw();
            refused = queued instanceof Answer.Failed ? queued : refused;
        }
        Answer result = link.raw();
        if (refused instanceof Answer.Failed failed) {
            link.check(failed);
            return failed;
        }
        return result;
    }

    private List<byte[][]> commands(byte[] key, Held right, Kind kind, LargeCopy copy)
            throws IOException {
        byte[] payload = right.payload;
        if (payload == null) {
            return List.<byte[][]>of(new byte[][] {bytes("DEL"), key});
        }
        long expiry = expiry(right.expiry);
        if (kind == Kind.EXPIRY) {
            return List.<byte[][]>of(
                    expiry < 0
                            ? new byte[][] {bytes("PERSIST"), key}
                            : new byte[][] {bytes("PEXPIREAT"), key, bytes(Long.toString(expiry))});
        }
        ByteSlice slice = new ByteSlice().set(payload, 0, payload.length);
        if (copy.write(slice)) {
            return copy.take(expiry);
        }
        ByteBuilder converted = new ByteBuilder(1 << 10);
        byte[] value = payloads.convert(slice, converted) ? converted.toBytes() : payload;
        SideFacts facts = wrong().facts();
        List<byte[][]> commands = new ArrayList<>();
        List<byte[]> restore = new ArrayList<>();
        boolean absolute = facts.restoreAbsolute() && expiry >= 0;
        restore.addAll(List.of(bytes("RESTORE"), key, bytes(ttl(expiry, absolute)), value));
        if (facts.restoreReplaces()) {
            restore.add(bytes("REPLACE"));
        } else {
            commands.add(new byte[][] {bytes("DEL"), key});
        }
        if (absolute) {
            restore.add(bytes("ABSTTL"));
        }
        commands.add(restore.toArray(new byte[0][]));
        return commands;
    }

    /// Zero means no expiry, so an expiry in the past becomes the first millisecond there is.
    private static String ttl(long expiry, boolean absolute) {
        if (expiry < 0) {
            return "0";
        }
        long value = absolute ? expiry : expiry - System.currentTimeMillis();
        return Long.toString(Math.max(1, value));
    }

    /// As a task that extends expiries would have it.
    private long expiry(long right) {
        long extension = sides.expiries().extendMillis();
        return right < 0 ? right : toTarget() ? right + extension : right - extension;
    }
}
