package io.syncline.engine.verify;

import io.syncline.engine.verify.Difference.Kind;
import io.syncline.engine.verify.Look.State;
import io.syncline.engine.verify.VerifyOptions.Mode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides about keys that differed at every look. No two looks at a key, one at each side, are
/// ever of the same moment, so one that never stands still may differ each time and yet be equal.
/// It counts as equal when the target shows a state that the source showed just before, which is
/// all that lag can look like.
///
/// Many keys are watched together, in rounds: a pipeline to each node of the source, then one to
/// each of the target.
final class Settling {
    /// A key is a difference after all when neither side changed in so many rounds; less would take
    /// a key that is written back and forth all the time for one that stands still.
    private static final int STILL_ROUNDS = 6;

    /// How long a key that moves is watched: many times the usual lag, and many rounds.
    private static final Duration WATCHED = Duration.ofSeconds(2);

    private static final int LEAST_ROUNDS = 50;
    private static final int PAUSE_MILLIS = 1;

    /// A whole value is read in each round; a larger one is compared in pieces.
    private static final long LARGEST_BYTES = 1 << 20;

    /// What all values that are watched together may take at a server.
    private static final long TOGETHER_BYTES = 4 << 20;

    private static final int TOGETHER = 256;
    private static final byte[] MEMORY = NodeLink.bytes("MEMORY");
    private static final byte[] USAGE = NodeLink.bytes("USAGE");

    /// How often a piece of a larger value is looked at again when it moves, and when it does not.
    private static final int MOVING_LOOKS = 500;

    private static final int STILL_LOOKS = 4;

    private final Sides sides;
    private final KeyLook keys;
    private final Digest digest;
    private final FieldExpiries fields;
    private final States states;

    Settling(Sides sides, KeyLook keys, Digest digest) {
        this.sides = sides;
        this.keys = keys;
        this.digest = digest;
        this.fields = new FieldExpiries(sides);
        this.states = new States(sides.mode(), digest);
    }

    /// Which of these differ.
    List<Suspect> differing(List<Suspect> suspects, Place place) throws IOException {
        List<Suspect> differing = new ArrayList<>();
        List<Watch> group = new ArrayList<>();
        long groupBytes = 0;
        List<Long> sizes = sizes(suspects, place);
        for (int i = 0; i < suspects.size(); i++) {
            Suspect suspect = suspects.get(i);
            long bytes = sizes.get(i);
            if (bytes > LARGEST_BYTES) {
                lookPatiently(
                        suspect, place, suspect.moved ? MOVING_LOOKS : STILL_LOOKS, differing);
                continue;
            }
            if (group.size() == TOGETHER || groupBytes + bytes > TOGETHER_BYTES) {
                watch(group, place, differing);
                group.clear();
                groupBytes = 0;
            }
            group.add(new Watch(suspect));
            groupBytes += bytes;
        }
        watch(group, place, differing);
        return differing;
    }

    private void lookPatiently(Suspect suspect, Place place, int looks, List<Suspect> differing)
            throws IOException {
        Difference difference = keys.difference(suspect.key(), place, looks);
        if (difference != null) {
            suspect.refine(difference);
            differing.add(suspect);
        }
    }

    /// What each takes at a server; a lot for what no single command shows, and nothing for what
    /// need not be read.
    private List<Long> sizes(List<Suspect> suspects, Place place) throws IOException {
        List<byte[]> names = suspects.stream().map(Suspect::key).toList();
        List<Long> ones = sizes(sides.source(), suspects, names, place.source());
        List<Long> others = sizes(sides.target(), suspects, names, place.target());
        List<Long> sizes = new ArrayList<>(ones.size());
        for (int i = 0; i < ones.size(); i++) {
            Look look = suspects.get(i).lastLook();
            boolean whole = isWhole(look.source().type()) && isWhole(look.target().type());
            sizes.add(
                    !isRead(suspects.get(i))
                            ? 0L
                            : whole ? Math.max(ones.get(i), others.get(i)) : Long.MAX_VALUE);
        }
        return sizes;
    }

    private List<Long> sizes(
            SideLinks side, List<Suspect> suspects, List<byte[]> names, int database)
            throws IOException {
        boolean told = side.facts().memoryUsage();
        return side
                .askAll(
                        names,
                        database,
                        i ->
                                told && isRead(suspects.get(i))
                                        ? List.<byte[][]>of(
                                                new byte[][] {MEMORY, USAGE, names.get(i)})
                                        : List.of())
                .stream()
                .map(answers -> answers.isEmpty() ? 0L : Answer.number(answers.getFirst()))
                .toList();
    }

