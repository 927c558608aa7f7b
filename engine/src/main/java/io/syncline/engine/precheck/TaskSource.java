package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.EndpointUri;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/// Whether a task that goes on reads where it has read until now. Another source has another
/// history: everything would be copied from it, and what came of the former one be removed. A name
/// that is used twice by mistake must not cost a database.
final class TaskSource {
    private static final List<String> MYID = List.of("CLUSTER", "MYID");

    static final Check.Questions QUESTIONS =
            (node, plan) ->
                    plan.former() != null && node.info().isCluster() ? List.of(MYID) : List.of();

    private TaskSource() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        Precheck.Former former = plan.former();
        if (former == null || former.source().isEmpty()) {
            return;
        }
        Endpoint now = source.instance().endpoint();
        String place = now.addresses().getFirst().toString();
        String task = "task " + plan.task();
        if (isSameAddress(former.source(), now) || isSameHistory(former, source)) {
            verdict.ok(place, task + " has copied from this source before");
            return;
        }
        String reason =
                task
                        + " has copied from "
                        + former.source()
                        + " until now, and this is another server with another history: everything"
                        + " is copied from it, and what only the former one has is removed from a"
                        + " target that was empty when the task began";
        if (plan.mayHoldKeys()) {
            verdict.warning(place, ErrorCode.POSITION_LOST, reason, "");
        } else {
            verdict.error(
                    place,
                    ErrorCode.POSITION_LOST,
                    reason,
                    "Give this source a task of its own (--task), or, if it takes the former one's"
                            + " place, start once with --on-existing overwrite");
        }
    }

    /// User, TLS and further addresses may change.
    private static boolean isSameAddress(String former, Endpoint now) {
        try {
            List<HostPort> before = EndpointUri.parse(former, "task").addresses();
            return now.addresses().stream().anyMatch(before::contains);
        } catch (SynclineException e) {
            // Whatever stands there is not this source.
            return false;
        }
    }

    /// A replica that was promoted, or the same server under another name.
    private static boolean isSameHistory(Precheck.Former former, Side source) throws IOException {
        for (Node node : source.nodes()) {
            Set<String> histories = former.histories();
            if (histories.contains(node.info().replicationId())
                    || histories.contains(node.info().formerReplicationId())
                    || histories.contains(node.info().runId())) {
                return true;
            }
            if (node.info().isCluster()
                    && node.ask(MYID.toArray(String[]::new)) instanceof Reply.Bulk id
                    && former.nodes().contains(id.utf8())) {
                return true;
            }
        }
        return false;
    }
}
