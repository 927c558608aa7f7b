package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Which databases are copied, and whether the target has those they go to.
final class Databases {
    private static final int MOST_NAMED = 8;

    private Databases() {}

    static void leftOut(Side source, Side target, Plan plan, Verdict verdict) {
        List<String> all = new ArrayList<>();
        List<String> out = new ArrayList<>();
        for (int database : source.databasesWithKeys()) {
            all.add(Integer.toString(database));
            if (!plan.copies(database)) {
                out.add(Integer.toString(database));
            }
        }
        verdict.ok(
                source.first().address(),
                all.isEmpty()
                        ? "the source holds no keys now"
                        : "keys are in "
                                + databases(all)
                                + (out.isEmpty()
                                        ? ""
                                        : "; --databases leaves out " + databases(out)));
    }

    static void atTarget(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        List<String> missing = new ArrayList<>();
        Node node = target.first();
        String refusal = "";
        for (int database : plan.needed(source.databasesWithKeys())) {
            if (database > 0
                    && node.askNow("SELECT", Integer.toString(database))
                            instanceof Reply.Failure failure) {
                if (failure.kind() == ErrorKind.NOPERM) {
                    verdict.unknown(node, "databases", failure.text());
                    return;
                }
                refusal = failure.text();
                missing.add(Integer.toString(database));
            }
        }
        if (missing.isEmpty()) {
            verdict.ok(node.address(), "the target has every database that is needed");
            return;
        }
        verdict.error(
                node.address(),
                ErrorCode.TARGET_UNSUITABLE,
                "the target lacks "
                        + databases(missing)
                        + (node.info().isCluster() ? ", being a cluster" : "")
                        + " (SELECT is answered with '"
                        + refusal
                        + "')",
                "Map what is needed onto databases it has, for example --databases "
                        + missing.getFirst()
                        + ":0, or leave the others out with --databases 0");
    }

    private static String databases(List<String> numbers) {
        return (numbers.size() == 1 ? "database " : "databases ")
                + Replies.list(numbers, MOST_NAMED);
    }
}
