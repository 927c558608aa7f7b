package io.syncline.engine.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Crc64Test {
    @Test
    void givesTheCheckValueOfTheCrc() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc64.update(0, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void equalsTheBitwiseDefinitionForEveryLengthOffsetAndCut() {
        byte[] bytes = new byte[200];
        new Random(64).nextBytes(bytes);
        for (int offset = 0; offset < 20; offset++) {
            for (int length = 0; offset + length <= bytes.length; length++) {
                long expected = bitwise(bytes, offset, length);
                assertThat(Crc64.update(0, bytes, offset, length)).isEqualTo(expected);
                int cut = length / 3;
                long first = Crc64.update(0, bytes, offset, cut);
                assertThat(Crc64.update(first, bytes, offset + cut, length - cut))
                        .isEqualTo(expected);
            }
        }
    }

    private static long bitwise(byte[] bytes, int offset, int length) {
        long crc = 0;
        for (int at = offset; at < offset + length; at++) {
            crc ^= bytes[at] & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ Long.reverse(0xad93d23594c935a9L) : crc >>> 1;
            }
        }
        return crc;
    }
}
