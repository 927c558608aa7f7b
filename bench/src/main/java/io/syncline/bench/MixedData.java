package io.syncline.bench;

/// Keys of every common kind: strings, strings that expire, hashes, lists, sets, sorted sets and a
/// few hashes of 20,000 fields; 1.35 million keys and about half a gigabyte in the server.
final class MixedData {
    static final int KEYS = 1_350_000;
    private static final int BIG_HASHES = 20;
    private static final int BIG_FIELDS = 20_000;

    /// Fields per command while a big hash is written.
    private static final int FIELDS_AT_ONCE = 100;

    /// Elements of a small collection: it stays in the compact encoding, as most do.
    private static final int ELEMENTS = 5;

    /// Late enough that nothing expires while it is measured.
    private static final long EXPIRY_MILLIS = 10L * 86_400_000;

    private final Writer writer;
    private final long nowMillis;

    private MixedData(Writer writer, long nowMillis) {
        this.writer = writer;
        this.nowMillis = nowMillis;
    }

    static void write(Site site, int keys) {
        try (Writer writer = new Writer(site)) {
            MixedData data = new MixedData(writer, System.currentTimeMillis());
            for (int i = 0; i < keys; i++) {
                data.writeKey(i);
            }
            for (int i = 0; i < BIG_HASHES; i++) {
                data.writeBigHash("big:" + i, (int) ((long) BIG_FIELDS * keys / KEYS));
            }
            writer.finish();
        }
    }

    /// Of 27 keys: 14 strings, 4 that expire, 3 hashes, and 2 of lists, sets and sorted sets.
    private void writeKey(int i) {
        int kind = i % 27;
        if (kind < 14) {
            String key = "string:" + i;
            writer.write(key, "SET", key, Writer.value(i, CatchUp.VALUE_BYTES));
        } else if (kind < 18) {
            String key = "expiring:" + i;
            String at = Long.toString(nowMillis + EXPIRY_MILLIS + i);
            writer.write(key, "SET", key, Writer.value(i, CatchUp.VALUE_BYTES), "PXAT", at);
        } else if (kind < 21) {
            collection("HSET", "hash:" + i, i, true);
        } else if (kind < 23) {
            collection("RPUSH", "list:" + i, i, false);
        } else if (kind < 25) {
            collection("SADD", "set:" + i, i, false);
        } else {
            collection("ZADD", "zset:" + i, i, true);
        }
    }

    /// Pairs are a number and a word: a field and its value, or a score and its member.
    private void collection(String command, String key, int seed, boolean pairs) {
        String[] words = new String[2 + ELEMENTS * (pairs ? 2 : 1)];
        words[0] = command;
        words[1] = key;
        for (int i = 2; i < words.length; i++) {
            boolean number = pairs && i % 2 == 0;
            words[i] = number ? Integer.toString(seed + i) : Writer.value(seed + i, 16);
        }
        writer.write(key, words);
    }

    private void writeBigHash(String key, int fields) {
        for (int from = 0; from < fields; from += FIELDS_AT_ONCE) {
            String[] words = new String[2 + 2 * FIELDS_AT_ONCE];
            words[0] = "HSET";
            words[1] = key;
            for (int i = 0; i < FIELDS_AT_ONCE; i++) {
                words[2 + 2 * i] = "field:" + (from + i);
                words[3 + 2 * i] = Writer.value(from + i, 32);
            }
            writer.write(key, words);
        }
    }
}
