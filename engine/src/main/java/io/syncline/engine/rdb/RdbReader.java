package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteInput;
import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Walks an RDB in one pass: call [#next], then ask for what the event has. Nothing is allocated
/// per key; every slice is a view that holds until the next call.
///
/// **Malformed input.** Every byte is the attacker's until it has been checked. A length is
/// compared with its limit before anything is done with it, and memory follows the bytes that have
/// really arrived, at most twice of them, never a declared length or count. What is nested (LZF,
/// listpack, ziplist, intset) must fill its container exactly. Nothing is guessed or repaired: the
/// reader stops with an [RdbFormatException] that says position, part, value and rule, or with an
/// [java.io.EOFException], and cannot be used afterwards. The checksum at the end covers what no
/// rule can: until [RdbEvent#END] was seen, what was read is well formed but not proven.
///
/// Newer versions than the ones known here are read as long as they use known types and opcodes,
/// since a type's body never changes under its number.
public final class RdbReader {
    private static final int CHECKSUM_BYTES = 8;

    private final RdbInput in;
    private final RdbLimits limits;
    private final ValueDecoder decoder;

    private final ByteSlice first = new ByteSlice();
    private final ByteSlice second = new ByteSlice();
    private final ByteSlice value = new ByteSlice();
    private final ByteSlice metadata = new ByteSlice();

    private @Nullable RdbHeader header;
    private boolean valkey;
    private boolean ended;

    private int database;
    private String auxKey = "";
    private long resizeKeys;
    private long resizeExpires;
    private long moduleId;

    private long expireAtMillis;
    private long idleSeconds;
    private int frequency;
    private RdbType type = RdbType.STRING;
    private boolean whole = true;
    private boolean valuePending;
    private boolean brokenOff;
    private int metaStart;
    private int metaLength;
    private int valueStart;
    private int valueLength;

    public RdbReader(ByteInput input, RdbLimits limits) {
        this.in = new RdbInput(input, limits.maxElementBytes());
        this.limits = limits;
        this.decoder = new ValueDecoder(in);
    }

    /// Moves to the next event, over whatever was not read of the last one.
    ///
    /// @throws RdbFormatException for bytes that break a rule
    /// @throws java.io.EOFException when the input ends too early
    public RdbEvent next() throws IOException {
        if (header == null) {
            header = RdbHeader.read(in);
            valkey = header.family() == RdbFamily.VALKEY;
        }
        if (ended || brokenOff) {
            throw new IllegalStateException(
                    ended ? "the RDB has ended" : "the last value was left in its middle");
        }
        skipValue();
        in.release();
        in.trim();
        first.trim();
        second.trim();
        expireAtMillis = -1;
        idleSeconds = -1;
        frequency = -1;
        metaLength = 0;
        while (true) {
            int code = in.readByte();
            switch (code) {
                case RdbOpcode.EXPIRE_MILLIS -> expireAtMillis = in.readLong();
                case RdbOpcode.EXPIRE_SECONDS -> expireAtMillis = in.readInt() * 1000L;
                case RdbOpcode.FREQUENCY -> frequency = in.readByte();
                case RdbOpcode.IDLE -> idleSeconds = in.readCount("a key's idle time");
                case RdbOpcode.KEY_META_OR_SLOT_IMPORT -> {
                    if (valkey) {
                        return slotImport();
                    }
                    keyMeta();
                }
                default -> {
                    if (code < RdbOpcode.KEY_META_OR_SLOT_IMPORT) {
                        return key(code);
                    }
                    return other(code);
                }
            }
        }
    }

    private RdbEvent other(int code) throws IOException {
        return switch (code) {
            case RdbOpcode.EOF -> end();
            case RdbOpcode.SELECT_DATABASE -> {
                long number = in.readCount("a database number");
                if (number > Integer.MAX_VALUE) {
                    throw in.malformed(
                            "a database number", Long.toString(number), "it must be below 2^31");
                }
                database = (int) number;
                yield RdbEvent.SELECT_DATABASE;
            }
            case RdbOpcode.RESIZE -> {
                resizeKeys = in.readCount("a database's number of keys");
                resizeExpires = in.readCount("a database's number of expiring keys");
                yield RdbEvent.RESIZE;
            }
            case RdbOpcode.AUX -> aux();
            case RdbOpcode.FUNCTION -> {
                in.retain(in.position);
                in.skipString();
                RdbStrings.readAt(in, in.mark(), second);
                yield RdbEvent.FUNCTION;
            }
            case RdbOpcode.MODULE_AUX -> {
                moduleId = in.readNumber("a module's id");
                in.readNumber("the kind of a module's time");
                in.readNumber("a module's time");
                ValueWalk.skipModule(in);
                yield RdbEvent.MODULE_AUX;
            }
            case RdbOpcode.SLOT_INFO -> {
                in.readCount("a slot");
                in.readCount("a slot's number of keys");
                in.readCount("a slot's number of expiring keys");
                yield RdbEvent.SLOT_INFO;
            }
            default ->
                    throw in.malformed(
                            "an opcode",
                            Integer.toString(code),
                            "all from 243 on are known but 246 (release candidates of Redis 7.0)");
        };
    }

    private RdbEvent aux() throws IOException {
        in.retain(in.position);
        in.skipString();
        in.skipString();
        int behindKey = RdbStrings.readAt(in, in.mark(), first);
        RdbStrings.readAt(in, behindKey, second);
        auxKey = first.toString();
        return RdbEvent.AUX;
    }

    private RdbEvent slotImport() throws IOException {
        in.skipString();
        long ranges = in.readCount("the number of slot ranges");
        for (long left = ranges; left > 0; left--) {
            in.readNumber("a first slot");
            in.readNumber("a last slot");
        }
        return RdbEvent.SLOT_IMPORT;
    }

    /// Redis 8.6: what modules keep of one key, before its type; DUMP begins with the same block.
    private void keyMeta() throws IOException {
        in.retain(in.position - 1);
        ValueWalk.skipKeyMetadata(in);
        metaLength = in.position - in.mark();
    }

    private RdbEvent key(int code) throws IOException {
        RdbType found = RdbType.of(family(), code);
        if (found == null) {
            throw unknownType(code);
        }
        type = found;
        if (in.mark() < 0) {
            in.retain(in.position);
        }
        int keyStart = in.position - in.mark();
        in.skipString();
        valueStart = in.position - in.mark();
        whole = true;
        if (found == RdbType.STRING) {
            in.skipString();
        } else {
            walkValue();
        }
        metaStart = in.mark();
        RdbStrings.readAt(in, in.mark() + keyStart, first);
        if (whole) {
            valueStart += in.mark();
            valueLength = in.position - valueStart;
        } else {
            first.keep();
            in.position = in.mark() + valueStart;
            valuePending = true;
            in.release();
        }
        if (found == RdbType.MODULE_2) {
            moduleId = in.numberAt(whole ? valueStart : in.position, "a module's id");
        }
        return RdbEvent.KEY;
    }

    private void walkValue() throws IOException {
        // What cannot be told in parts must be held, or it would be lost.
        int most = type.isOpaque() ? limits.maxElementBytes() : limits.maxWholeValueBytes();
        in.holdAtMost(most);
        try {
            ValueWalk.skip(in, type);
            whole = in.position - in.mark() - valueStart <= most;
        } catch (TooLargeToHold tooLarge) {
            whole = false;
        }
    }

    private RdbFormatException unknownType(int code) {
        return in.malformed(
                "a type or opcode",
                Integer.toString(code),
                "it is none of "
                        + family()
                        + " that is known here (6 is of modules of release candidates of Redis"
                        + " 4.0; 107 and 121 are private to Redis Enterprise)");
    }

    private RdbEvent end() throws IOException {
        long computed = in.checksum();
        if (header().hasChecksum()) {
            in.require(CHECKSUM_BYTES);
            long stored = in.readLong();
            if (stored != 0 && stored != computed) {
                throw in.malformed(
                        "the checksum",
                        Long.toHexString(stored),
                        "the bytes before it give " + Long.toHexString(computed));
            }
        }
        ended = true;
        return RdbEvent.END;
    }

    /// Tells the value part by part, whole or not, with memory for one element at a time. A value
    /// that is not whole can be told once; when the visitor throws, the reader cannot be used any
    /// more.
    ///
    /// @throws UnsupportedValueException for a type that cannot be told (modules, arrays)
    public void streamValue(ValueVisitor visitor) throws IOException {
        if (whole) {
            in.position = valueStart;
            try {
                decoder.decode(type, visitor);
            } finally {
                in.position = valueStart + valueLength;
            }
        } else if (valuePending) {
            valuePending = false;
            brokenOff = true;
            decoder.decode(type, visitor);
            brokenOff = false;
        } else {
            throw new IllegalStateException("this value was read already and was not held");
        }
    }

    /// Moves over a value that is not whole; [#next] does so by itself.
    public void skipValue() throws IOException {
        if (valuePending) {
            valuePending = false;
            ValueWalk.skip(in, type);
        }
    }

    /// The RDB version. Known from the first [#next] on, as is [#family].
    public int version() {
        return header().version();
    }

    /// By the magic.
    public RdbFamily family() {
        return valkey ? RdbFamily.VALKEY : RdbFamily.REDIS;
    }

    private RdbHeader header() {
        if (header == null) {
            throw new IllegalStateException("nothing was read yet; call next first");
        }
        return header;
    }

    /// How many bytes were consumed since the magic's first byte.
    public long position() {
        return in.consumed();
    }

    /// The database of the keys that follow.
    public int database() {
        return database;
    }

    public ByteSlice key() {
        return first;
    }

    /// When the key expires, in Unix milliseconds; -1 never. The time may lie in the past.
    public long expireAtMillis() {
        return expireAtMillis;
    }

    /// How long the key was not used; -1 unknown.
    public long idleSeconds() {
        return idleSeconds;
    }

    /// The key's logarithmic use counter, 0 to 255; -1 unknown.
    public int frequency() {
        return frequency;
    }

    public RdbType type() {
        return type;
    }

    /// False: the value is too large to be held; use [#streamValue].
    public boolean isWhole() {
        return whole;
    }

    /// The encoded value: what DUMP has between its type byte and its footer.
    public ByteSlice value() {
        requireWhole();
        return value.set(in.buffer, valueStart, valueLength);
    }

    /// What DUMP of Redis 8.6 has before the type byte when modules keep metadata of this key;
    /// empty else.
    public ByteSlice keyMetadata() {
        requireWhole();
        return metadata.set(in.buffer, metaStart, metaLength);
    }

    /// The text of a plain string, decoded. Only for type [RdbType#STRING].
    public ByteSlice stringValue() throws IOException {
        if (type != RdbType.STRING) {
            throw new IllegalStateException("the value is no plain string but " + type);
        }
        RdbStrings.readAt(in, valueStart, second);
        return second;
    }

    private void requireWhole() {
        if (!whole) {
            throw new IllegalStateException("this value is not held; use streamValue");
        }
    }

    public String auxKey() {
        return auxKey;
    }

    public ByteSlice auxValue() {
        return second;
    }

    /// A function library's source, as FUNCTION LOAD takes it.
    public ByteSlice functionCode() {
        return second;
    }

    public long resizeKeys() {
        return resizeKeys;
    }

    public long resizeExpires() {
        return resizeExpires;
    }

    /// The module of a [RdbEvent#MODULE_AUX] or of a value of type [RdbType#MODULE_2]; see
    /// [ModuleId].
    public long moduleId() {
        return moduleId;
    }

    /// The bytes behind the RDB that were read with its last ones: the start of what follows it on
    /// the same input. Only after [RdbEvent#END].
    public ByteSlice remaining() {
        if (!ended) {
            throw new IllegalStateException("the RDB has not ended yet");
        }
        return value.set(in.buffer, in.position, in.available());
    }
}
