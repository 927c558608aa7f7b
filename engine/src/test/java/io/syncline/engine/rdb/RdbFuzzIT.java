package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Damaged snapshots of real servers.
final class RdbFuzzIT {
    private static final int ROUNDS = 60;

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void endsDamagedSnapshotsWithItsOwnExceptions(ServerBinary binary) throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("RdbFuzzIT " + binary + " -Dseed=" + seed);
        Random random = new Random(seed);
        byte[] file;
        try (RedisServer server = RedisServer.start(binary)) {
            RdbSamples.fill(server);
            file = RdbSamples.save(server);
        }
        int bad = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = RdbFuzzTest.damage(file, random);
            if (RdbFuzzTest.endsBadly(damaged, random, "round " + round + " of -Dseed=" + seed)) {
                bad++;
            }
        }
        // Damage that nothing else finds, the checksum finds: only a copy of equal bytes is none.
        assertThat(bad).isGreaterThan(ROUNDS * 8 / 10);
    }
}
