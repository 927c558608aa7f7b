package io.syncline.engine.etl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPatternTest {
    /// As `KEYS` of Redis 7.0 answers.
    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource(
            delimiter = ' ',
            value = {
                "* user:1 true",
                "user:* user:1 true",
                "user:* user: true",
                "user:* order:1 false",
                "user:? user:12 false",
                "*:*:c a:b:c true",
                "*:*:c a:b:d false",
                "a**c abbc true",
                "[a-c]x bx true",
                "[c-a]x bx true",
                "[^a-c]x bx false",
                "[^a-c]x dx true",
                "a[bc acx false",
                "a[bc ac true",
                "a\\*c a*c true",
                "a\\*c abc false",
                "a\\,c a,c true",
                "[\\]]x ]x true",
                "abc ab false",
                "ab abc false",
                "*a*a*a*a*b aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa false"
            })
    void fitsAsTheServerSays(String pattern, String key, boolean fits) {
        assertThat(new KeyPattern(pattern).fits(key.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(fits);
    }
}
