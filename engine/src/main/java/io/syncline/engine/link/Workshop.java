package io.syncline.engine.link;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Rewriter;
import io.syncline.engine.etl.KeyHomes;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.net.Connection;
import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.Intake;
import io.syncline.engine.target.Refusal;
import io.syncline.engine.target.TargetWriter;
import io.syncline.engine.verify.KeySample;
import java.io.IOException;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the phases of one pipeline share: its parts and its ways of waiting.
final class Workshop {
    /// A missed wake-up costs no more than this.
    private static final long WAIT_NANOS = 20_000_000;

    private final Tools tools;
    private final Idle idle;
    private volatile boolean stopping;

    /// The parts of a pipeline.
    record Tools(
            int shard,
            LinkOptions options,
            Consumer<LinkEvent> events,
            TargetWriter writer,
            TargetScan targetScan,
            Intake intake,
            SourceWatch monitor,
            Progress progress,
            CommandFilter filter,
            Rewriter rewriter,
            HeldExpiries held,
            DatabaseMap databases,
            PayloadConverter payloads,
            TargetFormat targetFormat,
            Heartbeat heartbeat,
            LinkHooks hooks,
            KeyHomes homes,
            @Nullable SlotGate gate,
            @Nullable ShardPermit permit) {}

    /// Told whenever nothing waits and everything read is in the target.
    @FunctionalInterface
    interface Idle {
        /// Nothing is left to do at this place of the stream.
        ///
        /// @return whether the pipeline should look around again at once
        boolean at(long offset);
    }

    Workshop(Tools tools, Idle idle) {
        this.tools = tools;
        this.idle = idle;
    }

    LinkOptions options() {
        return tools.options;
    }

    int shard() {
        return tools.shard;
    }

    TargetWriter writer() {
        return tools.writer;
    }

    /// For what is done beside the writer.
    TargetScan targetScan() {
        return tools.targetScan;
    }

    Intake intake() {
        return tools.intake;
    }

    SourceWatch monitor() {
        return tools.monitor;
    }

    Progress progress() {
        return tools.progress;
    }

    CommandFilter filter() {
        return tools.filter;
    }

    Rewriter rewriter() {
        return tools.rewriter;
    }

    HeldExpiries held() {
        return tools.held;
    }

    DatabaseMap databases() {
        return tools.databases;
    }

    PayloadConverter payloads() {
        return tools.payloads;
    }

    TargetFormat targetFormat() {
        return tools.targetFormat;
    }

    Heartbeat heartbeat() {
        return tools.heartbeat;
    }

    /// Where some of the keys that are written are remembered; null for nowhere.
    @Nullable KeySample sample() {
        return tools.hooks.sample();
    }

    /// Hears of keys that only the target has; null: they are the link's own affair.
    LinkHooks.@Nullable Strays strays() {
        return tools.hooks.strays();
    }

    /// Tells who hears of strays that a snapshot begins.
    ///
    /// @return whether they are looked for behind any
    boolean begunBeforeStrays(Feed feed) throws IOException {
        LinkHooks.Strays strays = strays();
        if (strays != null) {
            strays.begun(feed.replicationId(), feed.baseOffset());
        }
        return strays != null && strays.fromTheFirst();
    }

    /// Why everything is copied once more; empty: it is not.
    String copyAgain() {
        return tools.hooks.copyAgain();
    }

    /// Where keys of the target are at home at the source.
    KeyHomes homes() {
        return tools.homes;
    }

    /// Of a shard of a cluster; null for a standalone source.
    @Nullable SlotGate gate() {
        return tools.gate;
    }

    /// Of a shard whose slots somebody else follows; null where the link does, or nobody.
    @Nullable ShardPermit permit() {
        return tools.permit;
    }

    /// The source node, for messages.
    String place() {
        return tools.intake.place();
    }

    long checkpointNanos() {
        return tools.options.tuning().checkpointLag().toNanos();
    }

    /// The source's clock at a moment of ours.
    long sourceMillis(long ourMillis) {
        return ourMillis + tools.monitor.clockSkewMillis();
    }

    boolean isStopping() {
        return stopping;
    }

    void stop() {
        stopping = true;
    }

    boolean idle(long offset) {
        return idle.at(offset);
    }

    /// Waits until woken, or a little while.
    void await() {
        LockSupport.parkNanos(this, WAIT_NANOS);
    }

    void event(LinkEvent event) {
        tools.events.accept(event);
    }

    /// The databases of the target that the task writes to.
    SortedSet<Integer> targetDatabases(Connection target) throws IOException {
        return tools.databases.isIdentity()
                ? new TreeSet<>(ServerInfo.read(target).keysByDatabase().keySet())
                : new TreeSet<>(tools.databases.targets().values());
    }

    /// Records a command that cannot be applied.
    ///
    /// @return whether to go on without it
    boolean refused(Refusal refusal) {
        tools.progress.refused.incrementAndGet();
        LinkEvent.Refused refused =
                new LinkEvent.Refused(
                        tools.shard,
                        refusal.offset(),
                        refusal.database(),
                        refusal.command(),
                        refusal.key(),
                        refusal.reason());
        event(refused);
        return tools.options.onRefused() == LinkOptions.OnRefused.SKIP
                || isOfExpired(refusal)
                || tools.hooks.skips().test(refused);
    }

    /// A key that was renamed in its last moments, which are over here: nobody could do anything
    /// about it, and what it was renamed to ends by the source's deletion.
    private static boolean isOfExpired(Refusal refusal) {
        boolean renames =
                refusal.command().equalsIgnoreCase("RENAME")
                        || refusal.command().equalsIgnoreCase("RENAMENX");
        return renames && refusal.reason().contains("no such key");
    }
}
