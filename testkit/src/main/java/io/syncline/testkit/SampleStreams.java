package io.syncline.testkit;

import java.util.ArrayList;
import java.util.List;

/// The streams of [SampleData]: entries, holes, groups, consumers, and what is pending.
final class SampleStreams {
    /// 2024-01-01: when everything pending was delivered.
    private static final long DELIVERY_MILLIS = 1_704_067_200_000L;

    private static final int CONSUMERS = 3;

    private final Filling filling;

    SampleStreams(Filling filling) {
        this.filling = filling;
    }

    void fill(int round) {
        entries(round);
        holes(round);
        empty(round);
        groups(round);
    }

    private byte[] stream(int round, String name, int entries) {
        byte[] key = filling.key("stream", round, name);
        for (int i = 1; i <= entries; i++) {
            filling.put(key, "XADD", key, i + "-" + i % 3, "field", "value-" + i);
        }
        return key;
    }

    private void entries(int round) {
        stream(round, "same-fields", 250);
        byte[] mixed = stream(round, "other-fields", 5);
        filling.put(mixed, "XADD", mixed, "10-0", "a", 1, "b", "", "c", filling.bytes(300));
        filling.put(mixed, "XADD", mixed, "18446744073709551615-5", "the", "largest time");
    }

    private void holes(int round) {
        byte[] key = stream(round, "holes", 150);
        for (int gone : new int[] {1, 2, 50, 51, 52, 149, 150}) {
            filling.put(key, "XDEL", key, gone + "-" + gone % 3);
        }
        byte[] trimmed = stream(round, "trimmed", 300);
        filling.put(trimmed, "XTRIM", trimmed, "MAXLEN", 17);
        if (filling.version().hasFunctions()) {
            // Since 7.0 a stream remembers how many entries it ever had, and the last one deleted.
            filling.put(
                    trimmed,
                    "XSETID",
                    trimmed,
                    "500-1",
                    "ENTRIESADDED",
                    1_000,
                    "MAXDELETEDID",
                    "400-0");
        }
    }

    private void empty(int round) {
        byte[] key = stream(round, "emptied", 3);
        for (int i = 1; i <= 3; i++) {
            filling.put(key, "XDEL", key, i + "-" + i % 3);
        }
        byte[] only = filling.key("stream", round, "only-groups");
        filling.put(only, "XGROUP", "CREATE", only, "nobody", "0", "MKSTREAM");
        filling.put(only, "XGROUP", "CREATE", only, "later", "7-7");
    }

    private void groups(int round) {
        byte[] key = stream(round, "groups", 120);
        filling.put(key, "XGROUP", "CREATE", key, "workers", "0");
        filling.put(key, "XGROUP", "CREATE", key, "idle", "$");
        filling.put(key, "XGROUP", "CREATE", key, new byte[] {0, (byte) 0xff}, "5-0");
        for (int consumer = 0; consumer < CONSUMERS; consumer++) {
            read(key, "consumer-" + consumer, 30);
        }
        // 90 of 120 are delivered: some are done, the others get a fixed time of delivery.
        List<Object> done = new ArrayList<>(List.of("XACK", key, "workers"));
        for (int i = 1; i <= 3 * 30; i++) {
            String id = i + "-" + i % 3;
            if (i % 4 == 0) {
                done.add(id);
            } else {
                claim(key, "consumer-" + (i - 1) / 30, id, i);
            }
        }
        filling.put(key, done.toArray());
        // Deleted while pending: a hole in the stream that a group still knows.
        filling.put(key, "XDEL", key, "1-1", "61-1");
        if (filling.version().atLeastRedis(6, 2)) {
            filling.put(key, "XGROUP", "CREATECONSUMER", key, "workers", "without work");
        }
    }

    private void read(byte[] key, String consumer, int count) {
        filling.put(
                key,
                "XREADGROUP",
                "GROUP",
                "workers",
                consumer,
                "COUNT",
                count,
                "STREAMS",
                key,
                ">");
    }

    private void claim(byte[] key, String consumer, String id, int deliveries) {
        filling.put(
                key,
                "XCLAIM",
                key,
                "workers",
                consumer,
                0,
                id,
                "TIME",
                DELIVERY_MILLIS + deliveries,
                "RETRYCOUNT",
                deliveries,
                "JUSTID");
    }
}
