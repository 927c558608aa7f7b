package io.syncline.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0 B",
                "1023|1023 B",
                "1024|1.0 KB",
                "50646220|48.3 MB",
                "1048570|1.0 MB",
                "107374182400|100 GB",
            })
    void writesBytesInTheUnitThatFits(long bytes, String text) {
        assertThat(Numbers.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0 ms",
                "99|99 ms",
                "100|0.1 s",
                "9949|9.9 s",
                "59400|59 s",
                "72000|1 min 12 s",
                "3600000|1 h",
                "11100000|3 h 5 min",
                "187200000|2 d 4 h",
            })
    void writesDurationsInAtMostTwoUnits(long millis, String text) {
        assertThat(Numbers.duration(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void roundsRatesToThreeDigitsAndCountsNever() {
        assertThat(Numbers.rate(12_345)).isEqualTo("12,300");
        assertThat(Numbers.rate(999.4)).isEqualTo("999");
        assertThat(Numbers.rate(0.4)).isEqualTo("0");
        assertThat(Numbers.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Numbers.count(1, "key")).isEqualTo("1 key");
    }
}
