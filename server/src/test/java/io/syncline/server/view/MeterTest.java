package io.syncline.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.LinkStatus.Shard;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeterTest {
    @Test
    void measuresOverTheLastSecondsOnly() {
        Meter meter = new Meter();
        Progress progress = measure(meter, 0, 0);
        assertThat(progress.totalRates().keys()).isZero();

        for (int second = 1; second <= 10; second++) {
            progress = measure(meter, second, second * 100L);
        }
        assertThat(progress.totalRates().keys()).isEqualTo(100);

        for (int second = 11; second <= 14; second++) {
            progress = measure(meter, second, 1_000);
        }
        assertThat(progress.totalRates().keys()).isZero();
    }

    @Test
    void aSecondSnapshotThatBeginsAnewGivesNoNegativeRate() {
        Meter meter = new Meter();
        measure(meter, 0, 5_000);

        assertThat(measure(meter, 1, 10).totalRates().keys()).isEqualTo(10);
    }

    private static Progress measure(Meter meter, long second, long keys) {
        Shard shard = Samples.snapshot(0, 0, -1, keys, -1);
        return meter.measure(Duration.ofSeconds(second), new LinkStatus(List.of(shard), ""));
    }
}
