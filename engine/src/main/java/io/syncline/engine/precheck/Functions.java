package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.List;

/// Libraries of functions, which targets before 7.0 do not have.
final class Functions {
    static final Check.Questions QUESTIONS =
            (node, plan) -> node.isSince(7, 0) ? List.of(List.of("FUNCTION", "STATS")) : List.of();

    private Functions() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        long libraries = 0;
        for (Node node : source.nodes()) {
            if (!node.isSince(7, 0)) {
                continue;
            }
            Reply answer = node.ask("FUNCTION", "STATS");
            if (answer instanceof Reply.Failure failure) {
                verdict.unknown(node, "functions", failure.text());
                return;
            }
            libraries = Math.max(libraries, libraries(answer));
        }
        if (libraries == 0) {
            verdict.ok(source.first().address(), "the source holds no functions");
        } else if (target.oldest().isSince(7, 0)) {
            verdict.ok(
                    source.first().address(),
                    "the source holds " + libraries(libraries) + ", which the target can hold");
        } else {
            verdict.warning(
                    target.oldest().address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "the source holds "
                            + libraries(libraries)
                            + ", and "
                            + target.oldest().info().product()
                            + " has no functions: they are not copied",
                    "Upgrade the target to 7.0, or make sure that nobody calls them there");
        }
    }

    private static String libraries(long count) {
        return count == 1 ? "1 library of functions" : count + " libraries of functions";
    }

    /// Libraries of all engines in FUNCTION STATS.
    static long libraries(Reply statistics) {
        Reply engines = Replies.pairs(statistics).getOrDefault("engines", new Reply.Nil());
        long count = 0;
        for (Reply engine : Replies.pairs(engines).values()) {
            if (Replies.pairs(engine).get("libraries_count") instanceof Reply.Whole libraries) {
                count += libraries.value();
            }
        }
        return count;
    }
}
