package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.PayloadAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes RESTORE payloads for one target out of values of one source: as they are with the right
/// version where the target knows the type, else with a body of an older type that says the same.
///
/// One per pipeline and thread. [#isDirect] is a look-up and the common case.
public final class PayloadConverter {
    /// How a type reaches the target.
    private enum Way {
        /// The body is the same; only the version in the footer may change.
        DIRECT,
        /// As a list of strings.
        PLAIN,
        /// As a hash with or without field expiry, whichever it turns out to need.
        HASH,
        /// As an older stream.
        STREAM,
        /// The target has nothing like it.
        NONE
    }

    private final TargetFormat target;
    private final boolean hasModules;
    private final int version;
    private final Map<RdbType, Way> ways = new EnumMap<>(RdbType.class);
    private final Set<RdbType> direct = EnumSet.noneOf(RdbType.class);
    private final RdbInput in = new RdbInput(RdbLimits.LARGEST);
    private final ValueDecoder decoder = new ValueDecoder(in);

    /// For a target that lacks a module of the source, or answers where it does: see
    /// [TargetFormat#survivesUnknownModules].
    public PayloadConverter(TargetFormat target) {
        this(target, false);
    }

    /// @param hasModules whether the target has every module of the source. Only servers that would
    ///   end at a value of an unknown one are spared it; others are asked
    public PayloadConverter(TargetFormat target, boolean hasModules) {
        this.target = target;
        this.hasModules = hasModules;
        version = target.version();
        for (RdbType type : RdbType.values()) {
            Way way = wayOf(type);
            ways.put(type, way);
            if (way == Way.DIRECT) {
                direct.add(type);
            }
        }
    }

    private Way wayOf(RdbType type) {
        if (!target.knows(type)) {
            return wayAround(type);
        }
        return type == RdbType.MODULE_2 && !target.survivesUnknownModules() && !hasModules
                ? Way.NONE
                : Way.DIRECT;
    }

    private Way wayAround(RdbType type) {
        return switch (type) {
            case HASH_EXPIRY_PRE_GA,
                    HASH_LISTPACK_EXPIRY_PRE_GA,
                    HASH_EXPIRY,
                    HASH_LISTPACK_EXPIRY,
                    HASH_VALKEY ->
                    Way.HASH;
            case STREAM_2, STREAM_3, STREAM_4, STREAM_5 ->
                    target.knows(RdbType.STREAM) ? Way.STREAM : Way.NONE;
            case STREAM, MODULE_2, ARRAY -> Way.NONE;
            case STRING,
                    LIST,
                    SET,
                    SORTED_SET,
                    HASH,
                    SORTED_SET_2,
                    HASH_ZIPMAP,
                    LIST_ZIPLIST,
                    SET_INTSET,
                    SORTED_SET_ZIPLIST,
                    HASH_ZIPLIST,
                    LIST_QUICKLIST,
                    HASH_LISTPACK,
                    SORTED_SET_LISTPACK,
                    LIST_QUICKLIST_2,
                    SET_LISTPACK ->
                    Way.PLAIN;
        };
    }

    /// Whether the target takes bodies of this type as they are: [DumpPayload#write] with
    /// [#version] is then all there is to do.
    public boolean isDirect(RdbType type) {
        return direct.contains(type);
    }

    /// The version to write in footers.
    public int version() {
        return version;
    }

    /// How many elements RESTORE of a value makes one by one; 0 for types that are packed, or that
    /// are no collections.
    public long elementCount(RdbType type, ByteSlice value) throws IOException {
        return switch (type) {
            case SET, SORTED_SET, HASH, SORTED_SET_2, HASH_EXPIRY_PRE_GA, HASH_VALKEY ->
                    numberAt(value, 0);
            // Behind the least expiry of all fields.
            case HASH_EXPIRY -> numberAt(value, Long.BYTES);
            default -> 0;
        };
    }

    private long numberAt(ByteSlice value, int at) throws IOException {
        in.wrap(value.array, value.offset, value.length);
        in.skipBytes(at);
        return in.readNumber("a number of elements");
    }

    /// Appends the payload of a value.
    ///
    /// @throws UnsupportedValueException when the target cannot hold such a value, in the message
    ///   why; nothing was appended
    /// @throws RdbFormatException when the value is malformed; nothing was appended
    public void write(RdbType type, ByteSlice value, ByteBuilder out) throws IOException {
        int start = out.length;
        boolean done = false;
        try {
            switch (ways.getOrDefault(type, Way.NONE)) {
                case DIRECT -> DumpPayload.write(out, type, value, version);
                case PLAIN -> writePlain(type, value, out);
                case HASH -> writeHash(type, value, out);
                case STREAM -> writeStream(type, value, out);
                case NONE -> throw unsupported(type, value);
            }
            done = true;
        } finally {
            if (!done) {
                out.length = start;
            }
        }
    }

