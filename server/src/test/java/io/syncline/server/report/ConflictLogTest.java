package io.syncline.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.LatchCause;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConflictLogTest {
    @Test
    void aConflictIsOneLineWithKeyTimesAndWinner() {
        Resolution resolution =
                new Resolution(
                        new KeyId(3, "a\nb".getBytes(StandardCharsets.UTF_8)),
                        LatchCause.CONFLICT,
                        1_000,
                        Resolution.NO_WRITE,
                        Site.SOURCE);
        Instant time = Instant.parse("2026-11-22T10:00:00Z");
        byte[] line = ConflictLog.line(time, resolution, ConflictLog.UNNUMBERED);
        byte[] counted = ConflictLog.line(time, resolution, 7);

        assertThat(new String(line, StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"time\":\"2026-11-22T10:00:00.000Z\",\"event\":\"conflict\","
                                + "\"database\":3,\"key\":\"a\\nb\",\"cause\":\"conflict\","
                                + "\"sourceTime\":\"1970-01-01T00:00:01.000Z\","
                                + "\"winner\":\"source\"}\n");
        assertThat(new String(counted, StandardCharsets.UTF_8))
                .contains("\"event\":\"conflict\",\"number\":7,\"database\":3");
    }

    @Test
    void aKeyThatIsNoTextIsToldByteForByte() {
        Resolution resolution =
                new Resolution(
                        new KeyId(0, new byte[] {(byte) 0xff, 'a'}),
                        LatchCause.CONFLICT,
                        1_000,
                        2_000,
                        Site.TARGET);
        byte[] line = ConflictLog.line(Instant.EPOCH, resolution, ConflictLog.UNNUMBERED);

        assertThat(new String(line, StandardCharsets.UTF_8))
                .contains("\"keyBase64\":\"/2E=\",\"cause\":\"conflict\"");
    }
}
