package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.syncline.engine.bytes.ByteBuilder;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Damaged files: whatever the bytes, the reader ends with one of its two exceptions, and takes
/// memory in proportion to what has arrived. Replay a failure with `-Dseed=` as it was printed.
final class RdbFuzzTest {
    private static final int ROUNDS = 2_000;

    /// Numbers that tempt a reader to take memory, to overflow, or to run for ever.
    private static final byte[][] HUGE = {
        {(byte) 0x80, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        {(byte) 0x80, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        {(byte) 0x80, 0x3f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        {(byte) 0x81, 0x7f, -1, -1, -1, -1, -1, -1, -1},
        {(byte) 0x81, -1, -1, -1, -1, -1, -1, -1, -1},
        {(byte) 0x81, 0, 0, 0, 1, 0, 0, 0, 0},
        {(byte) 0xc3, (byte) 0x80, 0, 0, 0, 9, (byte) 0x80, 0x3f, -1, -1, -1},
    };

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void endsDamagedFilesOfEveryTypeWithItsOwnExceptions() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("RdbFuzzTest -Dseed=" + seed);
        Random random = new Random(seed);
        List<byte[]> files = List.of(redisFile(), valkeyFile());
        int malformed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] file = damage(files.get(random.nextInt(files.size())), random);
            if (endsBadly(file, random, "round " + round + " of -Dseed=" + seed)) {
                malformed++;
            }
        }
        // The walk does not look inside strings, and damage there may go unseen; most is seen.
        assertThat(malformed).isGreaterThan(ROUNDS / 2);
    }

    /// Also used with the files of real servers.
    static boolean endsBadly(byte[] file, Random random, String name) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean bad = false;
        try {
            RdbLimits limits = new RdbLimits(1 + random.nextInt(2000), 1 << 28);
            readAll(new RdbReader(Chunks.random(file, 4000, random.nextLong()), limits));
        } catch (RdbFormatException | EOFException expected) {
            bad = true;
        } catch (IOException | RuntimeException | Error unexpected) {
            throw new AssertionError(name + " of " + file.length + " bytes", unexpected);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        // LZF may make 88 bytes of one; then each byte becomes a character of a transcript.
        assertThat(allocated).as(name).isLessThan((4L << 20) + 1000L * file.length);
        return bad;
    }

    private static void readAll(RdbReader reader) throws IOException {
        PayloadConverter converter = new PayloadConverter(TargetFormat.of(false, 3, 0));
        ByteBuilder out = new ByteBuilder(64);
        for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
            if (event != RdbEvent.KEY) {
                continue;
            }
            try {
                if (reader.type() == RdbType.STRING) {
                    reader.stringValue();
                }
                if (reader.isWhole()) {
                    converter.write(reader.type(), reader.value(), out);
                    out.clear();
                }
                reader.streamValue(new CommandEncoder(TargetFormat.of(true, 9, 0), ignored -> {}));
            } catch (UnsupportedValueException expected) {
                if (!reader.isWhole()) {
                    return;
                }
            }
        }
    }

    static byte[] damage(byte[] file, Random random) {
        byte[] damaged = file.clone();
        int times = 1 + random.nextInt(3);
        for (int time = 0; time < times; time++) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(5)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                case 2 -> damaged = Arrays.copyOf(damaged, Math.max(1, at));
                case 3 -> {
                    byte[] huge = HUGE[random.nextInt(HUGE.length)];
                    int count = Math.min(huge.length, damaged.length - at);
                    System.arraycopy(huge, 0, damaged, at, count);
                }
                default -> {
                    int count = Math.min(random.nextInt(20), damaged.length - at);
                    int from = random.nextInt(damaged.length - count + 1);
                    System.arraycopy(damaged.clone(), from, damaged, at, count);
                }
            }
        }
        return damaged;
    }

    private static byte[] redisFile() {
        RdbBytes file = RdbBytes.file("REDIS0014").raw(250).strings("redis-ver", "8.8");
        file.raw(254).number(0).raw(251).number(9).number(1);
        common(file);
        file.raw(243).number(1).raw(1, 2, 3, 4).number(5).string("m").raw(0);
        file.key(22, "h").number(1).number(88).strings("f", "v");
        file.key(23, "hp").string(RdbBytes.listpack("a", "1", 77));
        file.key(24, "h").fixed(5, 8).number(2).number(0).strings("f", "v");
        file.number(3).strings("g", "w");
        file.key(25, "hp").fixed(5, 8).string(RdbBytes.listpack("a", "1", 77));
        file.key(26, "s").raw(RdbBytes.stream(4, 0).bytes());
        file.key(27, "s").raw(RdbBytes.stream(5, 0).bytes());
        file.key(28, "a").number(2).number(1).number(4).number(0).number(1).fixed(9, 8);
        file.number(1).number(3).string("text");
        return file.end();
    }

    private static byte[] valkeyFile() {
        RdbBytes file = RdbBytes.file("VALKEY080");
        file.raw(243).string("j".repeat(40)).number(1).number(0).number(9);
        common(file);
        file.key(22, "h").number(1).strings("f", "v").fixed(77, 8);
        return file.end();
    }

    private static void common(RdbBytes file) {
        List<Object> words = new ArrayList<>(List.of("a", "1", "b", 2, "c", "3.5"));
        file.raw(252).fixed(1 << 30, 8).key(0, "k").string("value").raw(0, 0xc0, 5, 0xc1, 5, 6);
        file.key(0, "lzf").raw(0xc3, 6, 12, 1, 'a', 'b', 0xe0, 1, 1);
        file.key(1, "l").number(2).strings("x", "y").key(2, "s").number(2).strings("x", "y");
        file.key(3, "z").number(2).string("m").raw(3).text("1.5").string("i").raw(254);
        file.key(4, "h").number(1).strings("f", "v").key(5, "z").number(1).string("m").fixed(0, 8);
        file.key(7, "mod").raw(RdbBytes.module(0x1234567).bytes());
        file.key(9, "zm").string(new byte[] {1, 1, 'a', 1, 0, 'b', -1});
        file.key(10, "l").string(RdbBytes.ziplist(words.toArray()));
        byte[] intset = new RdbBytes().fixed(2, 4).fixed(2, 4).fixed(1, 2).fixed(9, 2).bytes();
        file.key(11, "s").string(intset);
        file.key(12, "z").string(RdbBytes.ziplist("m", 1, "n", "2.5"));
        file.key(13, "h").string(RdbBytes.ziplist(words.toArray()));
        file.key(14, "l").number(1).string(RdbBytes.ziplist(words.toArray()));
        file.key(15, "st").raw(RdbBytes.stream(1, 0).bytes());
        file.key(16, "h").string(RdbBytes.listpack(words.toArray()));
        file.key(17, "z").string(RdbBytes.listpack("m", 1, "n", "2.5"));
        file.key(18, "l").number(2).number(1).string("plain").number(2);
        file.string(RdbBytes.listpack(words.toArray()));
        file.key(19, "st").raw(RdbBytes.stream(2, 0).bytes());
        file.key(20, "s").string(RdbBytes.listpack(words.toArray()));
        file.key(21, "st").raw(RdbBytes.stream(3, 0).bytes());
    }
}
