package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.syncline.engine.verify.Difference.Kind;
import io.syncline.engine.verify.VerifyOptions.Direction;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.SampleData;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Both sides under the rules of a task: each key is compared with the one it became.
class RulesVerifyIT {
    private static final String[] RULES = {
        "drop tmp:*", "drop new:*", "rename tmp2:* to tmp:*", "rename * to new:*"
    };

    @AutoClose private final RedisServer source = RedisServer.start();
    @AutoClose private final RedisServer target = RedisServer.start();

    private Verifying verifying() {
        return Verifying.between(source, target).rules(RULES);
    }

    private static void require(Verifying run, Verification.Outcome outcome) {
        assertThat(run.run()).as("%s", run).isEqualTo(outcome);
    }

    /// A repair writes what a task would have written.
    @Test
    void whatARepairHasMadeUnderRulesIsEqualUnderTheSameAndNoOthers() {
        new SampleData(5).fill(source);
        source.command("SET", "tmp:1", "dropped");
        source.command("SET", "tmp2:1", "other");
        require(verifying().repair(Direction.SOURCE_TO_TARGET, false), Verification.Outcome.EQUAL);

        assertThat(target.text("GET", "tmp:1")).isEqualTo("other");
        assertThat(target.number("DBSIZE")).isEqualTo(source.number("DBSIZE") - 1);
        require(verifying(), Verification.Outcome.EQUAL);
        require(verifying().mode(VerifyOptions.Mode.LENGTH), Verification.Outcome.EQUAL);
        require(verifying().mode(VerifyOptions.Mode.EXISTS), Verification.Outcome.EQUAL);
        require(Verifying.between(source, target), Verification.Outcome.DIFFERENT);
        require(
                Verifying.between(source, target).rules("rename * to new:*"),
                Verification.Outcome.DIFFERENT);
    }

    @Test
    void differencesAreToldByBothNamesAndMended() {
        source.command("MSET", "a", "1", "b", "2", "c", "3");
        target.command("MSET", "new:a", "1", "new:b", "changed", "old", "x", "new:tmp:9", "y");

        Verifying run = verifying();
        require(run, Verification.Outcome.DIFFERENT);
        assertThat(run.differences())
                .extracting(Difference::keyText, each -> each.targetKey().text(), Difference::kind)
                .containsExactlyInAnyOrder(
                        tuple("b", "new:b", Kind.VALUE),
                        tuple("c", "new:c", Kind.MISSING_AT_TARGET),
                        tuple("old", "old", Kind.MISSING_AT_SOURCE),
                        tuple("new:tmp:9", "new:tmp:9", Kind.MISSING_AT_SOURCE));

        Verifying matched = verifying().scope(100, "b*");
        require(matched, Verification.Outcome.DIFFERENT);
        assertThat(matched.differences()).extracting(Difference::keyText).containsExactly("b");

        require(
                verifying().repair(Direction.TARGET_TO_SOURCE, true),
                Verification.Outcome.DIFFERENT);
        assertThat(source.number("EXISTS", "old", "new:tmp:9", "c")).isZero();
        source.command("SET", "c", "3");
        require(verifying().repair(Direction.SOURCE_TO_TARGET, true), Verification.Outcome.EQUAL);
        assertThat(target.number("EXISTS", "old", "new:tmp:9")).isZero();
        assertThat(target.text("GET", "new:b")).isEqualTo("changed");
        require(verifying(), Verification.Outcome.EQUAL);
    }

    /// A name may come from either of two keys: it is an extra one when neither is there.
    @Test
    void aNameOfTwoKeysIsExtraWhenTheSourceHasNeither() {
        source.command("MSET", "user:1", "1", "customer:2", "2");
        target.command("MSET", "customer:1", "1", "customer:2", "2", "customer:3", "3");

        Verifying run = Verifying.between(source, target).rules("rename user:* to customer:*");
        require(run, Verification.Outcome.DIFFERENT);
        assertThat(run.differences())
                .extracting(each -> each.targetKey().text())
                .isEqualTo(List.of("customer:3"));
    }
}
