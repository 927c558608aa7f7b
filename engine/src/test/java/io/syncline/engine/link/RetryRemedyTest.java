package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.LinkEvent.Side;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The server's words, also behind ours, tell what to do.
class RetryRemedyTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OOM command not allowed when used memory > 'maxmemory'.|Raise maxmemory",
                "READONLY You can't write against a read only replica.|REPLICAOF NO ONE",
                "MISCONF Errors writing to the AOF file: No space left on device|make room there",
                "ERR max number of clients reached|Raise maxclients",
                "the target refuses the account: WRONGPASS invalid|with the new password",
                "the server asks for a password and none was given|Give the account its password",
                "slot 3 is on its way to another node and waits: TRYAGAIN Multiple|moves of slots",
                "Connection refused|Bring back the target, or the network to it"
            })
    void wordsOfTheServerTellWhatToDo(String reason, String remedy) {
        assertThat(remedy(Side.TARGET, reason))
                .contains(remedy)
                .endsWith("; the task then goes on by itself");
    }

    private static String remedy(Side side, String reason) {
        return new LinkEvent.Retrying(0, side, "b:2", 1, Duration.ZERO, Duration.ofHours(1), reason)
                .remedy();
    }

    @Test
    void theSideIsNamed() {
        assertThat(remedy(Side.SOURCE, "LOADING Redis is loading the dataset in memory"))
                .isEqualTo(
                        "Wait until the source has loaded its data; the task then goes on by itself");
    }
}
