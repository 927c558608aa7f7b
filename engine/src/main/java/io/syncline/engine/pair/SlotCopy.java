package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.pair.SlotsAtRest.Rest;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs the copy of a [SlotFounding] when no slot is on its way, and begins it anew when one has
/// moved between its snapshots.
final class SlotCopy implements Closeable {
    /// As often as a running pair looks: a primary that joins must be seen before it is given keys.
    private static final long LOOK_NANOS = 100_000_000;

    private final FirstCopy copy;
    private final Consumer<LinkEvent> events;
    private final End origin;
    private final List<SlotNode> originNodes;
    private final boolean movesAtOrigin;
    private final boolean movesAtReceiver;
    private final SlotsAtRest atOrigin;
    private final SlotsAtRest atReceiver;
    private long lookedNanos = System.nanoTime() - LOOK_NANOS;

    /// Where a copy's snapshots are told from what was done behind them.
    @FunctionalInterface
    interface Base {
        void set(Rest rest) throws IOException;
    }

    SlotCopy(
            FirstCopy copy,
            Consumer<LinkEvent> events,
            List<SlotNode> originNodes,
            List<SlotNode> receiverNodes)
            throws IOException {
        this.copy = copy;
        this.events = events;
        this.originNodes = originNodes;
        origin = originNodes.getFirst().end();
        movesAtOrigin = origin.instance().isCluster();
        movesAtReceiver = receiverNodes.getFirst().end().instance().isCluster();
        atOrigin = new SlotsAtRest(originNodes);
        atReceiver = new SlotsAtRest(receiverNodes);
    }

    /// Waits until no slot of a side is on its way.
    ///
    /// @return null when told to stop
    @Nullable Rest await(End end) throws IOException {
        SlotsAtRest slots = end == origin ? atOrigin : atReceiver;
        boolean told = false;
        while (!copy.isStopping()) {
            Rest rest = slots.look();
            if (rest != null) {
                return rest;
            }
            if (!told) {
                told = true;
                warn(
                        end,
                        slots.moving()
                                + " of the "
                                + side(end)
                                + " are on their way between its"
                                + " primaries: the first copy waits until they rest");
            }
            copy.keepUp();
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return null;
    }

    /// Copies, as often as it takes.
    ///
    /// @param known where the snapshots that an earlier try has applied were taken; null when there
    ///   are none, or it is not known
    /// @param base hears of each beginning, before anything is written
    /// @return where the slots were at the snapshots; null when told to stop
    @Nullable Rest run(@Nullable Known known, Base base) throws IOException {
        if (!movesAtOrigin) {
            base.set(Rest.NONE);
            return copy.run(LinkHooks.NONE, this::look) ? Rest.NONE : null;
        }
        boolean again = false;
        while (true) {
            Rest rest = await(origin);
            if (rest == null) {
                return null;
            }
            again |= known != null && !known.isStill(rest);
            base.set(rest);
            CopyPermit permit = new CopyPermit(originNodes, atOrigin, rest);
            LinkHooks hooks =
                    new LinkHooks(
                            null,
                            refused -> false,
                            again ? "slots have moved since an earlier snapshot" : "",
                            permit,
                            null);
            boolean done = copy.run(hooks, status -> look(permit, status));
            if (!permit.hasMoved()) {
                return done ? rest : null;
            }
            again |= permit.wasGiven();
            warn(
                    origin,
                    "slots of the "
                            + side(origin)
                            + " have moved while the first copy was"
                            + " begun: it begins anew when they rest");
        }
    }

    /// Whether the slots are where they were at an earlier try's snapshots.
    @FunctionalInterface
    interface Known {
        boolean isStill(Rest rest);
    }

    private boolean look(CopyPermit permit, LinkStatus status) throws IOException {
        if (!isDue()) {
            return true;
        }
        watchReceiver();
        return permit.look(status);
    }

    private boolean look(LinkStatus status) throws PrimariesChangedException {
        if (isDue()) {
            watchReceiver();
        }
        return true;
    }

    private boolean isDue() {
        long now = System.nanoTime();
        boolean due = now - lookedNanos >= LOOK_NANOS;
        lookedNanos = due ? now : lookedNanos;
        return due;
    }

    private void watchReceiver() throws PrimariesChangedException {
        try {
            if (movesAtReceiver) {
                atReceiver.look();
            }
        } catch (PrimariesChangedException e) {
            throw e;
        } catch (IOException e) {
            // The copy meets the same fault, and says so when it lasts.
            System.getLogger(SlotCopy.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking for slots", e);
        }
    }

    private void warn(End end, String text) {
        events.accept(
                new LinkEvent.Warned(
                        end.instance().endpoint().addresses().getFirst().toString(),
                        text,
                        "Wait, or end the move: CLUSTER NODES shows slots on their way as"
                                + " [slot->-node]"));
    }

    private static String side(End end) {
        return end.site().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        atOrigin.close();
        atReceiver.close();
    }
}
