package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;
import static java.util.Objects.requireNonNull;

import io.syncline.engine.verify.VerifyOptions.Mode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares many keys at once with pipelined reads: the path that nearly every key of a keyspace
/// takes, and the only one that has to be fast.
///
/// One round where the name tells the type ([TypeGuess]): expiry and value at both sides, read side
/// by side and dropped at once, so that memory holds one key's values. Two rounds for the others:
/// type and expiry at the source; then the value at both sides and the expiry at the target. No
/// expiry is asked for where nothing expired when the node was asked last, before this round
/// ([Keyspace]). Whatever is not plainly equal is left to [KeyLook].
final class BatchLook {
    private static final byte[] TYPE = bytes("TYPE");
    private static final byte[] PTTL = bytes("PTTL");
    private static final byte[] PEXPIRETIME = bytes("PEXPIRETIME");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] INFO = bytes("INFO");
    private static final byte[] KEYSPACE = bytes("keyspace");

    /// Stands for a key in what is asked of each.
    private static final byte[] ANY = {};

    private final Sides sides;
    private final Presence presence;
    private final TypeGuess guesses = new TypeGuess();
    private final boolean full;
    private final Question type = new Question(TYPE, ANY);
    private final Question sourceExpiry;
    private final Question targetExpiry;
    private final Map<ValueType, Question> values = new EnumMap<>(ValueType.class);

    BatchLook(Sides sides) {
        this.sides = sides;
        this.presence = new Presence(sides);
        this.full = sides.mode() == Mode.FULL;
        this.sourceExpiry = new Question(expiryCommand(sides.source().facts()), ANY);
        this.targetExpiry = new Question(expiryCommand(sides.target().facts()), ANY);
        for (ValueType each : ValueType.values()) {
            if (!full || each.hasGlance()) {
                byte[][] command = full ? sides.glance(each, ANY) : each.length(ANY);
                values.put(each, new Question(command));
            }
        }
    }

    /// What is left of a batch.
    ///
    /// @param suspects keys that differ, or did for a moment
    /// @param large keys whose values are larger than a glance, or of a kind that has none
    /// @param absent whether some key is at neither side
    record Rest(List<byte[]> suspects, List<byte[]> large, boolean absent) {}

    Rest look(List<byte[]> keys, Place place) throws IOException {
        if (keys.isEmpty()) {
            return new Rest(List.of(), List.of(), false);
        }
        if (sides.mode() == Mode.EXISTS) {
            return presence(keys, place);
        }
        return new Run(keys, place, true).look();
    }

    private Question value(ValueType of) {
        return requireNonNull(values.get(of), "it is not asked for");
    }

    private Rest presence(List<byte[]> keys, Place place) throws IOException {
        List<byte[]> gone = presence.missing(sides.source(), place.source(), keys);
        List<byte[]> lacking = presence.missing(sides.target(), place.target(), keys);
        Set<byte[]> either = Collections.newSetFromMap(new IdentityHashMap<>());
        either.addAll(lacking);
        for (byte[] key : gone) {
            if (!either.remove(key)) {
                either.add(key);
            }
        }
        return new Rest(List.copyOf(either), List.of(), !gone.isEmpty());
    }

    /// The state of one look.
    private final class Run {
        private final List<byte[]> keys;
        private final Place place;
        private final boolean guessing;
        private final NodeLink[] source;
        private final NodeLink[] target;
        private final ValueType[] types;
        private final long[] expiries;
        private final boolean[] refused;

        /// Whose type is guessed, and whose expiry is asked for at a side.
        private final boolean[] foreseen;

        private final boolean[] sourceAsked;
        private final boolean[] targetAsked;
        private final List<byte[]> suspects = new ArrayList<>();
        private final List<byte[]> large = new ArrayList<>();
        private final List<byte[]> missed = new ArrayList<>();
        private final List<Integer> hashes = new ArrayList<>();
        private final IdentityHashMap<NodeLink, Long> clocks = new IdentityHashMap<>();
        private final Set<NodeLink> informed = Collections.newSetFromMap(new IdentityHashMap<>());
        private boolean fieldsExpire;
        private boolean absent;

        Run(List<byte[]> keys, Place place, boolean guessing) throws IOException {
            this.keys = keys;
            this.place = place;
            this.guessing = guessing && full;
            source = links(sides.source(), place.source());
            target = links(sides.target(), place.target());
            types = new ValueType[keys.size()];
            expiries = new long[keys.size()];
            refused = new boolean[keys.size()];
            foreseen = new boolean[keys.size()];
            sourceAsked = new boolean[keys.size()];
            targetAsked = new boolean[keys.size()];
        }

        private NodeLink[] links(SideLinks side, int database) throws IOException {
            NodeLink[] links = new NodeLink[keys.size()];
            for (int i = 0; i < links.length; i++) {
                links[i] = side.of(keys.get(i), database);
            }
            return links;
        }

        Rest look() throws IOException {
            ask();
            take();
            askValues();
            for (int i = 0; i < source.length; i++) {
                if (!foreseen[i]) {
                    takeValue(i);
                }
            }
            if (!hashes.isEmpty()) {
                new FieldExpiries(sides)
                        .compare(keys, place, hashes, source, target).stream()
                                .map(keys::get)
                                .forEach(suspects::add);
            }
            if (!missed.isEmpty()) {
                Rest rest = new Run(missed, place, false).look();
                suspects.addAll(rest.suspects());
                large.addAll(rest.large());
                absent |= rest.absent();
            }
            return new Rest(suspects, large, absent);
        }

        private void ask() throws IOException {
            for (NodeLink link : distinct(source)) {
                ask(link, sides.source().facts(), place.source());
            }
            for (NodeLink link : distinct(target)) {
                ask(link, sides.target().facts(), place.target());
            }
            for (int i = 0; i < source.length; i++) {
                byte[] key = keys.get(i);
                ValueType guess = guessing ? guesses.of(key) : null;
                if (guess == null) {
                    source[i].add(type, key).add(sourceExpiry, key);
                    continue;
                }
                types[i] = guess;
                foreseen[i] = true;
                sourceAsked[i] = source[i].keyspace(place.source()).keysExpire();
                targetAsked[i] = target[i].keyspace(place.target()).keysExpire();
                if (sourceAsked[i]) {
                    source[i].add(sourceExpiry, key);
                }
                byte[] name = sides.target().name(key, place.target());
                if (targetAsked[i]) {
                    target[i].add(targetExpiry, name);
                }
                source[i].add(value(guess), key);
                target[i].add(value(guess), name);
            }
            flush(source);
            flush(target);
        }

        private void ask(NodeLink link, SideFacts facts, int database) {
            if (!facts.absoluteExpiry()) {
                link.add(TIME);
            }
            if (link.isKeyspaceDue(database, full && sides.knowFieldExpiry())) {
                link.add(INFO, KEYSPACE);
                informed.add(link);
            }
        }

        private void take() throws IOException {
            for (NodeLink link : distinct(source)) {
                take(link, sides.source().facts(), place.source());
            }
            for (NodeLink link : distinct(target)) {
                take(link, sides.target().facts(), place.target());
            }
            for (int i = 0; i < source.length; i++) {
                if (foreseen[i]) {
                    takeForeseen(i);
                    continue;
                }
                Answer type = sides.answer(source[i]);
                Answer expiry = sides.answer(source[i]);
                // What is not answered, since its slot moves, is for another look.
                refused[i] = type instanceof Answer.Failed || expiry instanceof Answer.Failed;
                types[i] = refused[i] ? ValueType.NONE : ValueType.of(Answer.text(type));
                expiries[i] = Expiries.of(expiry, clocks.getOrDefault(source[i], 0L));
                if (types[i].hasGlance()) {
                    guesses.learn(keys.get(i), types[i]);
                }
            }
        }

        private void take(NodeLink link, SideFacts facts, int database) throws IOException {
            if (!facts.absoluteExpiry()) {
                clocks.put(link, Expiries.clock(link.next()));
            }
            if (informed.contains(link)) {
                link.keyspace(database, Keyspace.of(Answer.text(link.next()), database));
            }
            fieldsExpire |=
                    full && sides.knowFieldExpiry() && link.keyspace(database).fieldsExpire();
        }

        /// Where the type was guessed, everything was asked at once. A key that is not there looks
        /// like an empty value, so an empty one is asked for again with its expiry.
        private void takeForeseen(int i) throws IOException {
            Answer here = sourceAsked[i] ? sides.answer(source[i]) : Answer.NEVER;
            Answer there = targetAsked[i] ? sides.answer(target[i]) : Answer.NEVER;
            refused[i] = here instanceof Answer.Failed || there instanceof Answer.Failed;
            expiries[i] = Expiries.of(here, clocks.getOrDefault(source[i], 0L));
            long targetExpires = Expiries.of(there, clocks.getOrDefault(target[i], 0L));
            boolean known = sourceAsked[i] && targetAsked[i];
            if (takeSame(i)) {
                stands(i, targetExpires, Values.Standing.EQUAL);
                return;
            }
            Answer one = sides.answer(source[i]);
            Answer other = sides.answer(target[i]);
            if (one instanceof Answer.Failed) {
                guesses.missed(keys.get(i));
                missed.add(keys.get(i));
            } else if (!known && (Values.isEmpty(one) || Values.isEmpty(other))) {
                missed.add(keys.get(i));
            } else {
                stands(i, targetExpires, Values.compare(types[i], one, other));
            }
        }

        /// Takes both values if they are the same bytes in the same order, as replication leaves
        /// most: then nothing has to be made of them.
        private boolean takeSame(int i) throws IOException {
            AnswerReader one = source[i].answers();
            AnswerReader other = target[i].answers();
            int span = one.span();
            boolean same =
                    span > 0
                            && other.span() == span
                            && one.isSame(other, span)
                            && Values.isWhole(types[i], sides.hashesAtOnce(), one);
            if (same) {
                one.skip(span);
                other.skip(span);
            }
            return same;
        }

        private void askValues() throws IOException {
            for (int i = 0; i < source.length; i++) {
                if (foreseen[i]) {
                    continue;
                }
                byte[] key = keys.get(i);
                byte[] name = sides.target().name(key, place.target());
                target[i].add(targetExpiry, name);
                if (isAsked(i)) {
                    source[i].add(value(types[i]), key);
                    target[i].add(value(types[i]), name);
                }
            }
            flush(source);
            flush(target);
        }

        private boolean isAsked(int i) {
            return types[i] != ValueType.NONE && (!full || types[i].hasGlance());
        }

        private void takeValue(int i) throws IOException {
            Answer answer = sides.answer(target[i]);
            refused[i] |= answer instanceof Answer.Failed;
            long targetExpires = Expiries.of(answer, clocks.getOrDefault(target[i], 0L));
            if (types[i] == ValueType.NONE) {
                // Gone since it was scanned, and so it should be at the target.
                absent = true;
                if (refused[i] || targetExpires != Expiries.NO_KEY) {
                    suspects.add(keys.get(i));
                }
            } else if (!isAsked(i)) {
                stands(i, targetExpires, Values.Standing.LARGE);
            } else if (full && takeSame(i)) {
                stands(i, targetExpires, Values.Standing.EQUAL);
            } else {
                Answer one = sides.answer(source[i]);
                Answer other = sides.answer(target[i]);
                stands(
                        i,
                        targetExpires,
                        full ? Values.compare(types[i], one, other) : Values.same(one, other));
            }
        }

        /// Decides about a key whose value is known to be there at the source, or was a moment ago.
        private void stands(int i, long targetExpires, Values.Standing standing) {
            boolean gone = expiries[i] == Expiries.NO_KEY || targetExpires == Expiries.NO_KEY;
            absent |= gone;
            if (refused[i]
                    || standing == Values.Standing.DIFFERENT
                    || (gone && expiries[i] != targetExpires)
                    || !sides.expiries().same(expiries[i], targetExpires)) {
                suspects.add(keys.get(i));
            } else if (standing == Values.Standing.LARGE) {
                large.add(keys.get(i));
            } else if (types[i] == ValueType.HASH && fieldsExpire && full && !gone) {
                hashes.add(i);
            }
        }
    }

    static byte[] expiryCommand(SideFacts facts) {
        return facts.absoluteExpiry() ? PEXPIRETIME : PTTL;
    }

    private static Set<NodeLink> distinct(NodeLink[] links) {
        Set<NodeLink> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        distinct.addAll(Arrays.asList(links));
        return distinct;
    }

    private static void flush(NodeLink[] links) throws IOException {
        for (NodeLink link : links) {
            link.flush();
        }
    }
}
