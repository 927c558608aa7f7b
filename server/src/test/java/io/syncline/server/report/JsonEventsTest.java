package io.syncline.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkEvent.Side;
import io.syncline.engine.link.Phase;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Progress.Rates;
import io.syncline.server.view.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JsonEventsTest {
    private static final Instant TIME = Instant.parse("2026-11-22T10:00:00Z");
    private static final String HEAD = "{\"time\":\"2026-11-22T10:00:00.000Z\",\"event\":\"";

    private final JsonEvents events = new JsonEvents("orders");

    @Test
    void eachEventIsOneLineWithTimeEventAndTask() {
        LinkEvent entered =
                new LinkEvent.PhaseEntered(0, "10.0.0.1:6379", Phase.STREAMING, true, "a\nb \"c\"");

        assertThat(text(events.event(TIME, entered)))
                .isEqualTo(
                        HEAD
                                + "phase\",\"task\":\"orders\",\"shard\":0,"
                                + "\"source\":\"10.0.0.1:6379\",\"phase\":\"streaming\","
                                + "\"resumed\":true,\"reason\":\"a\\nb \\\"c\\\"\"}\n");
    }

    @Test
    void anErrorSaysCodeBlamePlaceReasonAndRemedy() {
        Failure failure = new Failure(ErrorCode.NOT_AUTHENTICATED, "a:1", "wrong", "Give it");

        assertThat(text(events.error(TIME, failure)))
                .isEqualTo(
                        HEAD
                                + "error\",\"task\":\"orders\",\"code\":\"NOT_AUTHENTICATED\","
                                + "\"blame\":\"user\",\"place\":\"a:1\",\"reason\":\"wrong\","
                                + "\"remedy\":\"Give it\"}\n");
    }

    @Test
    void retryingSaysHowLongAndHowMuchLonger() {
        LinkEvent event =
                new LinkEvent.Retrying(
                        1,
                        Side.TARGET,
                        "b:2",
                        4,
                        Duration.ofSeconds(12),
                        Duration.ofHours(12),
                        "refused");

        assertThat(text(events.event(TIME, event)))
                .endsWith(
                        "\"shard\":1,\"side\":\"target\",\"place\":\"b:2\",\"count\":4,"
                                + "\"elapsedMillis\":12000,\"limitMillis\":43200000,"
                                + "\"until\":\"2026-11-22T21:59:48.000Z\",\"reason\":\"refused\","
                                + "\"remedy\":\"Bring back the target, or the network to it; the"
                                + " task then goes on by itself\"}\n");
    }

    @Test
    void progressLeavesOutWhatIsNotKnown() {
        Progress progress = Samples.progress(Rates.NONE, Samples.snapshot(0, 50, 100, 3, -1));
        String text = text(events.progress(TIME, progress));

        assertThat(text)
                .contains("\"phase\":\"snapshot\",\"percent\":50.0,\"keys\":3,\"snapshotBytes\":50")
                .contains("\"shards\":[{\"index\":0,\"source\":\"10.0.0.1:6379\"")
                .doesNotContain(":-1")
                .doesNotContain("keysTotal")
                .doesNotContain("lagMillis");
        assertThat(text.strip()).doesNotContain("\n");
    }

    @Test
    void endedSaysOutcomeExitCodeAndTotals() {
        Progress last = Samples.progress(Rates.NONE, Samples.streaming(0, 0, 1));

        assertThat(text(events.ended(TIME, Ending.Kind.INTERRUPTED, 130, last)))
                .startsWith(
                        HEAD
                                + "ended\",\"task\":\"orders\",\"outcome\":\"interrupted\","
                                + "\"exitCode\":130,\"elapsedMillis\":72000,\"phase\":\"streaming\"")
                .contains("\"commands\":1200345");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
