package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;

/// What a source node is.
final class SourceNode {
    private SourceNode() {}

    /// PSYNC came with Redis 2.8.
    static void version(Node node, Plan plan, Verdict verdict) {
        ServerInfo info = node.info();
        if (!node.saysItsVersion()) {
            verdict.warning(
                    node.address(),
                    ErrorCode.PSYNC_REFUSED,
                    "the server does not say its version, as a proxy may do",
                    "Name the server itself");
        } else if (!node.isSince(2, 8)) {
            verdict.error(
                    node.address(),
                    ErrorCode.PSYNC_REFUSED,
                    info.product() + " has no PSYNC; 2.8 is the first version that has",
                    "Upgrade the source to Redis 2.8 or later");
        } else {
            verdict.ok(node.address(), info.product() + " can be read from");
        }
    }

    static void role(Node node, Plan plan, Verdict verdict) {
        ServerInfo info = node.info();
        if (info.isPrimary()) {
            verdict.ok(node.address(), "the source is a primary");
            return;
        }
        String primary = info.field("master_host") + ":" + info.field("master_port");
        if (info.field("master_link_status").equals("up")) {
            verdict.warning(
                    node.address(),
                    ErrorCode.SOURCE_NOT_READY,
                    "the source is a replica of "
                            + primary
                            + ": no heartbeat can be written, so the latency in milliseconds is"
                            + " unknown",
                    "Name the primary, if it may bear the load");
        } else {
            verdict.error(
                    node.address(),
                    ErrorCode.SOURCE_NOT_READY,
                    "the source is a replica that has lost its own primary " + primary,
                    "Bring its primary back, or name another node");
        }
    }
}
