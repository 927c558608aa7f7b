package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.testkit.RedisServer;
import org.junit.jupiter.api.Test;

/// Where nobody writes, counting takes the place of the second scan; and nowhere else.
class CountingIT {
    private static void fill(RedisServer server, String last) {
        for (int i = 0; i < 100; i++) {
            server.command("SET", "key:" + i, "value");
        }
        server.command("SET", last, "value");
    }

    private static boolean isScanned(RedisServer server) {
        return server.info("cmdstat_scan").contains("calls=");
    }

    @Test
    void equalSidesThatRestAreScannedOnlyOnce() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, "last");
            fill(target, "last");

            Verifying verifying = Verifying.between(source, target);
            assertThat(verifying.run()).isEqualTo(Verification.Outcome.EQUAL);

            assertThat(verifying.progress().keys()).isEqualTo(101);
            assertThat(verifying.progress().targetKeys()).isEqualTo(101);
            assertThat(isScanned(source)).isTrue();
            assertThat(isScanned(target)).isFalse();
        }
    }

    @Test
    void asManyKeysThatAreOthersAreNoProof() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, "here");
            fill(target, "there");

            Verifying verifying = Verifying.between(source, target);
            verifying.run();

            assertThat(verifying.told())
                    .containsExactly("missing-at-source there", "missing-at-target here");
        }
    }

    @Test
    void aKeyInAnotherDatabaseIsNotCountedForOneThatIsMissing() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, "last");
            fill(target, "last");
            target.command("SELECT", "3");
            target.command("SET", "extra", "value");

            Verifying verifying = Verifying.between(source, target);
            verifying.run();

            assertThat(verifying.told()).containsExactly("missing-at-source extra");
        }
    }

    /// A key of Syncline's own counts at the target, and is none of the comparison.
    @Test
    void aSurplusOfOurOwnIsLookedAt() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            fill(source, "last");
            fill(target, "last");
            target.command("SET", "__syncline:{task}:checkpoint:0", "ours");

            assertThat(Verifying.between(source, target).run())
                    .isEqualTo(Verification.Outcome.EQUAL);
            assertThat(isScanned(target)).isTrue();
        }
    }

    @Test
    void aDatabaseThatASideDoesNotHaveIsNoEmptyOne() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            Verifying verifying = Verifying.between(source, target).database(0, 99);

            assertThat(verifying.run()).isEqualTo(Verification.Outcome.CANNOT_START);
            assertThat(verifying.failures().getFirst().code())
                    .isEqualTo(ErrorCode.TARGET_UNSUITABLE);
            assertThat(verifying.failures().getFirst().reason())
                    .contains("database 99 cannot be selected");
        }
    }
}
