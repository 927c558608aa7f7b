package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.VerifyOptions.Mode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Compares many keys at once with pipelined reads: the path that nearly every key of a keyspace
/// takes, and the only one that has to be fast.
///
/// Two rounds: type and expiry at the source; then the value at both sides and the expiry at the
/// target, read side by side and dropped at once, so that memory holds one key's values. Whatever
/// is not plainly equal is left to [KeyLook].
final class BatchLook {
    private static final byte[] TYPE = bytes("TYPE");
    private static final byte[] PTTL = bytes("PTTL");
    private static final byte[] PEXPIRETIME = bytes("PEXPIRETIME");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] INFO = bytes("INFO");
    private static final byte[] KEYSPACE = bytes("keyspace");

    private final Sides sides;
    private final Presence presence;

    BatchLook(Sides sides) {
        this.sides = sides;
        this.presence = new Presence(sides);
    }

    /// What is left of a batch.
    ///
    /// @param suspects keys that differ, or did for a moment
    /// @param large keys whose values are larger than a glance, or of a kind that has none
    record Rest(List<byte[]> suspects, List<byte[]> large) {}

    Rest look(List<byte[]> keys, Place place) throws IOException {
        if (keys.isEmpty()) {
            return new Rest(List.of(), List.of());
        }
        if (sides.mode() == Mode.EXISTS) {
            return presence(keys, place);
        }
        return new Run(keys, place).look();
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
        return new Rest(List.copyOf(either), List.of());
    }

    /// The state of one look.
    private final class Run {
        private final List<byte[]> keys;
        private final Place place;
        private final NodeLink[] source;
        private final NodeLink[] target;
        private final ValueType[] types;
        private final long[] expiries;
        private final boolean[] refused;
        private final List<byte[]> suspects = new ArrayList<>();
        private final List<byte[]> large = new ArrayList<>();
        private final IdentityHashMap<NodeLink, Long> clocks = new IdentityHashMap<>();
        private boolean fieldsExpire;

        Run(List<byte[]> keys, Place place) throws IOException {
            this.keys = keys;
            this.place = place;
            source = links(sides.source(), place.source());
            target = links(sides.target(), place.target());
            types = new ValueType[keys.size()];
            expiries = new long[keys.size()];
            refused = new boolean[keys.size()];
        }

        private NodeLink[] links(SideLinks side, int database) throws IOException {
            NodeLink[] links = new NodeLink[keys.size()];
            for (int i = 0; i < links.length; i++) {
                links[i] = side.of(keys.get(i), database);
            }
            return links;
        }

        Rest look() throws IOException {
            askAbout();
            takeAbout();
            List<Integer> hashes = askValues();
            if (!hashes.isEmpty()) {
                new FieldExpiries(sides)
                        .compare(keys, hashes, source, target).stream()
                                .map(keys::get)
                                .forEach(suspects::add);
            }
            return new Rest(suspects, large);
        }

        private void askAbout() throws IOException {
            boolean fields = sides.knowFieldExpiry() && sides.mode() == Mode.FULL;
            for (NodeLink link : distinct(source)) {
                ask(link, sides.source().facts(), fields);
            }
            for (NodeLink link : distinct(target)) {
                ask(link, sides.target().facts(), fields);
            }
            byte[] expiry = expiryCommand(sides.source().facts());
            for (int i = 0; i < source.length; i++) {
                source[i].add(TYPE, keys.get(i)).add(expiry, keys.get(i));
            }
            flush(source);
            flush(target);
        }

        private void ask(NodeLink link, SideFacts facts, boolean fields) {
            if (!facts.absoluteExpiry()) {
                link.add(TIME);
            }
            if (fields) {
                link.add(INFO, KEYSPACE);
            }
        }

        private void takeAbout() throws IOException {
            boolean fields = sides.knowFieldExpiry() && sides.mode() == Mode.FULL;
            for (NodeLink link : distinct(source)) {
                take(link, sides.source().facts(), fields, place.source());
            }
            for (NodeLink link : distinct(target)) {
                take(link, sides.target().facts(), fields, place.target());
            }
            for (int i = 0; i < source.length; i++) {
                Answer type = sides.answer(source[i]);
                Answer expiry = sides.answer(source[i]);
                // What is not answered, since its slot moves, is for another look.
                refused[i] = type instanceof Answer.Failed || expiry instanceof Answer.Failed;
                types[i] = refused[i] ? ValueType.NONE : ValueType.of(Answer.text(type));
                expiries[i] = Expiries.of(expiry, clocks.getOrDefault(source[i], 0L));
            }
        }

        private void take(NodeLink link, SideFacts facts, boolean fields, int database)
                throws IOException {
            if (!facts.absoluteExpiry()) {
                clocks.put(link, Expiries.clock(link.next()));
            }
            if (fields) {
                fieldsExpire |= FieldExpiries.mayExpire(Answer.text(link.next()), database);
            }
        }

        /// @return indexes of the hashes whose fields' expiries are still to be compared
        private List<Integer> askValues() throws IOException {
            boolean full = sides.mode() == Mode.FULL;
            byte[] expiry = expiryCommand(sides.target().facts());
            for (int i = 0; i < source.length; i++) {
                byte[] key = keys.get(i);
                target[i].add(expiry, key);
                if (types[i] != ValueType.NONE && (!full || types[i].hasGlance())) {
                    byte[][] command = full ? types[i].glance(key) : types[i].length(key);
                    source[i].add(command);
                    target[i].add(command);
                }
            }
            flush(source);
            flush(target);
            List<Integer> hashes = new ArrayList<>();
            for (int i = 0; i < source.length; i++) {
                Answer answer = sides.answer(target[i]);
                refused[i] |= answer instanceof Answer.Failed;
                long at = Expiries.of(answer, clocks.getOrDefault(target[i], 0L));
                takeValue(i, at, full, hashes);
            }
            return hashes;
        }

        private void takeValue(int i, long targetExpiry, boolean full, List<Integer> hashes)
                throws IOException {
            if (types[i] == ValueType.NONE) {
                // Gone since it was scanned, and so it should be at the target.
                if (refused[i] || targetExpiry != Expiries.NO_KEY) {
                    suspects.add(keys.get(i));
                }
                return;
            }
            boolean asked = !full || types[i].hasGlance();
            Answer one = asked ? sides.answer(source[i]) : Answer.Nil.NIL;
            Answer other = asked ? sides.answer(target[i]) : Answer.Nil.NIL;
            if (refused[i]
                    || targetExpiry == Expiries.NO_KEY
                    || !sides.expiries().same(expiries[i], targetExpiry)) {
                suspects.add(keys.get(i));
            } else if (!asked) {
                large.add(keys.get(i));
            } else if (full) {
                takeGlance(i, one, other, hashes);
            } else if (one instanceof Answer.Failed || !one.equals(other)) {
                suspects.add(keys.get(i));
            }
        }

        private void takeGlance(int i, Answer one, Answer other, List<Integer> hashes) {
            switch (Values.compare(types[i], one, other)) {
                case EQUAL -> {
                    if (types[i] == ValueType.HASH && fieldsExpire) {
                        hashes.add(i);
                    }
                }
                case DIFFERENT -> suspects.add(keys.get(i));
                case LARGE -> large.add(keys.get(i));
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
