package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @Test
    void returnsAsSoonAsTheConditionHolds() {
        AtomicInteger looked = new AtomicInteger();

        Await.until("three looks", Duration.ofSeconds(10), () -> looked.incrementAndGet() == 3);

        assertThat(looked).hasValue(3);
    }

    @Test
    void saysWhatWasAwaitedAndWhatWasSeenLast() {
        assertThatThrownBy(() -> Await.value("more", SHORT, () -> 41, value -> value > 41))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("waited 0\\.0 s for: more; last seen: 41");
    }

    @Test
    void aConditionMayFailForAWhileAndItsLastFailureIsTold() {
        assertThatThrownBy(() ->
                        Await.until(
                                "a server",
                                SHORT,
                                () -> {
                                    throw new IllegalStateException("not yet");
                                }))
                .hasMessageContaining("last seen: java.lang.IllegalStateException: not yet")
                .hasCauseInstanceOf(IllegalStateException.class);
    }
}
