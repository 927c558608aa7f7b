package io.syncline.engine.twoway;

import io.syncline.engine.twoway.SimSite.Violation;
import io.syncline.engine.twoway.SimWorld.Options;
import io.syncline.engine.twoway.SimWorld.Profile;
import io.syncline.engine.twoway.SimWorld.Source;
import io.syncline.testkit.RandomTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Thousands of worlds through the real core: none may diverge, lose or double a write, loop, or
/// call writes a conflict that one of them had seen.
///
/// More worlds: `-Dtwoway.worlds=1000000`, in each test.
class PairSimTest {
    private static final int WORLDS = Integer.getInteger("twoway.worlds", 5_000);

    static final GuardPolicy ALWAYS =
            new GuardPolicy(GuardPolicy.Mode.ALWAYS, Integer.MAX_VALUE, 0);
    static final GuardPolicy BLIND_AFTER_THREE = new GuardPolicy(GuardPolicy.Mode.ALWAYS, 3, 0);
    static final GuardPolicy CONTENDED = new GuardPolicy(GuardPolicy.Mode.CONTENDED, 3, 1_000);
    static final GuardPolicy NEVER = new GuardPolicy(GuardPolicy.Mode.NEVER, 3, 0);

    private static Options options(GuardPolicy guard, boolean deletesYield, int jitter) {
        boolean strict = guard.equals(ALWAYS);
        return new Options(Rule.ALL, guard, deletesYield, null, jitter, 0, strict);
    }

    private static Options expiring(GuardPolicy guard) {
        return new Options(Rule.ALL, guard, true, Profile.TTL, 0, 0, false);
    }

    private static void run(long seed, Options options) {
        SimTally tally = new SimTally();
        for (int i = 0; i < WORLDS; i++) {
            runOne(seed + i, i % 2 == 0 ? options : options.holding(), tally);
        }
        System.out.println(tally);
    }

    private static void runOne(long seed, Options options, SimTally tally) {
        try {
            new SimWorld(seed, options, tally).run();
        } catch (Violation | IllegalStateException | IllegalArgumentException e) {
            throw new AssertionError("world " + seed + " of " + options + ": " + e.getMessage(), e);
        }
    }

    @RandomTest(seeds = 1)
    void sitesEndEqualAndTheLaterWriteWinsWhenGuarded(long seed) {
        run(seed, options(ALWAYS, false, 0));
    }

    @RandomTest(seeds = 1)
    void sitesEndEqualWhenHotKeysGoBlindAndTimesAreWrong(long seed) {
        run(seed, options(BLIND_AFTER_THREE, true, 150));
    }

    @RandomTest(seeds = 1)
    void sitesEndEqualWhenOnlyContendedKeysAreGuarded(long seed) {
        run(seed, options(CONTENDED, true, 0));
    }

    /// What one site does not know is copied, with what others made of it.
    @RandomTest(seeds = 1)
    void sitesEndEqualWhenOneRefusesCommands(long seed) {
        run(seed, options(NEVER, true, 0).from(Source.REFUSES));
    }

    /// Servers before 7.0 tell an expiry as a time from now, which comes late: read again after a
    /// crash it comes later still.
    @RandomTest(seeds = 1)
    void sitesEndEqualWhenExpiriesComeLate(long seed) {
        run(seed, expiring(CONTENDED).from(Source.RELATIVE));
    }

    @RandomTest(seeds = 1)
    void sitesEndEqualWhenCommandsGoFromOneDatabaseToAnother(long seed) {
        run(seed, new Options(Rule.ALL, ALWAYS, true, Profile.ACROSS, 0, 0, false));
    }

    /// DEL k and SET k with an expiry in one transaction, the expiry past at the other site.
    @ParameterizedTest
    @ValueSource(longs = {1919216953, 501440, 523099})
    void worldsThatOnceEndedBadlyEndEqual(long seed) {
        runOne(seed, options(CONTENDED, true, 0), new SimTally());
    }

    /// A key that a command computed of a crossing one, its copy held back, and two crashes.
    @ParameterizedTest
    @ValueSource(longs = {24216880, 700010494, 700040598})
    void aConflictThatCameOfAnotherIsFoundAgain(long seed) {
        runOne(seed, options(CONTENDED, true, 0).holding(), new SimTally());
    }

    /// A copy whose expiry was past at its destination, between two units of one transaction.
    @Test
    void aKeyThatVanishesInItsOwnCopyIsGoneAtBothSites() {
        runOne(1718615965, options(BLIND_AFTER_THREE, true, 150), new SimTally());
    }

    /// A RENAME that was applied before a crash, over a key that the other site had written unseen.
    @Test
    void aCommandThatIsReadAgainTakesItsOtherKeysAlong() {
        runOne(876596550, options(NEVER, true, 0), new SimTally());
    }

    @RandomTest(seeds = 1)
    void sitesEndEqualWithoutAnyGuard(long seed) {
        run(seed, options(NEVER, true, 0));
    }
}
