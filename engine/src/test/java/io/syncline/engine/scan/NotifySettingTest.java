package io.syncline.engine.scan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifySettingTest {
    @ParameterizedTest
    @ValueSource(strings = {"AE", "KA", "AKE", "g$lshzxetE", "AKEn"})
    void completeFlagsTellOfEveryChangeSomewhere(String flags) {
        assertThat(NotifySetting.isComplete(flags)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "Ex", "g$lshzxeE", "K$"})
    void othersAreCompletedAndKeepWhatTheyHad(String flags) {
        assertThat(NotifySetting.isComplete(flags)).isFalse();
        String completed = NotifySetting.completed(flags);
        assertThat(completed).startsWith(flags);
        assertThat(NotifySetting.isComplete(completed)).isTrue();
    }

    @Test
    void theOrderOfFlagsAndWhatAStandsForMakeNoDifference() {
        assertThat(NotifySetting.isSame("KxA", "AK")).isTrue();
        assertThat(NotifySetting.isSame("AK", "AE")).isFalse();
        assertThat(NotifySetting.isSame("AKn", "AK")).isFalse();
    }
}
