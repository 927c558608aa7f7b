package io.syncline.engine.precheck;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.precheck.Finding.Severity;

/// The user's rules for keys: what is carried over under which name, and what that may lead to.
final class Rules {
    private static final String PLACE = "--etl";

    private Rules() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) {
        KeyRules rules = plan.rules();
        if (rules.isEmpty()) {
            return;
        }
        for (String meeting : rules.meetings()) {
            verdict.add(
                    Severity.WARNING,
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            PLACE,
                            meeting
                                    + ": where both are there, the later write wins and a deletion of"
                                    + " either takes both"
                                    + (source.isCluster()
                                            ? "; FLUSHALL and FLUSHDB of a shard are refused"
                                            : ""),
                            "Add a rule that drops or renames keys which have such a name already, if"
                                    + " there may be any"));
        }
        verdict.ok(
                PLACE, Amount.count(rules.count(), "rule") + ", the first that a key fits counts");
    }
}
