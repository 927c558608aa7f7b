package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

final class RdbMemoryTest {
    private static final int KEYS = 50_000;

    /// The reader's own buffer and objects, which it takes once.
    private static final long ONCE = 1 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void allocatesNothingPerKey() throws IOException {
        RdbBytes file = RdbBytes.file("REDIS0011");
        for (int i = 0; i < KEYS; i++) {
            file.raw(252).fixed(i, 8).key(0, "string " + i).raw(0xc1).fixed(i, 2);
            file.key(4, "hash " + i).number(2).strings("a", "b", "c", "d");
        }
        byte[] bytes = file.end();
        walk(bytes);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        long keys = walk(bytes);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(keys).isEqualTo(2 * KEYS);
        assertThat(allocated).isLessThan(ONCE);
    }

    private static long walk(byte[] bytes) throws IOException {
        RdbReader reader = new RdbReader(Chunks.of(bytes), RdbLimits.DEFAULT);
        long keys = 0;
        for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
            if (event == RdbEvent.KEY) {
                keys += reader.key().length > 0 ? 1 : 0;
                if (reader.type() == RdbType.STRING) {
                    reader.stringValue();
                } else {
                    reader.value();
                }
            }
        }
        return keys;
    }

    @Test
    void takesNoMemoryForALengthThatIsOnlyDeclared() {
        byte[] bytes =
                RdbBytes.file("REDIS0011").key(0, "k").number(1 << 30).text("ten bytes.").bytes();

        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> walk(bytes))
                .withMessage(
                        "RDB position 31: the input ended where at least 1073741814 more bytes must"
                                + " follow");

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(ONCE);
    }

    @Test
    void aLargeStringTakesLittleMoreThanItsSize() throws IOException {
        byte[] bytes = RdbBytes.file("REDIS0011").key(0, "large").string(new byte[40 << 20]).end();

        long before = THREADS.getCurrentThreadAllocatedBytes();
        walk(bytes);

        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(60 << 20);
    }

    @Test
    void readsAStringOfManyMegabytesAndThenSmallOnes() throws IOException {
        byte[] large = new byte[20 << 20];
        large[large.length - 1] = 1;
        byte[] bytes =
                RdbBytes.file("REDIS0011")
                        .key(0, "large")
                        .string(large)
                        .key(0, "small")
                        .string("s")
                        .end();
        RdbReader reader = new RdbReader(Chunks.random(bytes, 1 << 20, 1), RdbLimits.DEFAULT);

        reader.next();
        assertThat(reader.stringValue().toBytes()).isEqualTo(large);
        reader.next();
        assertThat(reader.stringValue()).hasToString("s");
        assertThat(reader.next()).isEqualTo(RdbEvent.END);
    }
}