    /// Whether its value has to be read.
    private boolean isRead(Suspect suspect) {
        return sides.mode() == Mode.FULL && (suspect.moved || !isOfPresence(suspect));
    }

    /// Whether it is enough to see that the key is there, or that it is of another type.
    private static boolean isOfPresence(Suspect suspect) {
        Kind kind = suspect.lastDifference().kind();
        return kind == Kind.MISSING_AT_SOURCE
                || kind == Kind.MISSING_AT_TARGET
                || kind == Kind.TYPE;
    }

    /// Whether one command shows all of it.
    private static boolean isWhole(ValueType type) {
        return type.hasGlance() || type == ValueType.NONE;
    }

    private void watch(List<Watch> watches, Place place, List<Suspect> differing)
            throws IOException {
        List<Watch> open = new ArrayList<>(watches);
        long begun = System.nanoTime();
        for (int round = 0; !open.isEmpty(); round++) {
            List<byte[]> names = open.stream().map(each -> each.suspect.key()).toList();
            List<ValueType> types = open.stream().map(each -> each.type).toList();
            List<State> ones = states.read(sides.source(), names, place.source(), types);
            List<State> others = states.read(sides.target(), names, place.target(), types);
            boolean over = round >= LEAST_ROUNDS && System.nanoTime() - begun > WATCHED.toNanos();
            List<Watch> left = new ArrayList<>();
            for (int i = 0; i < open.size(); i++) {
                Watch watch = open.get(i);
                watch.saw(ones.get(i), others.get(i));
                if (watch.follows && !expiresOtherwise(watch, place)) {
                    continue;
                }
                if (watch.isOpaque()) {
                    lookPatiently(watch.suspect, place, MOVING_LOOKS, differing);
                } else if (over || (round >= STILL_ROUNDS && !watch.moved)) {
                    differing.add(watch.suspect);
                } else {
                    left.add(watch);
                }
            }
            sides.pace().took(open.size(), sides.source(), sides.target());
            sides.pace().pause(PAUSE_MILLIS);
            open = left;
        }
    }

    /// States do not tell when fields of a hash expire.
    private boolean expiresOtherwise(Watch watch, Place place) throws IOException {
        return watch.type == ValueType.HASH
                && sides.mode() == Mode.FULL
                && fields.firstDifference(watch.suspect.key(), place, digest) != null;
    }

    /// One key, as it was seen so far.
    private final class Watch {
        private final Suspect suspect;
        private final List<State> shown = new ArrayList<>();
        private @Nullable State firstSource;
        private @Nullable State firstTarget;

        /// Of what type the value is read: of none while it is enough to see that the key is there,
        /// or that it is of another type.
        private ValueType type;

        private boolean moved;
        private boolean opaque;
        private boolean follows;

        Watch(Suspect suspect) {
            this.suspect = suspect;
            Look look = suspect.lastLook();
            State there = look.source().isThere() ? look.source() : look.target();
            moved = suspect.moved;
            type = isOfPresence(suspect) && !moved ? ValueType.NONE : there.type();
        }

        /// Whether it moves and is of a kind whose state no single command shows.
        boolean isOpaque() {
            return opaque;
        }

        void saw(State source, State target) {
            if (firstSource == null || firstTarget == null) {
                firstSource = source;
                firstTarget = target;
            }
            boolean changed = !source.equals(firstSource) || !target.equals(firstTarget);
            ValueType now = source.isThere() ? source.type() : target.type();
            opaque =
                    changed
                            && sides.mode() == Mode.FULL
                            && (now == ValueType.STREAM || now == ValueType.MODULE);
            boolean readable = now.hasGlance() || sides.mode() != Mode.FULL;
            if (changed && readable && now != type && now != ValueType.NONE) {
                // What was seen until now says nothing of values.
                type = now;
                moved = true;
                shown.clear();
                firstSource = null;
                firstTarget = null;
                return;
            }
            moved |= changed;
            if (!shown.contains(source)) {
                shown.add(source);
            }
            follows = shown.stream().anyMatch(state -> isSame(state, target));
        }

        private boolean isSame(State source, State target) {
            if (sides.mode() == Mode.EXISTS) {
                return source.isThere() == target.isThere();
            }
            return source.type() == target.type()
                    && (source.type() == type || !source.isThere())
                    && source.value().equals(target.value())
                    && sides.expiries().same(source.expiry(), target.expiry());
        }
    }
}
