package io.syncline.engine.twoway;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.twoway.SimSite.Violation;
import io.syncline.engine.twoway.SlotWorld.Options;
import io.syncline.testkit.RandomTest;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/// Thousands of worlds of clusters through the real core: slots with pairs of their own over the
/// streams of several nodes, restarts from floors. None may diverge, lose or double a write, loop,
/// or keep anything at rest.
///
/// More worlds: `-Dtwoway.worlds=1000000`, in each test.
class SlotSimTest {
    private static final int WORLDS = Integer.getInteger("twoway.worlds", 1_000);

    private static void run(long seed, GuardPolicy guard, boolean deletesYield) {
        SimTally tally = new SimTally();
        for (int i = 0; i < WORLDS; i++) {
            runOne(seed + i, options(guard, deletesYield, i % 2 == 1), tally);
        }
        System.out.println(tally);
        assertThat(tally.unfollowed)
                .as("worlds in which it gave up")
                .isLessThan(10 + WORLDS / 100L);
    }

    private static Options options(GuardPolicy guard, boolean deletesYield, boolean holds) {
        return new Options(
                EnumSet.complementOf(EnumSet.of(Rule.COVER)), guard, deletesYield, holds);
    }

    private static void runOne(long seed, Options options, SimTally tally) {
        try {
            new SlotWorld(seed, options, tally).run();
        } catch (Unfollowed e) {
            tally.unfollowed++;
        } catch (Violation | IllegalStateException | IllegalArgumentException e) {
            throw new AssertionError("world " + seed + " of " + options + ": " + e.getMessage(), e);
        }
    }

    /// A slot without keys moves while the first copy runs, the primary that had it is flushed, and
    /// the copy writes to the other one.
    @Test
    void aFlushIsNotTakenForOneOfASlotThatHadGone() {
        runOne(1_905_857_371, options(PairSimTest.BLIND_AFTER_THREE, true, false), new SimTally());
    }

    /// A slot without keys moves away, is written, and moves back without keys.
    @Test
    void whatAPrimaryWroteThatHadTheSlotBetweenTwoMovesIsNotLost() {
        runOne(880_032_442, options(PairSimTest.BLIND_AFTER_THREE, true, false), new SimTally());
        runOne(1_234_754_853, options(PairSimTest.NEVER, true, true), new SimTally());
    }

    /// A slot moves back, and users make new keys where it goes before the first of its keys comes.
    @Test
    void whatIsWrittenBeforeTheFirstKeyComesBackIsOfThatStint() {
        runOne(940_024_824, options(PairSimTest.BLIND_AFTER_THREE, true, false), new SimTally());
        runOne(940_018_423, options(PairSimTest.BLIND_AFTER_THREE, true, true), new SimTally());
    }

    /// The end of a job stands in a stream that has no room, for what waits of the job's own slot.
    @Test
    void whatWaitsOfAMovingSlotTakesNoRoomFromItsEnd() {
        runOne(960_049_352, options(PairSimTest.BLIND_AFTER_THREE, true, false), new SimTally());
    }

    /// The connection was lost before the answer, and the echo, which tells as well, stands before
    /// the end of the slot's move.
    @Test
    void anEchoOfAMovingSlotIsReadWithoutItsAnswer() {
        runOne(199_287_039, options(PairSimTest.BLIND_AFTER_THREE, true, false), new SimTally());
    }

    /// A record was read behind moves to and fro that the streams had not shown yet.
    @Test
    void aRecordIsOfTheOwnerThatTheNodeWasThen() {
        runOne(920_055_238, options(PairSimTest.NEVER, true, false), new SimTally());
    }

    /// Its expiry is past at the other side before COPY comes, and DEL behind that hides so.
    @Test
    void whatWasMadeOfAKeyThatWasKeptInTimeIsAtBothSites() {
        runOne(2_025_350_280, options(PairSimTest.ALWAYS, false, true), new SimTally());
    }

    @RandomTest(seeds = 1)
    void clustersEndEqualWhenGuarded(long seed) {
        run(seed, PairSimTest.ALWAYS, false);
    }

    @RandomTest(seeds = 1)
    void clustersEndEqualWhenHotKeysGoBlind(long seed) {
        run(seed, PairSimTest.BLIND_AFTER_THREE, true);
    }

    @RandomTest(seeds = 1)
    void clustersEndEqualWithoutAnyGuard(long seed) {
        run(seed, PairSimTest.NEVER, true);
    }
}
