package io.syncline.engine.target;

import io.syncline.engine.net.Backoff;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How long a cluster writer has been waiting, for nodes and for single slots, and when it tries
/// again.
///
/// A node that takes no writes holds up what is repeated as a whole. A slot that is on its way from
/// one node to another waits by itself, while all others go on: a cluster that is being resharded
/// has such a slot at any moment for hours, and none of them waits long.
final class Outages {
    /// A slot is on its way for milliseconds to seconds; the batch that waits is small.
    private static final long SLOT_LONGEST_NANOS = 1_000_000_000;

    private final TargetDialer dialer;
    private final Map<Integer, SlotWait> slots = new LinkedHashMap<>();
    private @Nullable Backoff outage;
    private long repeatNanos;

    Outages(TargetDialer dialer) {
        this.dialer = dialer;
    }

    private static final class SlotWait {
        final Backoff backoff;
        long dueNanos;

        SlotWait(Backoff backoff) {
            this.backoff = backoff;
        }
    }

    /// Forgets what was waited for: the nodes are there, and something else is written now.
    void clear() {
        Backoff past = outage;
        if (past == null && !slots.isEmpty()) {
            past = slots.values().iterator().next().backoff;
        }
        slots.clear();
        outage = null;
        if (past != null) {
            dialer.recovered(past);
        }
    }

    boolean isWaiting() {
        return outage != null || !slots.isEmpty();
    }

    // ---- nodes ----

    /// Waits before sending again, ever longer.
    ///
    /// @throws io.syncline.engine.fault.SynclineException when the retry time is over
    void later(String why) {
        long now = System.nanoTime();
        if (outage != null && now < repeatNanos) {
            return;
        }
        Backoff backoff = outage(now);
        repeatNanos = now + delay(backoff, now, why);
        dialer.report(backoff, why);
    }

    /// Waits now, before the next try.
    ///
    /// @param sinceNanos when a node went away, if this is the first that is heard of it
    void pause(String why, long sinceNanos) {
        dialer.pause(outage(sinceNanos), why);
    }

    private Backoff outage(long sinceNanos) {
        Backoff present = outage;
        if (present == null) {
            present = dialer.backoff(sinceNanos);
            outage = present;
        }
        return present;
    }

    private long delay(Backoff backoff, long now, String why) {
        long delay = backoff.next(now);
        if (delay < 0) {
            throw dialer.exhausted(why);
        }
        return delay * 1_000_000;
    }

    /// Whether it is time to send again what a node did not take.
    boolean isDue() {
        return outage == null || System.nanoTime() >= repeatNanos;
    }

    /// Something has changed: everything may be tried at once.
    void tryNow() {
        long now = System.nanoTime();
        repeatNanos = Math.min(repeatNanos, now);
        slots.values().forEach(wait -> wait.dueNanos = now);
    }

    /// Nothing that was sent again is on its way any more.
    void over() {
        Backoff past = outage;
        if (past != null) {
            outage = null;
            dialer.recovered(past);
        }
    }

    // ---- slots ----

    /// A slot's batch waits until its slot is wholly somewhere.
    ///
    /// @throws io.syncline.engine.fault.SynclineException when the retry time is over
    void later(int slot, String why) {
        SlotWait wait = slots.computeIfAbsent(slot, key -> new SlotWait(dialer.backoff()));
        long now = System.nanoTime();
        String reason =
                "slot "
                        + slot
                        + " is on its way to another node and waits, while other slots go on: "
                        + why;
        wait.dueNanos = now + Math.min(SLOT_LONGEST_NANOS, delay(wait.backoff, now, reason));
        if (slots.keySet().iterator().next() == slot) {
            dialer.report(wait.backoff, reason);
        }
    }

    boolean isDue(int slot) {
        SlotWait wait = slots.isEmpty() ? null : slots.get(slot);
        return wait == null || System.nanoTime() >= wait.dueNanos;
    }

    /// A slot's batch was taken.
    void taken(int slot) {
        SlotWait wait = slots.isEmpty() ? null : slots.remove(slot);
        if (wait != null && slots.isEmpty() && outage == null) {
            dialer.recovered(wait.backoff);
        }
    }
}
