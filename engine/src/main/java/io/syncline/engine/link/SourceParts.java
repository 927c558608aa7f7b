package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.command.Dialect;
import io.syncline.engine.file.FileInspection;
import io.syncline.engine.file.FileMaker;
import io.syncline.engine.handover.SlotLedger;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.scan.ScanMaker;
import io.syncline.engine.scan.ScanSettings;
import io.syncline.engine.source.Intake;
import io.syncline.engine.source.LocalIntake;
import io.syncline.engine.source.Receiver;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The half of a pipeline that knows what kind of source it has.
///
/// @param dialect of the commands that come
/// @param intake brings the bytes
/// @param watch knows how far the source is
/// @param heartbeat measures the delay; rests where none can be written
/// @param gaps finds words for a position that is lost
/// @param follower follows slots that move; null where none do
record SourceParts(
        Dialect dialect,
        Intake intake,
        SourceWatch watch,
        Heartbeat heartbeat,
        Gaps gaps,
        @Nullable ShardFollower follower) {
    /// From here on a source moves slots by jobs of its own (CLUSTER MIGRATESLOTS).
    private static final int VALKEY_JOBS_SINCE = 9;

    /// From here on a source picks its snapshot's version by ours.
    private static final int VALKEY_ANNOUNCED_SINCE = 9;

    /// What the other half offers.
    ///
    /// @param spools for bytes of a source that drops us when its socket is not read
    /// @param memorySpools for bytes that may as well wait where they are
    /// @param wake called when the applier should look around
    record Site(
            LinkOptions options,
            Sides sides,
            Progress progress,
            Receiver.SpoolMaker spools,
            Receiver.SpoolMaker memorySpools,
            RetryListener retries,
            Consumer<LinkEvent> events,
            Runnable wake,
            Following following) {}

    /// How slots that move are followed.
    ///
    /// @param ledger of the link; null when they are not
    /// @param topology hears of the whole cluster
    record Following(int pipeline, @Nullable SlotLedger ledger, Consumer<ClusterNodes> topology) {}

    static SourceParts of(Origin origin, Site site) throws IOException {
        if (origin instanceof Origin.Scanned scanned) {
            return scanned(scanned.shard(), site);
        }
        if (origin instanceof Origin.OfFile file) {
            return ofFile(file.inspection(), site);
        }
        return replicated(((Origin.Replicated) origin).shard(), site);
    }

    /// Whether a source can move slots by jobs of its own.
    static boolean hasJobs(ServerInfo info) {
        return info.isValkey() && info.major() >= VALKEY_JOBS_SINCE;
    }

    private static SourceParts replicated(Instance.Shard shard, Site site) throws IOException {
        Instance instance = site.sides.source();
        ServerInfo info = info(instance, shard);
        LinkOptions options = site.options;
        Following following = site.following;
        ShardFollower follower =
                following.ledger == null
                        ? null
                        : new ShardFollower(
                                following.ledger,
                                following.pipeline,
                                new ShardIdentity(shard.ids()),
                                hasJobs(info),
                                instance,
                                options.retry());
        NodeFinder finder = follower == null ? finder(instance, shard, info) : follower.finder();
        boolean announces = info.isValkey() && info.major() >= VALKEY_ANNOUNCED_SINCE;
        Receiver receiver =
                new Receiver(
                        new Receiver.Settings(
                                finder,
                                instance.connector(),
                                announces ? info.version() : "",
                                options.tuning().silenceLimit(),
                                options.retry(),
                                site.spools,
                                site.retries,
                                !info.isCluster()),
                        info.address().toString());
        Heartbeat heartbeat =
                info.isCluster()
                        ? new Heartbeat(options.task(), shard.slots())
                        : new Heartbeat(options.task());
        SourceMonitor monitor =
                new SourceMonitor(
                        finder,
                        instance.connector(),
                        receiver,
                        site.progress,
                        heartbeat,
                        options.tuning().heartbeat(),
                        site.events,
                        site.wake,
                        follower == null ? null : follower.watch(heartbeat, following.topology));
        if (follower != null) {
            follower.join(monitor::nudge, site.wake);
        }
        return new SourceParts(
                Dialect.of(info.isValkey(), info.major(), info.minor()),
                receiver,
                monitor,
                heartbeat,
                new Gaps(finder, instance.connector()),
                follower);
    }

    private static ServerInfo info(Instance instance, Instance.Shard shard) throws IOException {
        try (Connection connection = instance.connector().open(shard.primary())) {
            return ServerInfo.read(connection);
        }
    }

    private static NodeFinder finder(Instance instance, Instance.Shard shard, ServerInfo info) {
        if (!shard.ids().isEmpty()) {
            return instance.shardFinder(new ShardIdentity(shard.ids()));
        }
        return info.isCluster()
                ? instance.slotFinder(shard.slots().nextSetBit(0))
                : instance.primaryFinder();
    }

    private static SourceParts scanned(Instance.Shard shard, Site site) throws IOException {
        Instance instance = site.sides.source();
        ServerInfo info = info(instance, shard);
        LinkOptions options = site.options;
        if (!(options.sourceMode() instanceof LinkOptions.SourceMode.Scan chosen)) {
            throw new IllegalArgumentException("the source is not to be scanned");
        }
        ScanMaker maker =
                new ScanMaker(
                        new ScanSettings(
                                finder(instance, shard, info),
                                instance.connector(),
                                info.address().toString(),
                                database ->
                                        options.databases().isEmpty()
                                                || options.databases().containsKey(database),
                                chosen.interval(),
                                chosen.setsNotifications(),
                                options.retry(),
                                site.retries,
                                (place, text, remedy) ->
                                        site.events.accept(
                                                new LinkEvent.Warned(place, text, remedy)),
                                options.spool().directory().resolve(namesOf(info))));
        return new SourceParts(
                // States, with absolute expiries, whatever the source is.
                Dialect.redis(7, 0),
                new LocalIntake(maker, site.memorySpools),
                new MakerWatch(maker, site.progress, site.wake),
                new Heartbeat(options.task()),
                Gaps.PLAIN,
                null);
    }

    /// Each shard's names have a file of their own.
    private static String namesOf(ServerInfo info) {
        return info.address().toString().replaceAll("[^A-Za-z0-9.-]", "-") + ".names";
    }

    private static SourceParts ofFile(FileInspection inspection, Site site) {
        FileMaker maker = new FileMaker(inspection);
        FileInspection.Rdb rdb = inspection.rdb();
        return new SourceParts(
                Dialect.of(rdb.valkey(), rdb.major(), rdb.minor()),
                new LocalIntake(maker, site.memorySpools),
                new MakerWatch(maker, site.progress, site.wake),
                new Heartbeat(site.options.task()),
                Gaps.PLAIN,
                null);
    }
}
