package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

/// What TYPE answers, and how a value of that type is looked at.
enum ValueType {
    NONE("none"),
    STRING("string"),
    LIST("list"),
    SET("set"),
    ZSET("zset"),
    HASH("hash"),
    STREAM("stream"),
    /// A module's, whatever its name.
    MODULE("");

    /// A longer string is compared in pieces.
    static final int GLANCE_BYTES = 64 << 10;

    /// A larger collection is compared in pieces. Compact encodings, which a scan returns whole
    /// whatever COUNT says, are smaller than this unless configured otherwise (`redis.conf`:
    /// `hash-max-listpack-entries`).
    static final int GLANCE_ITEMS = 512;

    private static final byte[] GETRANGE = bytes("GETRANGE");
    private static final byte[] LRANGE = bytes("LRANGE");
    private static final byte[] HSCAN = bytes("HSCAN");
    private static final byte[] HRANDFIELD = bytes("HRANDFIELD");
    private static final byte[] WITHVALUES = bytes("WITHVALUES");
    private static final byte[] ZRANGE = bytes("ZRANGE");
    private static final byte[] WITHSCORES = bytes("WITHSCORES");
    private static final byte[] SSCAN = bytes("SSCAN");
    private static final byte[] ZSCAN = bytes("ZSCAN");
    private static final byte[] COUNT = bytes("COUNT");
    private static final byte[] ZERO = bytes("0");
    private static final byte[] LAST_BYTE = bytes(Integer.toString(GLANCE_BYTES - 1));
    private static final byte[] LAST_ITEM = bytes(Integer.toString(GLANCE_ITEMS - 1));
    private static final byte[] MOST_ITEMS = bytes(Integer.toString(GLANCE_ITEMS));

    private final String word;

    ValueType(String word) {
        this.word = word;
    }

    static ValueType of(String name) {
        return switch (name) {
            case "none" -> NONE;
            case "string" -> STRING;
            case "list" -> LIST;
            case "set" -> SET;
            case "zset" -> ZSET;
            case "hash" -> HASH;
            case "stream" -> STREAM;
            default -> MODULE;
        };
    }

    String word() {
        return word;
    }

    /// Whether one bounded command can show a small value whole.
    boolean hasGlance() {
        return switch (this) {
            case STRING, LIST, SET, ZSET, HASH -> true;
            case NONE, STREAM, MODULE -> false;
        };
    }

    /// The command that shows a small value whole, and of a large one no more than a part.
    ///
    /// @param hashesAtOnce whether HRANDFIELD may be asked, which tells a hash that has no more
    ///   fields than that as HGETALL does, in half the time of HSCAN
    byte[][] glance(byte[] key, boolean hashesAtOnce) {
        return switch (this) {
            case STRING -> new byte[][] {GETRANGE, key, ZERO, LAST_BYTE};
            case LIST -> new byte[][] {LRANGE, key, ZERO, LAST_ITEM};
            case HASH ->
                    hashesAtOnce
                            ? new byte[][] {HRANDFIELD, key, MOST_ITEMS, WITHVALUES}
                            : new byte[][] {HSCAN, key, ZERO, COUNT, MOST_ITEMS};
            case SET -> new byte[][] {SSCAN, key, ZERO, COUNT, MOST_ITEMS};
            case ZSET -> new byte[][] {ZRANGE, key, ZERO, LAST_ITEM, WITHSCORES};
            case NONE, STREAM, MODULE -> throw new IllegalStateException(this + " has no glance");
        };
    }

    /// The command that tells a part of a large collection without order.
    byte[][] scan(byte[] key, byte[] cursor, byte[] count) {
        byte[] name =
                switch (this) {
                    case HASH -> HSCAN;
                    case SET -> SSCAN;
                    case ZSET -> ZSCAN;
                    case NONE, STRING, LIST, STREAM, MODULE ->
                            throw new IllegalStateException(this + " has an order");
                };
        return new byte[][] {name, key, cursor, COUNT, count};
    }

    private static final byte[] STRLEN = bytes("STRLEN");
    private static final byte[] LLEN = bytes("LLEN");
    private static final byte[] SCARD = bytes("SCARD");
    private static final byte[] ZCARD = bytes("ZCARD");
    private static final byte[] HLEN = bytes("HLEN");
    private static final byte[] XLEN = bytes("XLEN");
    private static final byte[] EXISTS = bytes("EXISTS");

    /// The command for the number of bytes or elements; a module's value has none.
    byte[][] length(byte[] key) {
        byte[] name =
                switch (this) {
                    case STRING -> STRLEN;
                    case LIST -> LLEN;
                    case SET -> SCARD;
                    case ZSET -> ZCARD;
                    case HASH -> HLEN;
                    case STREAM -> XLEN;
                    case NONE, MODULE -> EXISTS;
                };
        return new byte[][] {name, key};
    }
}
