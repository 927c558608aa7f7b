package io.syncline.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    @ParameterizedTest(name = "{0} after {1} is {2}")
    @CsvSource({
        "every 6h, 2026-11-22T08:00:00Z, 2026-11-22T14:00:00Z",
        "30 2 * * *, 2026-11-22T02:29:59Z, 2026-11-22T02:30:00Z",
        "30 2 * * *, 2026-11-22T02:30:00Z, 2026-11-23T02:30:00Z",
        "*/15 * * * *, 2026-11-22T23:50:00Z, 2026-11-23T00:00:00Z",
        "'0 3 * * 1-5', 2026-11-20T04:00:00Z, 2026-11-23T03:00:00Z",
        "0 3 * * 7, 2026-11-20T04:00:00Z, 2026-11-22T03:00:00Z",
        "0 0 1 1 *, 2026-11-20T04:00:00Z, 2027-01-01T00:00:00Z",
        "0 0 29 2 *, 2026-11-20T04:00:00Z, 2028-02-29T00:00:00Z",
        "'0 12 1,15 * 1', 2026-11-22T08:00:00Z, 2026-11-23T12:00:00Z",
        "'5-10/5 1 * * *', 2026-11-22T01:05:00Z, 2026-11-22T01:10:00Z"
    })
    void saysWhenTheNextTimeIs(String text, Instant after, Instant next) {
        assertThat(Schedule.parse(text).next(after)).isEqualTo(next);
    }

    @Test
    void anEmptyOneIsNever() {
        assertThat(Schedule.parse(" ").next(Instant.EPOCH)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "every 0h", "every 999h", "daily", "* * * *", "60 * * * *", "* 24 * * *",
                "* * 0 * *", "5-1 * * * *", "*/0 * * * *", "0 0 31 2 *", "a * * * *", "1,, * * * *"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Schedule.parse(text))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is not a schedule");
    }
}
