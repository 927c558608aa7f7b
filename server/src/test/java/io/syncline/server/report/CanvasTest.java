package io.syncline.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.server.view.Look;
import org.junit.jupiter.api.Test;

class CanvasTest {
    private static final Look USUAL = new Look(80, 24, true, true);

    @Test
    void theBlockIsDrawnOverItself() {
        assertThat(Canvas.back(0, USUAL, USUAL)).isEmpty();
        assertThat(Canvas.back(12, USUAL, USUAL)).isEqualTo("\r\u001b[12A");
    }

    /// A terminal that becomes larger joins what it had wrapped and shows what it had hidden.
    @Test
    void noOldLineStaysWhereTheTerminalHasAnotherSize() {
        String all = "\u001b[H\u001b[J";

        assertThat(Canvas.back(12, USUAL, new Look(100, 24, true, true))).isEqualTo(all);
        assertThat(Canvas.back(12, USUAL, new Look(80, 10, true, true))).isEqualTo(all);
        assertThat(Canvas.back(0, USUAL, new Look(80, 10, true, true))).isEmpty();
    }
}
