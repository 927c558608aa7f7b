package io.syncline.engine.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ByteSliceTest {
    @Test
    void showsEveryNumberAsItsDecimalText() {
        ByteSlice slice = new ByteSlice();
        for (long value = 1; value > 0; value *= 3) {
            assertThat(slice.setDecimal(value)).hasToString(Long.toString(value));
            assertThat(slice.setDecimal(-value)).hasToString(Long.toString(-value));
        }
        for (long value : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(slice.setDecimal(value)).hasToString(Long.toString(value));
        }
    }

    @Test
    void aKeptCopyOutlivesItsOwner() {
        byte[] owner = "-key-".getBytes(StandardCharsets.US_ASCII);
        ByteSlice slice = new ByteSlice().set(owner, 1, 3).keep();
        owner[2] = 'x';

        assertThat(slice).hasToString("key");
        assertThat(slice.contentEquals("key")).isTrue();
        assertThat(slice.contentEquals("kex")).isFalse();
    }
}
