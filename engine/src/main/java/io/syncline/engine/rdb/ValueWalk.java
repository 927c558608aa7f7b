package io.syncline.engine.rdb;

import java.io.IOException;

/// Finds the end of a value without understanding it: the structure of every type, nothing of what
/// its strings hold (Redis 8.6 `rdb.c`: `rdbLoadObject`). This is what makes a RESTORE payload.
final class ValueWalk {
    private static final int STREAM_ID_BYTES = 16;
    private static final int TIME_BYTES = 8;
    private static final int METADATA_CLASS_BYTES = 4;
    private static final String ELEMENTS = "the number of elements";

    private ValueWalk() {}

    static void skip(RdbInput in, RdbType type) throws IOException {
        switch (type) {
            case STRING,
                    HASH_ZIPMAP,
                    LIST_ZIPLIST,
                    SET_INTSET,
                    SORTED_SET_ZIPLIST,
                    HASH_ZIPLIST,
                    HASH_LISTPACK,
                    SORTED_SET_LISTPACK,
                    SET_LISTPACK,
                    HASH_LISTPACK_EXPIRY_PRE_GA ->
                    in.skipString();
            case LIST, SET, LIST_QUICKLIST -> skipStrings(in);
            case SORTED_SET -> skipTextScores(in);
            case HASH -> skipPairs(in, false, 0);
            case SORTED_SET_2 -> skipScores(in);
            case MODULE_2 -> {
                in.readNumber("a module's id");
                skipModule(in);
            }
            case LIST_QUICKLIST_2 -> skipContainers(in);
            case STREAM -> skipStream(in, 1);
            case STREAM_2 -> skipStream(in, 2);
            case STREAM_3 -> skipStream(in, 3);
            case STREAM_4 -> skipStream(in, 4);
            case STREAM_5 -> skipStream(in, 5);
            case HASH_EXPIRY_PRE_GA -> skipPairs(in, true, 0);
            case HASH_EXPIRY -> {
                in.skipBytes(TIME_BYTES);
                skipPairs(in, true, 0);
            }
            case HASH_LISTPACK_EXPIRY -> {
                in.skipBytes(TIME_BYTES);
                in.skipString();
            }
            case HASH_VALKEY -> skipPairs(in, false, TIME_BYTES);
            case ARRAY -> skipArray(in);
        }
    }

    /// A module's own stream of typed parts, up to and with its end mark.
    static void skipModule(RdbInput in) throws IOException {
        while (true) {
            long part = in.readNumber("a module part's kind");
            if (part == 0) {
                return;
            }
            if (part == 1 || part == 2) {
                in.readNumber("a module's integer");
            } else if (part == 3) {
                in.skipBytes(4);
            } else if (part == 4) {
                in.skipBytes(8);
            } else if (part == 5) {
                in.skipString();
            } else {
                throw in.malformed(
                        "a module part's kind", Long.toUnsignedString(part), "0 to 5 are known");
            }
        }
    }

    /// What modules keep of one key, behind its opcode (Redis 8.6).
    static void skipKeyMetadata(RdbInput in) throws IOException {
        for (long left = in.readCount("the number of a key's metadata"); left > 0; left--) {
            in.skipBytes(METADATA_CLASS_BYTES);
            skipModule(in);
        }
    }

    private static void skipStrings(RdbInput in) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            in.skipString();
        }
    }

    private static void skipTextScores(RdbInput in) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            in.skipString();
            int length = in.readByte();
            // 253 to 255 stand for not-a-number and the infinities and have no text.
            if (length < 253) {
                in.skipBytes(length);
            }
        }
    }

    private static void skipScores(RdbInput in) throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            in.skipString();
            in.skipBytes(8);
        }
    }

    private static void skipPairs(RdbInput in, boolean numberBefore, int bytesBehind)
            throws IOException {
        for (long left = in.readCount(ELEMENTS); left > 0; left--) {
            if (numberBefore) {
                in.readNumber("a field's expiry");
            }
            in.skipString();
            in.skipString();
            in.skipBytes(bytesBehind);
        }
    }

    private static void skipContainers(RdbInput in) throws IOException {
        for (long left = in.readCount("the number of list nodes"); left > 0; left--) {
            in.readNumber("a list node's kind");
            in.skipString();
        }
    }

    private static void skipStream(RdbInput in, int generation) throws IOException {
        for (long left = in.readCount("the number of stream nodes"); left > 0; left--) {
            in.skipString();
            in.skipString();
        }
        skipNumbers(in, generation >= 2 ? 8 : 3);
        for (long left = in.readCount("the number of consumer groups"); left > 0; left--) {
            skipGroup(in, generation);
        }
        if (generation >= 4) {
            skipIdempotence(in);
        }
    }

    private static void skipGroup(RdbInput in, int generation) throws IOException {
        in.skipString();
        skipNumbers(in, generation >= 2 ? 3 : 2);
        for (long left = in.readCount("the number of pending entries"); left > 0; left--) {
            in.skipBytes(STREAM_ID_BYTES + TIME_BYTES);
            in.readNumber("a pending entry's deliveries");
        }
        for (long left = in.readCount("the number of consumers"); left > 0; left--) {
            in.skipString();
            in.skipBytes(generation >= 3 ? 2 * TIME_BYTES : TIME_BYTES);
            skipIds(in, "the number of a consumer's pending entries");
        }
        if (generation >= 5) {
            skipIds(in, "the number of entries given back");
        }
    }

    private static void skipIds(RdbInput in, String what) throws IOException {
        in.skipParts(in.readCount(what), STREAM_ID_BYTES, what);
    }

    /// The state of idempotent producers: duration, most ids, producers, then two counters.
    static void skipIdempotence(RdbInput in) throws IOException {
        skipNumbers(in, 2);
        for (long left = in.readCount("the number of producers"); left > 0; left--) {
            in.skipString();
            for (long ids = in.readCount("the number of a producer's ids"); ids > 0; ids--) {
                in.skipString();
                skipNumbers(in, 2);
            }
        }
        skipNumbers(in, 2);
    }

    private static void skipArray(RdbInput in) throws IOException {
        long count = in.readCount(ELEMENTS);
        if (in.readNumber("an array's flag") == 1) {
            in.readNumber("an array's insert index");
        }
        for (long left = count; left > 0; left--) {
            in.readNumber("an array index");
            long tag = in.readNumber("an array element's kind");
            if (tag == 1 || tag == 2) {
                in.skipBytes(8);
            } else if (tag == 0 || tag == 3) {
                in.skipString();
            } else {
                throw in.malformed(
                        "an array element's kind", Long.toUnsignedString(tag), "0 to 3 are known");
            }
        }
    }

    private static void skipNumbers(RdbInput in, int count) throws IOException {
        for (int left = count; left > 0; left--) {
            in.readNumber("a stream's number");
        }
    }
}
