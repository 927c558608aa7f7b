package io.syncline.engine.twoway;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.twoway.SimSite.Violation;
import io.syncline.engine.twoway.SimWorld.Options;
import io.syncline.engine.twoway.SimWorld.Profile;
import io.syncline.engine.twoway.SimWorld.Source;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rule of the core is needed: without it, some world ends badly. The first worlds are those
/// where that was seen; with all rules the same worlds end well.
///
/// After a change of the core or of the simulation a rare one may have to be searched again: a
/// larger number of worlds finds it.
class PairRulesTest {
    static Stream<Arguments> rules() {
        GuardPolicy always = PairSimTest.ALWAYS;
        GuardPolicy never = PairSimTest.NEVER;
        return Stream.of(
                of(Rule.ABSORB_BY_ECHO, always, null, 1, 100),
                of(Rule.COMMUTATION, always, null, 1, 100),
                of(Rule.COVER, always, null, 1, 1_000),
                of(Rule.COPY_WHAT_CANNOT_BE_SENT, always, null, 1, 1_000),
                of(Rule.READ_TO_FENCE_BEFORE_EXEC, always, null, 1, 3_000),
                of(Rule.SETTLE_AT_ECHO, always, null, 200, 3_000),
                of(Rule.EXPIRY_IN_ECHO, always, Profile.TTL, 230, 3_000),
                of(Rule.STICKY_LATCH, never, null, 90, 3_000),
                of(Rule.READ_TO_FENCE_AT_RESTART, always, null, 7_900, 20_000),
                of(Rule.WATCH_EPOCH, never, null, 200, 20_000),
                of(Rule.GLUE, never, Profile.RENAME, 1, 3_000),
                of(Rule.READ_AGAIN_FROM_M, never, null, 240, 3_000),
                of(Rule.READ_WHAT_MAY_BE_VOID, never, Profile.FLUSH, 11_600, 10_000),
                of(Rule.GATE, never, null, 110_860, 20_000),
                of(Rule.KEYS_THAT_ARE_READ, always, Profile.RENAME, 1, 1_000),
                of(Rule.TAINT, always, Profile.RENAME, 3_700, 10_000),
                of(Rule.CAUSE_OUTLASTS, never, Profile.RENAME, 80, 1_000),
                of(Rule.ANSWER_BEFORE_ECHO, always, Profile.RENAME, 2_590, 3_000));
    }

    private static Arguments of(
            Rule rule, GuardPolicy guard, @Nullable Profile profile, int first, int most) {
        EnumSet<Rule> others = EnumSet.allOf(Rule.class);
        others.remove(rule);
        boolean strict = guard.equals(PairSimTest.ALWAYS);
        boolean holds = rule == Rule.CAUSE_OUTLASTS;
        Source source = rule == Rule.ANSWER_BEFORE_ECHO ? Source.REFUSES : Source.EQUAL;
        return Arguments.of(
                rule,
                new Options(others, guard, false, profile, 0, 0, strict, holds, source),
                new Options(Rule.ALL, guard, false, profile, 0, 0, strict, holds, source),
                first,
                most);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void withoutItSomeWorldEndsBadly(
            Rule rule, Options without, Options with, int first, int most) {
        for (int seed = first; seed < first + most; seed++) {
            String violation = violation(seed, without);
            if (violation != null) {
                assertThat(violation(seed, with)).as("world %s with all rules", seed).isNull();
                return;
            }
        }
        throw new AssertionError(most + " worlds without " + rule + " end well");
    }

    private static @Nullable String violation(long seed, Options options) {
        try {
            new SimWorld(seed, options, new SimTally()).run();
            return null;
        } catch (Violation e) {
            return e.getMessage();
        }
    }

    @Test
    void everyRuleIsTried() {
        assertThat(rules().map(each -> each.get()[0]))
                .containsExactlyInAnyOrder((Object[]) Rule.values());
    }
}
