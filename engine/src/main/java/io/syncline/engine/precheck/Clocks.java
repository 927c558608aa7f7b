package io.syncline.engine.precheck;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Whether clocks agree: expiries are written as absolute times, so a target whose clock is ahead
/// expires keys too soon.
final class Clocks {
    /// More than clocks that are kept by NTP ever differ.
    static final long MOST_MILLIS = 1_000;

    private Clocks() {}

    /// How far a server's clock is ahead of ours.
    ///
    /// @param millis negative: behind
    /// @param errorMillis half of the round trip: it may be this much more or less
    record Offset(long millis, long errorMillis) {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        Node from = source.first();
        Node to = target.first();
        if (isSilent(from)) {
            verdict.unknown(from, "the clock", Replies.text(from.ask("TIME")));
        } else if (isSilent(to)) {
            verdict.unknown(to, "the clock", Replies.text(to.ask("TIME")));
        } else {
            judge(offset(from), offset(to), to, verdict);
        }
    }

    private static boolean isSilent(Node node) throws IOException {
        return !(node.ask("TIME") instanceof Reply.Items) && node.info().serverMicros() < 0;
    }

    static void judge(Offset source, Offset target, Node node, Verdict verdict) {
        long ahead = target.millis() - source.millis();
        long error = source.errorMillis() + target.errorMillis();
        if (Math.abs(ahead) - error > MOST_MILLIS) {
            verdict.warning(
                    node.address(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "the target's clock is "
                            + amount(Math.abs(ahead))
                            + (ahead > 0 ? " ahead of" : " behind")
                            + " the source's, so keys expire there that much "
                            + (ahead > 0 ? "sooner" : "later"),
                    ahead > 0
                            ? "Set both clocks by NTP, or choose --extend-expiry "
                                    + (Math.abs(ahead) / 1000 + 1)
                            : "Set both clocks by NTP");
            return;
        }
        String ours =
                Math.abs(source.millis()) - source.errorMillis() > MOST_MILLIS
                        ? "; the clock here differs from the source's by "
                                + amount(Math.abs(source.millis()))
                                + ", which is taken into account"
                        : "";
        verdict.ok(
                node.address(), "the clocks of source and target agree to within a second" + ours);
    }

    private static Offset offset(Node node) throws IOException {
        long before = System.currentTimeMillis();
        long beforeNanos = System.nanoTime();
        long server = millis(node);
        long half = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beforeNanos) / 2;
        return new Offset(server - before - half, half + 1);
    }

    private static long millis(Node node) throws IOException {
        if (node.ask("TIME") instanceof Reply.Items) {
            List<String> time = Replies.texts(node.askNow("TIME"));
            return Long.parseLong(time.getFirst()) * 1000 + Long.parseLong(time.getLast()) / 1000;
        }
        return ServerInfo.of(node.askNow("INFO", "server"), node.address()).serverMicros() / 1000;
    }

    private static String amount(long millis) {
        return millis < 10_000 ? millis + " ms" : Amount.seconds(millis / 1000);
    }
}
