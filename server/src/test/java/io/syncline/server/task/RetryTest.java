package io.syncline.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryTest {
    @Test
    void theSideThatIsAwayIsNamedOnce() {
        Retry met =
                new Retry(
                        "target",
                        "10.0.0.7:6379",
                        2,
                        7,
                        43_200,
                        "the target cannot be reached: Connection refused");

        assertThat(met.reason()).isEqualTo("Connection refused");
        assertThat(met.within(60).reason()).isEqualTo("Connection refused");
    }
}
