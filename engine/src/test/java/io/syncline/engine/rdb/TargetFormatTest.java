package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TargetFormatTest {
    @ParameterizedTest
    @CsvSource({
        "false, 2, 8, 6",
        "false, 3, 0, 6",
        "false, 3, 2, 7",
        "false, 4, 0, 8",
        "false, 5, 0, 9",
        "false, 6, 2, 9",
        "false, 7, 0, 10",
        "false, 7, 2, 11",
        "false, 7, 4, 12",
        "false, 8, 0, 12",
        "false, 8, 4, 12",
        "false, 8, 6, 13",
        "false, 8, 8, 14",
        "true, 7, 2, 11",
        "true, 8, 1, 11",
        "true, 9, 0, 80",
        "true, 9, 1, 80"
    })
    void knowsTheVersionOfEveryServer(boolean valkey, int major, int minor, int version) {
        TargetFormat format = TargetFormat.of(valkey, major, minor);

        assertThat(format.version()).isEqualTo(version);
        assertThat(format.acceptsVersion(version)).isTrue();
        assertThat(format.acceptsVersion(version + 1)).isFalse();
        assertThat(format.knows(RdbType.STRING)).isTrue();
    }

    @Test
    void valkey9RefusesTheVersionsOfRedisAfterTheParting() {
        TargetFormat valkey = TargetFormat.of(true, 9, 0);

        assertThat(valkey.acceptsVersion(11)).isTrue();
        assertThat(valkey.acceptsVersion(12)).isFalse();
        assertThat(valkey.acceptsVersion(79)).isFalse();
    }

    @Test
    void theOldestServersTakeTheirOwnVersionOnly() {
        assertThat(TargetFormat.of(false, 2, 8).acceptsVersion(5)).isFalse();
        assertThat(TargetFormat.of(false, 3, 2).acceptsVersion(6)).isTrue();
    }

    @Test
    void type22IsNotTheSameInBothFamilies() {
        assertThat(TargetFormat.of(true, 9, 0).knows(RdbType.HASH_VALKEY)).isTrue();
        assertThat(TargetFormat.of(true, 9, 0).knows(RdbType.HASH_EXPIRY_PRE_GA)).isFalse();
        assertThat(TargetFormat.of(false, 8, 0).knows(RdbType.HASH_VALKEY)).isFalse();
        assertThat(TargetFormat.of(false, 8, 0).knows(RdbType.HASH_EXPIRY_PRE_GA)).isTrue();
    }

    @Test
    void refusesWhatIsNoServerVersion() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TargetFormat.of(false, 1, 2))
                .withMessage("server version is 1.2; it must be 2.6 or later");
    }
}
