package io.syncline.server.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.syncline.server.model.Problem;
import io.syncline.server.model.Task.Topology;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TaskSettingsTest {
    @Test
    void aFlagIsTrueOrFalse() {
        assertThat(TaskSettings.checked(Topology.ONE_WAY, Map.of("snapshot-only", "true")))
                .containsEntry("snapshot-only", "true");
        assertThat(TaskSettings.checked(Topology.ONE_WAY, Map.of("snapshot-only", "false")))
                .isEmpty();
        assertThat(refused(Topology.ONE_WAY, "until-caught-up", "yes"))
                .isEqualTo("settings.until-caught-up: 'yes' is neither true nor false");
    }

    @Test
    void theServicesOwnLimitsOfTheRetryTimeAreSaid() {
        for (String wrong : new String[] {"0", "x", "-1", "10.5"}) {
            assertThat(refused(Topology.ONE_WAY, "retry-minutes", wrong))
                    .isEqualTo(
                            "settings.retry-minutes: '"
                                    + wrong
                                    + "' is not a number of minutes from 10 to 1440");
        }
        assertThat(refused(Topology.ONE_WAY, "retry-minutes", "9"))
                .endsWith("9 is not from 10 to 1440");
        assertThat(refused(Topology.ONE_WAY, "retry-other-minutes", "0"))
                .endsWith("'0' is not a number of minutes from 1 to 1440");
    }

    @Test
    void aTwoWayTaskIsToldThatItHasNoClass() {
        assertThat(refused(Topology.TWO_WAY, "instance-class", "micro"))
                .isEqualTo("settings.instance-class: a two-way task has no ceiling of its own");
        assertThat(remedy(Topology.TWO_WAY, "nonsense")).doesNotContain("instance-class");
        assertThat(remedy(Topology.ONE_WAY, "nonsense")).contains("instance-class");
    }

    private static String refused(Topology topology, String key, String value) {
        Problem problem = problem(topology, key, value);
        return problem.place() + ": " + problem.getMessage();
    }

    private static String remedy(Topology topology, String key) {
        return problem(topology, key, "1").remedy();
    }

    private static Problem problem(Topology topology, String key, String value) {
        return catchThrowableOfType(
                Problem.class, () -> TaskSettings.checked(topology, Map.of(key, value)));
    }
}
