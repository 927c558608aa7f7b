package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import java.io.IOException;
import java.util.List;

/// Settings of a source node that decide how much trouble a link survives without a new snapshot.
final class SourceLimits {
    /// Under this a burst of writes outruns the backlog while a link reconnects.
    static final long LEAST_BACKLOG_BYTES = 16L << 20;

    /// A restart of either side, or a failover, takes up to a minute.
    static final long LEAST_BRIDGED_SECONDS = 60;

    /// Under this a target that stalls, or a pause of our own, can look like a dead replica.
    static final long LEAST_TIMEOUT_SECONDS = 30;

    private static final String BACKLOG_REMEDY =
            "CONFIG SET repl-backlog-size 256mb at the source, or what an outage of ten minutes writes";
    private static final String OUTPUT_BUFFER_NAME = "client-output-buffer-limit";
    private static final String TIMEOUT_NAME = "repl-timeout";
    private static final String DISKLESS_NAME = "repl-diskless-sync";
    private static final String DISKLESS_DELAY_NAME = "repl-diskless-sync-delay";

    static final Check.Questions OUTPUT_BUFFER =
            (node, plan) -> List.of(List.of("CONFIG", "GET", OUTPUT_BUFFER_NAME));
    static final Check.Questions TIMEOUT =
            (node, plan) -> List.of(List.of("CONFIG", "GET", TIMEOUT_NAME));
    static final Check.Questions DISKLESS =
            (node, plan) ->
                    List.of(
                            List.of("CONFIG", "GET", DISKLESS_NAME),
                            List.of("CONFIG", "GET", DISKLESS_DELAY_NAME));

    private SourceLimits() {}

    static void backlog(Node node, Plan plan, Verdict verdict) {
        long bytes = node.info().number("repl_backlog_size");
        if (bytes < 0) {
            verdict.unknown(node, "repl-backlog-size", "INFO does not tell it");
            return;
        }
        long rate = writtenPerSecond(node.info());
        long seconds = rate == 0 ? Long.MAX_VALUE : bytes / rate;
        String reason = "repl-backlog-size is " + Amount.bytes(bytes) + bridges(seconds, rate);
        if (bytes < LEAST_BACKLOG_BYTES || seconds < LEAST_BRIDGED_SECONDS) {
            verdict.warning(
                    node.address(),
                    ErrorCode.POSITION_LOST,
                    reason + "; a link that is away for longer needs a new snapshot",
                    BACKLOG_REMEDY);
        } else {
            verdict.ok(node.address(), reason);
        }
    }

    static void outputBuffer(Node node, Plan plan, Verdict verdict) throws IOException {
        String setting = node.config(OUTPUT_BUFFER_NAME);
        BufferLimit limit = setting == null ? null : BufferLimit.parse(setting);
        if (limit == null) {
            verdict.unknown(node, OUTPUT_BUFFER_NAME, node.configRefusal(OUTPUT_BUFFER_NAME));
            return;
        }
        long rate = writtenPerSecond(node.info());
        long seconds = limit.bridgedSeconds(rate);
        boolean small = limit.hardBytes() > 0 && limit.hardBytes() < LEAST_BACKLOG_BYTES;
        String reason = "the output buffer limit of replicas is " + limit;
        if (small || seconds < LEAST_BRIDGED_SECONDS) {
            verdict.warning(
                    node.address(),
                    ErrorCode.POSITION_LOST,
                    reason
                            + bridges(seconds, rate)
                            + "; a snapshot that takes longer than the source waits begins anew",
                    "CONFIG SET client-output-buffer-limit 'slave 0 0 0' at the source while the"
                            + " snapshot runs");
        } else {
            verdict.ok(node.address(), reason);
        }
    }

    static void timeout(Node node, Plan plan, Verdict verdict) throws IOException {
        String setting = node.config(TIMEOUT_NAME);
        if (setting == null) {
            verdict.unknown(node, TIMEOUT_NAME, node.configRefusal(TIMEOUT_NAME));
            return;
        }
        long seconds = Long.parseLong(setting);
        String reason = "repl-timeout is " + seconds + " s";
        if (seconds < LEAST_TIMEOUT_SECONDS) {
            verdict.warning(
                    node.address(),
                    ErrorCode.POSITION_LOST,
                    reason + ": a short stall of the network or of the target ends the link",
                    "CONFIG SET repl-timeout 60 at the source");
        } else {
            verdict.ok(node.address(), reason);
        }
    }

    /// How the source will hand over its snapshot: good to know, nothing to mend.
    static void snapshot(Node node, Plan plan, Verdict verdict) throws IOException {
        String diskless = node.config(DISKLESS_NAME);
        if (diskless == null) {
            verdict.unknown(node, "how snapshots are sent", node.configRefusal(DISKLESS_NAME));
            return;
        }
        ServerInfo info = node.info();
        String busy =
                info.number("rdb_bgsave_in_progress") == 1
                                || info.number("aof_rewrite_in_progress") == 1
                        ? "; it is saving now, so ours begins when that is done"
                        : "";
        if (diskless.equals("yes")) {
            String delay = node.config(DISKLESS_DELAY_NAME);
            verdict.ok(
                    node.address(),
                    "snapshots are sent without a file, after waiting "
                            + (delay == null ? "?" : delay)
                            + " s for other replicas"
                            + busy);
        } else {
            verdict.ok(node.address(), "snapshots are written to the source's disk first" + busy);
        }
    }

    /// A fork shares memory until it is written to; at worst it takes as much again.
    static void fork(Node node, Plan plan, Verdict verdict) {
        long used = node.info().number("used_memory");
        long total = node.info().number("total_system_memory");
        if (used < 0 || total <= 0) {
            verdict.unknown(node, "room for a fork", "INFO does not tell the machine's memory");
            return;
        }
        String reason = "the source uses " + Amount.bytes(used) + " of " + Amount.bytes(total);
        if (used > total / 2) {
            verdict.warning(
                    node.address(),
                    ErrorCode.SOURCE_NOT_READY,
                    reason
                            + ": the fork for the snapshot may run out of memory while many keys are"
                            + " written",
                    "Take the snapshot at a quiet hour, or name a replica as the source");
        } else {
            verdict.ok(node.address(), reason + ", so a fork for the snapshot has room");
        }
    }

    /// What clients send, reads too: more than what is replicated, never less by much. Whole
    /// kilobytes: below one a second a source is idle, and our own questions are in it.
    private static long writtenPerSecond(ServerInfo info) {
        try {
            long kilobytes = (long) Double.parseDouble(info.field("instantaneous_input_kbps"));
            return kilobytes * 1024;
        } catch (NumberFormatException e) {
            // Before 2.8.19 INFO has no such field; then only the size is judged.
            return 0;
        }
    }

    private static String bridges(long seconds, long rate) {
        return seconds == Long.MAX_VALUE
                ? ""
                : ", which bridges "
                        + Amount.seconds(seconds)
                        + " at the present "
                        + Amount.bytes(rate)
                        + "/s";
    }
}
