package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SentinelIT {
    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void replacesAPrimaryThatDies(ServerBinary binary) {
        try (RedisServer primary = RedisServer.start(binary);
                RedisServer replica =
                        RedisServer.builder().binary(binary).replicaOf(primary).start()) {
            // A sentinel asks each replica every 10 s only how it is; let the first answer be good.
            replica.awaitReplicaOf(primary, Duration.ofSeconds(20));
            takesOver(primary, replica);
        }
    }

    private static void takesOver(RedisServer primary, RedisServer replica) {
        try (Sentinel sentinel = Sentinel.start("main", primary, 1)) {
            assertThat(sentinel.primary().port()).isEqualTo(primary.port());

            primary.kill();

            Endpoint now = sentinel.awaitOtherThan(primary.endpoint());
            assertThat(now.port()).isEqualTo(replica.port());
        }
    }
}
