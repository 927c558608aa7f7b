package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.source.Feed;
import io.syncline.engine.source.Position;
import io.syncline.engine.source.StreamDecoder;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import java.io.IOException;
import java.util.BitSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One source shard of a link: finds its position, copies a snapshot if it must, and streams.
///
/// ```
///            position stands               source continues
///   start ---------------------> partial ----------------------> STREAMING
///     |                            | source cannot (a gap)        |     |
///     | no position                v                              |     | target lost
///     +-----------------------> SNAPSHOT --- complete, answered --+     | acknowledged
///                                ^  ^--- link broke: from 0 again       | writes
///                                |                                      |
///                                +---- gap -----------------------------+--> partial
/// ```
///
/// One thread, the applier, runs this and owns the target's lane; others receive and monitor.
final class Pipeline implements Runnable {
    private final Workshop shop;
    private final BitSet slots;
    private final long generation;
    private final boolean owned;
    private final Ending ending;

    /// Asks the shard's primary which slots it owns.
    private final Supplier<BitSet> presentSlots;

    private final Gaps gaps;
    private final String lost;
    private final RulesInForce rules;
    private final SnapshotPauses pauses;

    /// Why another snapshot is taken; empty for the first one.
    private String again = "";

    /// Whether the target has, or had, a position: else a snapshot that is repeated is no gap.
    private boolean stood;

    /// Where the last stream ended.
    private @Nullable Position reached;

    /// Where a promoted replica goes on with the stream, if that loses nothing.
    private @Nullable Position parted;

    /// The shard was dissolved and its stream is in the target.
    private boolean left;

    @FunctionalInterface
    interface Ending {
        /// The pipeline has ended; a failure of null: well.
        ///
        /// @param left whether its shard was dissolved, so that there is nothing to go on with
        void ended(int shard, boolean left, @Nullable Failure failure);
    }

    Pipeline(
            Workshop shop,
            BitSet slots,
            long generation,
            boolean owned,
            Supplier<BitSet> presentSlots,
            Gaps gaps,
            String lost,
            RulesInForce rules,
            Ending ending) {
        this.shop = shop;
        this.pauses = new SnapshotPauses(shop);
        this.slots = slots;
        this.generation = generation;
        this.owned = owned;
        this.presentSlots = presentSlots;
        this.gaps = gaps;
        this.lost = lost;
        this.rules = rules;
        this.ending = ending;
    }

    @Override
    public void run() {
        Failure failure = null;
        try {
            work();
        } catch (SynclineException e) {
            failure = e.failure();
        } catch (StoppedException e) {
            // As asked: whatever was not applied is still at the source.
            failure = null;
        } catch (IOException e) {
            // A stop that takes too long closes what it waits for.
            failure = shop.isStopping() ? null : Breakdown.of(e, shop);
        } catch (RuntimeException | Error e) {
            failure = Breakdown.of(e, shop);
        } finally {
            shop.progress().phase = Phase.ENDED;
            shop.monitor().stop();
            shop.intake().close();
            shop.writer().close();
            ending.ended(shop.shard(), left, failure);
        }
    }

    private void work() throws IOException {
        Position from;
        boolean fresh = false;
        try {
            Checkpoint found = shop.writer().takeOver(generation);
            from = standing(found);
            stood = from != null;
            fresh = found == null;
            again = fresh || stood ? "" : "an earlier process did not end its snapshot";
            String objection = lost.isEmpty() ? rules.objection() : lost;
            if (stood && !objection.isEmpty()) {
                gap(shop.place(), objection);
                from = null;
            } else if (stood && !shop.copyAgain().isEmpty()) {
                again = shop.copyAgain();
                from = null;
            }
        } catch (RewindException e) {
            stood = true;
            from = rewound(e);
        }
        Feed feed = null;
        from = unmoved(from);
        Position reading = stand(from);
        while (!shop.isStopping() && !left) {
            if (feed == null) {
                enter(Phase.STARTING, false, "");
                feed = shop.intake().open(reading);
                if (feed == null) {
                    SlotGate gate = shop.gate();
                    if (shop.intake().isGone() && gate != null) {
                        Dissolution.leaveUnread(shop, gate, from != null && !slots.isEmpty());
                        left = true;
                    }
                    return;
                }
            }
            try {
                feed = follow(feed, from, fresh);
                if (feed == null && shop.isStopping()) {
                    return;
                }
                from = feed == null ? parted : position(feed);
                reading = from;
            } catch (RewindException e) {
                from = unmoved(rewound(e));
                reading = stand(from);
                feed = null;
            }
            fresh = false;
        }
    }

