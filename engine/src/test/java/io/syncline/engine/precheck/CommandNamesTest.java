package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandNamesTest {
    @ParameterizedTest
    @CsvSource({"sett,set", "hdle,hdel", "flushal,flushall", "json.sett,json.set", "mymod.doit,"})
    void theNearestNameIsAFewEditsAway(String name, String nearest) {
        assertThat(CommandNames.nearest(name)).isEqualTo(nearest);
    }
}