    /// For the values of commands. One that cannot be converted stays as it is: the target refuses
    /// it and says why.
    public PayloadAdapter adapter() {
        return (buffer, offset, length, out) -> {
            try {
                return convert(new ByteSlice().set(buffer, offset, length), out);
            } catch (UnsupportedValueException | RdbFormatException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /// Appends a payload for the target, made of one that was met in a RESTORE command of the
    /// source. Payloads without checksum (0) get one.
    ///
    /// @return false when the payload can be passed on as it is, and nothing was appended
    public boolean convert(ByteSlice payload, ByteBuilder out) throws IOException {
        int found = DumpPayload.version(payload);
        if (target.acceptsVersion(found) && DumpPayload.hasChecksum(payload)) {
            return false;
        }
        RdbType type = open(payload);
        ByteSlice value = new ByteSlice().set(payload.array, in.position, in.available());
        write(type, value, out);
        return true;
    }

    /// Tells a visitor what is in a payload that makes more work for a target than it should do at
    /// once. Not of a stream, since commands do not say all that is in one.
    ///
    /// @param most elements that a target may make one by one
    /// @param mostBytes that a target may take at once
    /// @return false when it is not, and nothing was told
    public boolean visitLarge(ByteSlice payload, long most, int mostBytes, ValueVisitor visitor)
            throws IOException {
        RdbType type = open(payload);
        ByteSlice value = new ByteSlice().set(payload.array, in.position, in.available());
        boolean stream = type.name().startsWith("STREAM");
        boolean readable =
                switch (ways.getOrDefault(type, Way.NONE)) {
                    case DIRECT, PLAIN, HASH -> !stream && !type.isOpaque();
                    case STREAM, NONE -> false;
                };
        if (!readable || (payload.length <= mostBytes && elementCount(type, value) <= most)) {
            return false;
        }
        in.wrap(value.array, value.offset, value.length);
        decoder.decode(type, visitor);
        return true;
    }

    /// Checks a payload and leaves the input at its value.
    private RdbType open(ByteSlice payload) throws IOException {
        if (!DumpPayload.verify(payload)) {
            throw new RdbFormatException(
                    payload.length - DumpPayload.CHECKSUM_BYTES,
                    "payload position",
                    "the checksum",
                    "wrong",
                    "it must be that of the bytes before it");
        }
        in.wrap(payload.array, payload.offset, payload.length - DumpPayload.FOOTER_BYTES);
        int code = in.readByte();
        if (code == RdbOpcode.KEY_META_OR_SLOT_IMPORT) {
            // Metadata belongs to a module of the source (Redis 8.6) and does not travel.
            ValueWalk.skipKeyMetadata(in);
            code = in.readByte();
        }
        RdbType type = RdbType.of(RdbFamily.ofVersion(DumpPayload.version(payload)), code);
        if (type == null) {
            throw in.malformed("a payload's type", Integer.toString(code), "it is not known here");
        }
        return type;
    }

    private UnsupportedValueException unsupported(RdbType type, ByteSlice value)
            throws IOException {
        String what =
                switch (type) {
                    case MODULE_2 -> "values of module type " + moduleType(value);
                    case STREAM, STREAM_2, STREAM_3, STREAM_4, STREAM_5 -> "streams";
                    case ARRAY -> "arrays";
                    default -> "values of type " + type;
                };
        return new UnsupportedValueException(target + " has no " + what);
    }

    private String moduleType(ByteSlice value) throws IOException {
        in.wrap(value.array, value.offset, value.length);
        return ModuleId.typeName(in.readNumber("a module's id"));
    }

    private void writePlain(RdbType type, ByteSlice value, ByteBuilder out) throws IOException {
        writeBody(type, value, out, plainOf(type), 0);
    }

    private RdbType plainOf(RdbType type) {
        return switch (type) {
            case LIST, LIST_ZIPLIST, LIST_QUICKLIST, LIST_QUICKLIST_2 -> RdbType.LIST;
            case SET, SET_INTSET, SET_LISTPACK -> RdbType.SET;
            case SORTED_SET, SORTED_SET_2, SORTED_SET_ZIPLIST, SORTED_SET_LISTPACK ->
                    target.knows(RdbType.SORTED_SET_2) ? RdbType.SORTED_SET_2 : RdbType.SORTED_SET;
            default -> RdbType.HASH;
        };
    }

    private void writeHash(RdbType type, ByteSlice value, ByteBuilder out) throws IOException {
        FieldExpiry expiry = new FieldExpiry();
        in.wrap(value.array, value.offset, value.length);
        decoder.decode(type, expiry);
        RdbType written = RdbType.HASH;
        if (expiry.any()) {
            if (target.knows(RdbType.HASH_EXPIRY)) {
                written = RdbType.HASH_EXPIRY;
            } else if (target.knows(RdbType.HASH_VALKEY)) {
                written = RdbType.HASH_VALKEY;
            } else {
                throw new UnsupportedValueException(
                        target + " has no hashes whose fields expire, and fields of this one do");
            }
        }
        writeBody(type, value, out, written, expiry.leastMillis());
    }

    private void writeBody(
            RdbType type, ByteSlice value, ByteBuilder out, RdbType written, long leastMillis)
            throws IOException {
        int start = out.length;
        out.put((byte) written.id());
        PlainBodyWriter writer = new PlainBodyWriter(out, written, leastMillis);
        in.wrap(value.array, value.offset, value.length);
        decoder.decode(type, writer);
        requireEnd();
        writer.finish();
        DumpPayload.finish(out, start, version);
    }

    private void writeStream(RdbType type, ByteSlice value, ByteBuilder out) throws IOException {
        List<RdbType> generations =
                new ArrayList<>(
                        List.of(
                                RdbType.STREAM,
                                RdbType.STREAM_2,
                                RdbType.STREAM_3,
                                RdbType.STREAM_4,
                                RdbType.STREAM_5));
        int from = generations.indexOf(type) + 1;
        generations.removeIf(generation -> !target.knows(generation));
        int start = out.length;
        out.put((byte) generations.getLast().id());
        in.wrap(value.array, value.offset, value.length);
        new StreamBodyCutter(in, out, from, generations.size()).cut();
        requireEnd();
        DumpPayload.finish(out, start, version);
    }

    private void requireEnd() throws RdbFormatException {
        if (in.available() != 0) {
            throw in.malformed(
                    "what follows the value", in.available() + " bytes", "it must end here");
        }
    }
}
