package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.Difference.Kind;
import io.syncline.engine.verify.Digest.Sum;
import io.syncline.engine.verify.Look.State;
import io.syncline.engine.verify.VerifyOptions.Mode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks at keys thoroughly: of any type and size, wherever a cluster has them now, and says in
/// words how they differ. For keys that [BatchLook] leaves.
final class KeyLook {
    private static final byte[] TYPE = bytes("TYPE");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] GETRANGE = bytes("GETRANGE");
    private static final byte[] FIRST = bytes("0");
    private static final byte[] LAST = bytes(Integer.toString(Show.SHOWN_BYTES - 1));

    private final Sides sides;
    private final Names names;
    private final Digest digest;
    private final LargeLook large;
    private final StreamLook streams;
    private final ModuleLook modules;
    private final FieldExpiries fields;

    KeyLook(Sides sides, Names names, Digest digest) {
        this.sides = sides;
        this.names = names;
        this.digest = digest;
        this.large = new LargeLook(sides, digest);
        this.streams = new StreamLook(sides, digest);
        this.modules = new ModuleLook(sides, digest);
        this.fields = new FieldExpiries(sides);
    }

    /// How many keys are looked at together: their small values are in memory at the same time.
    static final int TOGETHER = 32;

    Look look(byte[] key, Place place) throws IOException {
        return look(List.of(key), place, false).getFirst();
    }

    /// What differs in the end, when a key is looked at again and again where it differs; null when
    /// it is equal.
    ///
    /// @param looks how often at most
    @Nullable Difference difference(byte[] key, Place place, int looks) throws IOException {
        Patience patience = new Patience(sides, looks);
        while (true) {
            Look look = look(List.of(key), place, false, patience).getFirst();
            if (look.difference() == null || !patience.again()) {
                return look.difference();
            }
        }
    }

    /// Looks at some keys, at most [#TOGETHER].
    ///
    /// @param summarized whether differences shall say what the values are
    List<Look> look(List<byte[]> keys, Place place, boolean summarized) throws IOException {
        return look(keys, place, summarized, new Patience(sides, 0));
    }

    private List<Look> look(List<byte[]> keys, Place place, boolean summarized, Patience patience)
            throws IOException {
        List<About> sources = abouts(sides.source(), keys, place.source());
        List<About> targets = abouts(sides.target(), keys, place.target());
        SideLinks.Questions glances =
                i ->
                        isGlanced(sources.get(i), targets.get(i))
                                ? List.<byte[][]>of(sides.glance(sources.get(i).type, keys.get(i)))
                                : List.of();
        List<List<Answer>> ones = sides.source().askAll(keys, place.source(), glances);
        List<List<Answer>> others = sides.target().askAll(keys, place.target(), glances);
        List<Look> looks = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            boolean glanced = !ones.get(i).isEmpty();
            looks.add(
                    look(
                            keys.get(i),
                            place,
                            new Pair(
                                    sources.get(i),
                                    targets.get(i),
                                    glanced ? ones.get(i).getFirst() : Answer.Nil.NIL,
                                    glanced ? others.get(i).getFirst() : Answer.Nil.NIL),
                            patience));
        }
        return summarized ? summarized(keys, place, looks, sources, targets) : looks;
    }

    private boolean isGlanced(About source, About target) {
        return sides.mode() == Mode.FULL
                && source.type.hasGlance()
                && source.typeName.equals(target.typeName);
    }

    private Look look(byte[] key, Place place, Pair pair, Patience patience) throws IOException {
        Found found = compare(key, place, pair, patience);
        State one = new State(pair.source.type, pair.source.expiry, found.source);
        State other = new State(pair.target.type, pair.target.expiry, found.target);
        if (found.kind == null) {
            return new Look(null, one, other);
        }
        Difference difference =
                new Difference(
                        place.source(),
                        place.target(),
                        Key.of(names.shown(key)),
                        Key.of(names.atTarget(place.target(), key)),
                        found.kind,
                        found.detail,
                        "",
                        "",
                        Difference.Repair.NONE);
        return new Look(difference, one, other);
    }

    /// What is known of a key at both sides.
    ///
    /// @param one glance at the source, nil for a value that has none
    private record Pair(About source, About target, Answer one, Answer other) {}

    private List<Look> summarized(
            List<byte[]> keys,
            Place place,
            List<Look> looks,
            List<About> sources,
            List<About> targets)
            throws IOException {
        List<String> ones = summaries(sides.source(), keys, place.source(), looks, sources);
        List<String> others = summaries(sides.target(), keys, place.target(), looks, targets);
        List<Look> told = new ArrayList<>(looks.size());
        for (int i = 0; i < looks.size(); i++) {
            Look look = looks.get(i);
            Difference difference = look.difference();
            told.add(
                    difference == null
                            ? look
                            : new Look(
                                    difference.with(ones.get(i), others.get(i)),
                                    look.source(),
                                    look.target()));
        }
        return told;
    }

    /// What is known of a key without its value.
    private record About(ValueType type, String typeName, long expiry) {}

    private static List<About> abouts(SideLinks side, List<byte[]> keys, int database)
            throws IOException {
        boolean absolute = side.facts().absoluteExpiry();
        byte[] expiry = BatchLook.expiryCommand(side.facts());
        List<List<Answer>> all =
                side.askAll(
                        keys,
                        database,
                        i -> {
                            byte[][] type = {TYPE, keys.get(i)};
                            byte[][] when = {expiry, keys.get(i)};
                            byte[][] time = {TIME};
                            return absolute ? List.of(type, when) : List.of(type, when, time);
                        });
        List<About> abouts = new ArrayList<>(keys.size());
        for (List<Answer> answers : all) {
            String type = Answer.text(answers.getFirst());
            long clock = absolute ? 0 : Expiries.clock(answers.getLast());
            abouts.add(new About(ValueType.of(type), type, Expiries.of(answers.get(1), clock)));
        }
        return abouts;
    }

    /// @param kind null when both are equal
    private record Found(@Nullable Kind kind, String detail, Sum source, Sum target) {
        static Found of(@Nullable Kind kind, String detail) {
            return new Found(kind, detail, Sum.ZERO, Sum.ZERO);
        }
    }

    private Found compare(byte[] key, Place place, Pair pair, Patience patience)
            throws IOException {
        About source = pair.source;
        About target = pair.target;
        if (source.type == ValueType.NONE || target.type == ValueType.NONE) {
            return source.type == target.type
                    ? Found.of(null, "")
                    : Found.of(
                            source.type == ValueType.NONE
                                    ? Kind.MISSING_AT_SOURCE
                                    : Kind.MISSING_AT_TARGET,
                            "");
        }
        if (sides.mode() == Mode.EXISTS) {
            return Found.of(null, "");
        }
        if (!source.typeName.equals(target.typeName)) {
            return Found.of(Kind.TYPE, "");
        }
        Found value =
                sides.mode() == Mode.LENGTH
                        ? lengths(key, place, source.type)
                        : values(key, place, pair, patience);
        if (value.kind == null && !sides.expiries().same(source.expiry, target.expiry)) {
            String detail = Expiries.difference(source.expiry, target.expiry);
            return new Found(Kind.EXPIRY, detail, value.source, value.target);
        }
        return value;
    }

    private Found lengths(byte[] key, Place place, ValueType type) throws IOException {
        Answer one = sides.source().ask(key, place.source(), type.length(key));
        Answer other = sides.target().ask(key, place.target(), type.length(key));
        return new Found(
                one.equals(other) ? null : Kind.LENGTH, "", digest(type, one), digest(type, other));
    }

    private Found values(byte[] key, Place place, Pair pair, Patience patience) throws IOException {
        ValueType type = pair.source.type;
        if (!type.hasGlance()) {
            return found(
                    type == ValueType.STREAM
                            ? streams.compare(key, place, patience)
                            : modules.compare(key, place, patience));
        }
        Answer one = pair.one;
        Answer other = pair.other;
        Sum oneSum = digest(type, one);
        Sum otherSum = digest(type, other);
        return switch (Values.compare(type, one, other)) {
            case EQUAL -> {
                Mismatch mismatch =
                        type == ValueType.HASH
                                ? fields.firstDifference(key, place, Values.scanned(one), 2, digest)
                                : null;
                yield mismatch == null
                        ? new Found(null, "", oneSum, otherSum)
                        : new Found(
                                mismatch.kind(),
                                mismatch.detail(),
                                oneSum.plus(mismatch.one()),
                                otherSum.plus(mismatch.other()));
            }
            case DIFFERENT -> {
                String detail =
                        one instanceof Answer.Failed || other instanceof Answer.Failed
                                ? "the type changed meanwhile"
                                : Values.firstDifference(type, one, other);
                yield new Found(Kind.VALUE, detail == null ? "" : detail, oneSum, otherSum);
            }
            case LARGE -> found(large.compare(type, key, place, patience));
        };
    }

    private static Found found(@Nullable Mismatch mismatch) {
        return mismatch == null
                ? Found.of(null, "")
                : new Found(mismatch.kind(), mismatch.detail(), mismatch.one(), mismatch.other());
    }

    private Sum digest(ValueType type, Answer answer) {
        return States.digest(digest, type, answer);
    }

    /// `hash, 3 fields, expires 2026-11-22T10:00:00Z`; nothing for keys that are equal.
    private static List<String> summaries(
            SideLinks side, List<byte[]> keys, int database, List<Look> looks, List<About> abouts)
            throws IOException {
        List<List<Answer>> all =
                side.askAll(
                        keys,
                        database,
                        i -> {
                            ValueType type = abouts.get(i).type;
                            if (looks.get(i).difference() == null
                                    || type == ValueType.NONE
                                    || type == ValueType.MODULE) {
                                return List.of();
                            }
                            byte[][] length = type.length(keys.get(i));
                            byte[][] begin = {GETRANGE, keys.get(i), FIRST, LAST};
                            return type == ValueType.STRING
                                    ? List.of(length, begin)
                                    : List.<byte[][]>of(length);
                        });
        List<String> texts = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            texts.add(summary(abouts.get(i), all.get(i)));
        }
        return texts;
    }

    private static String summary(About about, List<Answer> answers) {
        if (about.type == ValueType.NONE) {
            return "-";
        }
        StringBuilder text = new StringBuilder(about.typeName);
        if (!answers.isEmpty() && answers.getFirst() instanceof Answer.Whole length) {
            text.append(", ").append(length.value()).append(unit(about.type, length.value()));
            if (answers.getLast() instanceof Answer.Bytes bytes) {
                text.append(", ").append(Show.quoted(bytes.head(), length.value()));
            }
        }
        if (about.expiry >= 0) {
            text.append(", expires ").append(Instant.ofEpochMilli(about.expiry));
        }
        return text.toString();
    }

    private static String unit(ValueType type, long count) {
        boolean one = count == 1;
        return switch (type) {
            case STRING -> one ? " byte" : " bytes";
            case LIST -> one ? " element" : " elements";
            case SET, ZSET -> one ? " member" : " members";
            case HASH -> one ? " field" : " fields";
            case STREAM -> one ? " entry" : " entries";
            case NONE, MODULE -> "";
        };
    }
}
