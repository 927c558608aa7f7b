package io.syncline.engine.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LzfTest {
    /// "ab" as literals, ten bytes from two back, "c" as literal, three bytes from one back.
    private static final byte[] COMPRESSED = {1, 'a', 'b', (byte) 0xe0, 1, 1, 0, 'c', 0x20, 0};

    private static final String TEXT = "abababababab" + "cccc";

    @Test
    void copiesLiteralsAndRepeatedPatterns() {
        byte[] target = new byte[TEXT.length() + 4];

        int made = Lzf.decompress(COMPRESSED, 0, COMPRESSED.length, target, 2, TEXT.length());

        assertThat(made).isEqualTo(TEXT.length());
        assertThat(new String(target, 2, made, StandardCharsets.US_ASCII)).isEqualTo(TEXT);
        assertThat(target).startsWith(0, 0).endsWith(0, 0);
    }

    @Test
    void refusesEveryOtherLength() {
        byte[] target = new byte[100];
        for (int length = 0; length < target.length; length++) {
            if (length != TEXT.length()) {
                assertThat(Lzf.decompress(COMPRESSED, 0, COMPRESSED.length, target, 0, length))
                        .isEqualTo(Lzf.MALFORMED);
            }
        }
    }

    @Test
    void refusesAnInputThatEndsAnywhereBefore() {
        byte[] target = new byte[TEXT.length()];
        for (int length = 0; length < COMPRESSED.length; length++) {
            assertThat(Lzf.decompress(COMPRESSED, 0, length, target, 0, target.length))
                    .isEqualTo(Lzf.MALFORMED);
        }
    }

    @Test
    void refusesADistanceToBeforeTheOutput() {
        byte[] before = {0, 'a', 0x20, 1};

        assertThat(Lzf.decompress(before, 0, before.length, new byte[10], 2, 4))
                .isEqualTo(Lzf.MALFORMED);
    }
}