    /// The position, if slots that moved are not in its way; else null.
    private @Nullable Position unmoved(@Nullable Position from) {
        String objection =
                from == null
                        ? ""
                        : rules.objection(shop.gate(), shop.writer().slots(), presentSlots);
        if (!objection.isEmpty()) {
            gap(shop.place(), objection);
        }
        return objection.isEmpty() ? from : null;
    }

    /// Where to read the stream from, to go on at a position: further back when commands of single
    /// slots were held back.
    private @Nullable Position stand(@Nullable Position from) throws IOException {
        SlotGate gate = shop.gate();
        if (gate == null) {
            return from;
        }
        if (from == null) {
            gate.reset();
            return null;
        }
        var since = gate.resume(from.offset(), presentSlots);
        return since == null || since.offset() >= from.offset()
                ? from
                : new Position(from.replicationId(), since.offset(), since.database());
    }

    private static Position position(Feed feed) {
        return new Position(feed.replicationId(), feed.baseOffset(), 0);
    }

    private static @Nullable Position standing(@Nullable Checkpoint checkpoint) {
        return checkpoint == null || checkpoint.phase() == Checkpoint.Phase.SNAPSHOT
                ? null
                : new Position(
                        checkpoint.replicationId(),
                        checkpoint.offset(),
                        checkpoint.database(),
                        checkpoint.quietFrom());
    }

    private void enter(Phase phase, boolean resumed, String reason) {
        shop.progress().phase = phase;
        shop.progress().source = shop.place();
        shop.event(new LinkEvent.PhaseEntered(shop.shard(), shop.place(), phase, resumed, reason));
    }

    /// The target is behind what it had acknowledged: goes on from where it really stands.
    private @Nullable Position rewound(RewindException e) {
        if (!e.missing().isEmpty()) {
            again = e.missing();
            shop.event(new LinkEvent.Warned(shop.place(), again, UnseenMoves.PAUSE));
            pauses.repeat(again);
            return null;
        }
        Position position = standing(e.checkpoint());
        shop.event(
                new LinkEvent.Warned(
                        shop.writer().place(),
                        position == null
                                ? Gaps.TARGET_FORGOT
                                : "the target lost writes it had acknowledged; they are sent again",
                        "Nothing, if a failover of the target is the cause"));
        if (position == null && stood) {
            gap(shop.writer().place(), Gaps.TARGET_FORGOT);
        }
        return position;
    }

    /// Follows one feed to its end.
    ///
    /// @param from where we stand; null for nowhere
    /// @param fresh whether nothing of this task was ever written to the target
    /// @return what to follow next: a feed, or null to open one from nothing (or at a stop)
    private @Nullable Feed follow(Feed feed, @Nullable Position from, boolean fresh)
            throws IOException, RewindException {
        boolean elsewhere = parted != null;
        parted = null;
        StreamDecoder decoder = new StreamDecoder(feed.spool());
        int database = feed.baseDatabase();
        Place place = new Place();
        place.offset = feed.baseOffset();
        place.quietFrom = place.offset;
        if (feed.isFull()) {
            if (from != null && stood) {
                gap(shop.place(), gaps.reason(reached == null ? from : reached));
            }
            database = snapshot(feed, decoder, fresh);
            if (database < 0) {
                return broken(feed);
            }
            place.database = database;
        } else if (from != null) {
            shop.progress().resumes.incrementAndGet();
            place.offset = from.offset();
            place.database = from.database();
            place.quietFrom = from.quietFrom();
        }
        place.replicationId = feed.replicationId();
        if (feed.isFull()) {
            rules.note();
        }
        shop.writer().beginStreaming(place, feed.isFull() || elsewhere);
        stood = true;
        if (shop.options().effectiveEnd() == LinkOptions.End.SNAPSHOT) {
            shop.stop();
            return null;
        }
        enter(Phase.STREAMING, !feed.isFull(), "");
        pauses.streams();
        shop.monitor().askForGoal();
        shop.held().notes().recall(shop);
        StreamPhase stream = new StreamPhase(shop, feed, decoder, feed.baseOffset(), database);
        shop.progress().appliedOffset = shop.held().shown(feed.baseOffset());
        stream.place().quietFrom = Math.min(place.quietFrom, feed.baseOffset());
        boolean ended = stream.run();
        Place at = stream.place();
        reached = new Position(at.replicationId, at.offset, at.database);
        SlotGate gate = shop.gate();
        if (ended && feed.ending() == Feed.Ending.GONE && gate != null) {
            Dissolution.leave(shop, gate, at, stream.sink());
            left = true;
            return null;
        }
        parted = ended ? Parting.of(shop, feed, at) : null;
        return ended ? after(feed) : null;
    }

