package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RandomTest;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Random streams through one batch, merged, cut, with commands taken out: what is on the wire is
/// what the stream said, in its databases, and the checkpoint stands where it may.
class BatchSimTest {
    private static final int ROUNDS_A_SEED = 50;
    private static final String ID = "a".repeat(40);

    @RandomTest(seeds = 60)
    void aBatchSaysWhatTheStreamSaid(long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < ROUNDS_A_SEED; i++) {
            BatchSimulation simulation = new BatchSimulation(seeds.split());
            simulation.fill();
            simulation.requireWhole();
        }
    }

    @RandomTest(seeds = 60)
    void aCutBatchEndsAtTheLastPlaceWhereACheckpointMayStand(long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < ROUNDS_A_SEED; i++) {
            BatchSimulation simulation = new BatchSimulation(seeds.split());
            simulation.fill();
            simulation.cutAndRequire();
        }
    }

    @RandomTest(seeds = 60)
    void aBatchWithoutARefusedCommandIsElseTheSame(long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < ROUNDS_A_SEED; i++) {
            BatchSimulation simulation = new BatchSimulation(seeds.split());
            simulation.fill();
            simulation.removeAndRequire();
        }
    }

    @Test
    void aCheckpointIsReadAsItWasWritten() {
        SplittableRandom numbers = new SplittableRandom(7);
        for (int i = 0; i < 1_000; i++) {
            Checkpoint written =
                    new Checkpoint(
                            numbers.nextLong(10_000_000_000_000_000L),
                            numbers.nextBoolean()
                                    ? Checkpoint.Phase.SNAPSHOT
                                    : Checkpoint.Phase.STREAMING,
                            numbers.nextLong(Long.MAX_VALUE),
                            numbers.nextInt(100_000),
                            Long.toHexString(numbers.nextLong()).concat(ID).substring(0, 40),
                            numbers.nextLong(10_000_000_000_000L));
            byte[] text = written.encode();
            assertThat(Checkpoint.decode(text)).isEqualTo(written);
            assertThat(new String(text, ISO_8859_1)).hasSize(Checkpoint.LENGTH);
            int[] places = {
                0, Checkpoint.GENERATION_AT, Checkpoint.PHASE_AT, Checkpoint.OFFSET_AT + 3
            };
            text[places[i % places.length]] = 'x';
            assertThat(Checkpoint.decode(text)).isNull();
        }
    }
}
