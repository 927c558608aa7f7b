package io.syncline.engine.verify;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.rdb.TargetFormat;
import java.util.List;

/// What the nodes of one side can be asked, by the oldest of them (`since` in the server's own
/// `src/commands/*.json`).
///
/// @param format product and version of the oldest node
/// @param countsMany EXISTS takes several keys (3.0.3, told from 3.2 on to be safe)
/// @param memoryUsage MEMORY USAGE (4.0)
/// @param manyMembers SMISMEMBER and ZMSCORE (6.2)
/// @param absoluteExpiry PEXPIRETIME (7.0)
/// @param fieldExpiry HPEXPIRETIME (Redis 7.4, Valkey 9.0)
record SideFacts(
        TargetFormat format,
        boolean countsMany,
        boolean memoryUsage,
        boolean manyMembers,
        boolean absoluteExpiry,
        boolean fieldExpiry) {
    static SideFacts of(List<ServerInfo> nodes) {
        ServerInfo oldest = nodes.getFirst();
        for (ServerInfo node : nodes) {
            if (version(node) < version(oldest)) {
                oldest = node;
            }
        }
        // Every Valkey begins where Redis 7.2 stood.
        boolean valkey = oldest.isValkey();
        int version = version(oldest);
        TargetFormat format = TargetFormat.of(valkey, oldest.major(), oldest.minor());
        return new SideFacts(
                format,
                version >= 302,
                version >= 400,
                version >= 602,
                version >= 700,
                format.hasFieldExpiry());
    }

    /// HRANDFIELD is known since 6.2. Not where fields expire: what it announces and what it tells
    /// might differ by those that just did.
    boolean hashesAtOnce() {
        return manyMembers && !fieldExpiry;
    }

    /// 7.4 as 704.
    private static int version(ServerInfo info) {
        return info.major() * 100 + info.minor();
    }

    /// RESTORE takes REPLACE since 3.0.
    boolean restoreReplaces() {
        return since(3);
    }

    /// RESTORE takes ABSTTL since 5.0.
    boolean restoreAbsolute() {
        return since(5);
    }

    /// Whether every consumer of a stream reaches replicas (7.2).
    boolean tellsIdleConsumers() {
        return format.valkey()
                || format.major() > 7
                || (format.major() == 7 && format.minor() >= 2);
    }

    private boolean since(int major) {
        return format.valkey() || format.major() >= major;
    }
}
