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

/// Looks at one key thoroughly: of any type and size, wherever a cluster has it now, and says in
/// words how it differs. Slow, since it waits for every answer; for keys that [BatchLook] leaves.
final class KeyLook {
    private static final byte[] TYPE = bytes("TYPE");
    private static final byte[] TIME = bytes("TIME");

    private final Sides sides;
    private final Digest digest;
    private final LargeLook large;
    private final StreamLook streams;
    private final ModuleLook modules;
    private final FieldExpiries fields;

    KeyLook(Sides sides, Digest digest) {
        this.sides = sides;
        this.digest = digest;
        this.large = new LargeLook(sides);
        this.streams = new StreamLook(sides);
        this.modules = new ModuleLook(sides);
        this.fields = new FieldExpiries(sides);
    }

    Look look(byte[] key, Place place) throws IOException {
        About source = about(sides.source(), key, place.source());
        About target = about(sides.target(), key, place.target());
        Found found = compare(key, place, source, target);
        State one = new State(source.type, source.expiry, found.source);
        State other = new State(target.type, target.expiry, found.target);
        if (found.kind == null) {
            return new Look(null, one, other);
        }
        Difference difference =
                new Difference(
                        place.source(),
                        place.target(),
                        Key.of(key),
                        found.kind,
                        found.detail,
                        summary(sides.source(), key, place.source(), source),
                        summary(sides.target(), key, place.target(), target),
                        Difference.Repair.NONE);
        return new Look(difference, one, other);
    }

    /// What is known of a key without its value.
    private record About(ValueType type, String typeName, long expiry) {}

    private static About about(SideLinks side, byte[] key, int database) throws IOException {
        boolean absolute = side.facts().absoluteExpiry();
        List<byte[][]> commands = new ArrayList<>();
        commands.add(new byte[][] {TYPE, key});
        commands.add(new byte[][] {BatchLook.expiryCommand(side.facts()), key});
        if (!absolute) {
            commands.add(new byte[][] {TIME});
        }
        List<Answer> answers = side.ask(key, database, commands);
        String type = Answer.text(answers.getFirst());
        long clock = absolute ? 0 : Expiries.clock(answers.getLast());
        long expiry = Expiries.of(answers.get(1), clock);
        return new About(ValueType.of(type), type, expiry);
    }

    /// @param kind null when both are equal
    private record Found(@Nullable Kind kind, String detail, Sum source, Sum target) {
        static Found of(@Nullable Kind kind, String detail) {
            return new Found(kind, detail, Sum.ZERO, Sum.ZERO);
        }
    }

    private Found compare(byte[] key, Place place, About source, About target) throws IOException {
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
                        : values(key, place, source.type);
        if (value.kind == null && !sides.expiries().same(source.expiry, target.expiry)) {
            return new Found(Kind.EXPIRY, "", value.source, value.target);
        }
        return value;
    }

    private Found lengths(byte[] key, Place place, ValueType type) throws IOException {
        Answer one = sides.source().ask(key, place.source(), type.length(key));
        Answer other = sides.target().ask(key, place.target(), type.length(key));
        return new Found(
                one.equals(other) ? null : Kind.LENGTH, "", digest(type, one), digest(type, other));
    }

    private Found values(byte[] key, Place place, ValueType type) throws IOException {
        if (!type.hasGlance()) {
            Mismatch mismatch =
                    type == ValueType.STREAM
                            ? streams.compare(key, place)
                            : modules.compare(key, place);
            return found(mismatch);
        }
        Answer one = sides.source().ask(key, place.source(), type.glance(key));
        Answer other = sides.target().ask(key, place.target(), type.glance(key));
        Sum oneSum = digest(type, one);
        Sum otherSum = digest(type, other);
        return switch (Values.compare(type, one, other)) {
            case EQUAL -> {
                String detail =
                        type == ValueType.HASH
                                ? fields.firstDifference(key, place, Values.scanned(one), 2)
                                : null;
                yield new Found(
                        detail == null ? null : Kind.FIELD_EXPIRY,
                        detail == null ? "" : detail,
                        oneSum,
                        otherSum);
            }
            case DIFFERENT -> {
                String detail =
                        one instanceof Answer.Failed || other instanceof Answer.Failed
                                ? "the type changed meanwhile"
                                : Values.firstDifference(type, one, other);
                yield new Found(Kind.VALUE, detail == null ? "" : detail, oneSum, otherSum);
            }
            case LARGE -> {
                Found found = found(large.compare(type, key, place));
                yield new Found(found.kind, found.detail, oneSum, otherSum);
            }
        };
    }

    private static Found found(@Nullable Mismatch mismatch) {
        return mismatch == null ? Found.of(null, "") : Found.of(mismatch.kind(), mismatch.detail());
    }

    private Sum digest(ValueType type, Answer answer) {
        return States.digest(digest, type, answer);
    }

    /// `hash, 3 fields, expires 2026-11-22T10:00:00Z`.
    private static String summary(SideLinks side, byte[] key, int database, About about)
            throws IOException {
        if (about.type == ValueType.NONE) {
            return "-";
        }
        StringBuilder text = new StringBuilder(about.typeName);
        if (about.type != ValueType.MODULE) {
            Answer length = side.ask(key, database, about.type.length(key));
            if (!(length instanceof Answer.Failed)) {
                text.append(", ").append(Answer.number(length)).append(unit(about.type));
            }
        }
        if (about.type == ValueType.STRING) {
            Answer value = side.ask(key, database, about.type.glance(key));
            if (value instanceof Answer.Bytes bytes) {
                text.append(", ").append(Show.quoted(bytes.head(), bytes.length()));
            }
        }
        if (about.expiry >= 0) {
            text.append(", expires ").append(Instant.ofEpochMilli(about.expiry));
        }
        return text.toString();
    }

    private static String unit(ValueType type) {
        return switch (type) {
            case STRING -> " bytes";
            case LIST -> " elements";
            case SET, ZSET -> " members";
            case HASH -> " fields";
            case STREAM -> " entries";
            case NONE, MODULE -> "";
        };
    }
}
