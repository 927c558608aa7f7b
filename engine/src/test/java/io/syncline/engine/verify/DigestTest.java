package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.verify.Digest.Sum;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DigestTest {
    /// Key 00..0f as two little-endian words.
    private static final Digest REFERENCE = new Digest(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @Test
    void agreesWithTheReferenceImplementation() {
        // vectors.h of the reference implementation, vectors_sip128[0] and [15].
        assertThat(REFERENCE.twin().sum())
                .isEqualTo(new Sum(0x930255c71472f66dL, 0xe6a825ba047f81a3L));
        byte[] fifteen = new byte[15];
        for (int i = 0; i < fifteen.length; i++) {
            fifteen[i] = (byte) i;
        }
        assertThat(REFERENCE.twin().add(fifteen).sum())
                .isEqualTo(new Sum(0xd9c3cf970fec087eL, 0x11a8b03399e99354L));
    }

    @Test
    void piecesDoNotMatter() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] bytes = new byte[1_000];
        random.nextBytes(bytes);
        Sum whole = REFERENCE.twin().add(bytes).sum();

        Digest digest = REFERENCE.twin();
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, random.nextInt(20));
            digest.add(bytes, at, count);
            at += count;
        }

        assertThat(digest.sum()).isEqualTo(whole);
    }

    @Test
    void aSumOfSumsIsTheSameInEveryOrder() {
        Sum one = REFERENCE.twin().add("one".getBytes(StandardCharsets.UTF_8)).sum();
        Sum two = REFERENCE.twin().add("two".getBytes(StandardCharsets.UTF_8)).sum();
        Sum most = new Sum(-1, -1);

        assertThat(one.plus(two).plus(most)).isEqualTo(most.plus(two).plus(one));
        assertThat(one.plus(two)).isNotEqualTo(one.plus(one));
    }
}
