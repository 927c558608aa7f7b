package io.syncline.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeapPaceTest {
    private static final long MB = 1L << 20;

    @Test
    void littleIsLeftToTheCollector() {
        assertThat(HeapPace.isDue(90 * MB, 0)).isFalse();
        assertThat(HeapPace.isDue(170 * MB, 80 * MB)).isFalse();
    }

    @Test
    void itIsDueWhenWhatIsInUseHasDoubledOrGrownByMuch() {
        assertThat(HeapPace.isDue(100 * MB, 0)).isTrue();
        assertThat(HeapPace.isDue(190 * MB, 80 * MB)).isTrue();
        assertThat(HeapPace.isDue(900 * MB, 500 * MB)).isFalse();
        assertThat(HeapPace.isDue(1_100 * MB, 500 * MB)).isTrue();
    }

    /// No collector would look for it by itself while nothing more is asked for.
    @Test
    void whatNobodyNeedsIsGivenBack() {
        WeakReference<byte[]> large = new WeakReference<>(new byte[(int) (400 * MB)]);
        HeapPace.start();
        Await.until("the array is gone", Duration.ofSeconds(20), () -> large.get() == null);
    }
}