    private void gap(String place, String reason) {
        String remedy =
                reason.equals(lost)
                        ? UnseenMoves.REMEDY
                        : rules.remedy(reason, Gaps.remedy(reason, shop.intake().gapRemedy()));
        if (shop.options().onGap() == LinkOptions.OnGap.STOP) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    place,
                    reason,
                    remedy + ". Start with --on-gap resync to copy everything again");
        }
        again = reason;
        shop.event(new LinkEvent.Warned(place, reason + ": everything is copied again", remedy));
    }

    /// @return the stream's database behind the snapshot, or -1 when it broke or the link stops
    private int snapshot(Feed feed, StreamDecoder decoder, boolean fresh)
            throws IOException, RewindException {
        shop.progress().snapshots.incrementAndGet();
        shop.progress().replicationId = feed.replicationId();
        enter(Phase.SNAPSHOT, false, again);
        again = "the last one was broken off";
        SlotGate gate = shop.gate();
        var permit = shop.permit();
        if ((gate != null && !gate.snapshot().begin(presentSlots))
                || (permit != null && !permit.await(shop, feed.baseOffset()))) {
            return -1;
        }
        boolean looks = shop.begunBeforeStrays(feed);
        boolean first = fresh && !looks && (gate == null || !gate.snapshot().meetsOthers());
        StaleKeys stale = first ? null : new StaleKeys(slots, owned);
        SnapshotPhase.KeyObserver observer = stale == null ? (database, key) -> {} : stale;
        SnapshotPhase phase = new SnapshotPhase(shop, feed, decoder, observer);
        int database = phase.run();
        if (database >= 0) {
            pauses.succeeded();
            again = "";
            if (stale != null) {
                stale.sweep(shop);
            }
            if (gate != null) {
                noteSlots(gate);
            }
        } else if (phase.isUnsettled()) {
            again = "the last one was taken while slots were on their way to the shard";
            shop.event(
                    new LinkEvent.Warned(
                            shop.place(),
                            "the snapshot was taken while slots were on their way to the shard;"
                                    + " another one is taken",
                            "Wait, or end the move of slots"));
        }
        return database;
    }

    private void noteSlots(SlotGate gate) throws RewindException {
        Place place = new Place();
        place.offset = shop.progress().snapshotOffset + 1;
        if (gate.noteSnapshot(place)) {
            shop.writer().flush(place);
            shop.writer().drain();
        }
    }

    /// The snapshot did not come to its end.
    private @Nullable Feed broken(Feed feed) {
        Feed next = after(feed);
        if (next == null && !shop.isStopping()) {
            Failure why = feed.ending() == Feed.Ending.SNAPSHOT_BROKEN ? feed.failure() : null;
            if (why == null) {
                pauses.await();
            } else {
                again = "the last one was broken off: " + why.reason();
                pauses.await(why);
            }
        }
        return next;
    }

    /// @return the feed that replaces an ended one; null to open a new one or at a stop
    private @Nullable Feed after(Feed feed) {
        Feed.Ending how = feed.ending();
        if (how == null) {
            return null;
        }
        return switch (how) {
            case GAP -> feed.successor();
            case SNAPSHOT_BROKEN, STOPPED, GONE, BEHIND -> null;
            case FAILED -> {
                Failure failure = feed.failure();
                throw new SynclineException(
                        failure != null
                                ? failure
                                : new Failure(
                                        ErrorCode.INTERNAL, shop.place(), "the link ended", ""));
            }
        };
    }
}
