package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.Crc64;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;
import java.io.IOException;
import java.util.Locale;

/// How fast a snapshot of 1.3 million mixed keys is walked. Not a test: a program to run by hand
/// after a change of the hot path, with nothing else on the machine.
///
/// Prints, for each round, walking alone (checksum included) and walking with a RESTORE payload
/// made of every collection and every plain string decoded; then the checksum alone.
final class RdbWalkMeasurement {
    private static final int STRINGS = 1_000_000;
    private static final int COLLECTIONS = 100_000;
    private static final int ROUNDS = 8;
    private static final int PIPELINE = 1_000;

    private RdbWalkMeasurement() {}

    public static void main(String[] arguments) throws IOException {
        byte[] file;
        try (RedisServer server = RedisServer.start();
                Wire wire = server.endpoint().connect()) {
            fill(wire);
            file = RdbSamples.save(server);
        }
        System.out.println(file.length + " bytes of RDB");
        for (int round = 0; round < ROUNDS; round++) {
            measure(file, false);
            measure(file, true);
        }
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            long crc = Crc64.update(0, file, 0, file.length);
            print("checksum " + Long.toHexString(crc), file.length, 0, begin);
        }
    }

    private static void fill(Wire wire) {
        String filler = "0123456789abcdef".repeat(4);
        for (int from = 0; from < STRINGS; from += PIPELINE) {
            for (int i = from; i < from + PIPELINE; i++) {
                wire.send("SET", "key:" + i, (i * 2654435761L + filler).substring(0, 64));
                if (i % 10 == 0) {
                    wire.send("HSET", "hash:" + i, "name", "user " + i, "age", i % 90, "x", i);
                    wire.send("RPUSH", "list:" + i, "a" + i, "b" + i, "c" + i, i);
                    wire.send("ZADD", "sorted:" + i, i, "a" + i, i * 0.5, "b" + i);
                    wire.send("PEXPIREAT", "key:" + i, 4_000_000_000_000L + i);
                }
            }
            for (int reply = 0; reply < PIPELINE + 4 * PIPELINE / 10; reply++) {
                wire.receive();
            }
        }
    }

    private static void measure(byte[] file, boolean used) throws IOException {
        long begin = System.nanoTime();
        ByteBuilder out = new ByteBuilder(1 << 18);
        RdbReader reader = new RdbReader(Chunks.of(file), RdbLimits.DEFAULT);
        long keys = 0;
        for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
            if (event == RdbEvent.KEY) {
                keys++;
                if (used) {
                    use(reader, out);
                }
            }
        }
        if (keys != STRINGS + 3L * COLLECTIONS) {
            throw new IllegalStateException(keys + " keys were read");
        }
        print(used ? "walk and use" : "walk", file.length, keys, begin);
    }

    private static void use(RdbReader reader, ByteBuilder out) throws IOException {
        if (out.length > 1 << 17) {
            out.clear();
        }
        if (reader.type() == RdbType.STRING) {
            var text = reader.stringValue();
            out.put(text.array, text.offset, text.length);
        } else {
            DumpPayload.write(out, reader.type(), reader.value(), reader.version());
        }
    }

    private static void print(String what, long bytes, long keys, long begin) {
        double nanos = System.nanoTime() - begin;
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "%s: %.0f MB/s%s",
                        what,
                        bytes / nanos * 1000,
                        keys == 0
                                ? ""
                                : String.format(Locale.ROOT, ", %.1f ns/key", nanos / keys)));
    }
}
