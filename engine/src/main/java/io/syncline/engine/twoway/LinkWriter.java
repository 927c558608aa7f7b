package io.syncline.engine.twoway;

import io.syncline.engine.twoway.Flow.QueuedUnit;
import io.syncline.engine.twoway.Flow.Writer;
import io.syncline.engine.twoway.Planner.Ready;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Brings a flow's units to their destination, one transaction after the other: watch, read the
/// destination's stream up to there, look again, write.
final class LinkWriter {
    /// The table of copied keys goes with every marker. While it is large, a transaction takes more
    /// units, at least one for so many entries. It has no limit: what would free it may wait for
    /// the very copy that is held back.
    private static final int COVERED_PER_UNIT = 4;

    /// What a stream of small commands takes when it is read: about 60 bytes become 500.
    private static final int MEMORY_PER_BYTE = 8;

    private final Ledger ledger;
    private final Planner planner;
    private final FlushDesk flushes;
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private final long epoch;

    LinkWriter(
            Ledger ledger,
            Planner planner,
            FlushDesk flushes,
            PairOptions options,
            PairOptions.Rules rules,
            long epoch) {
        this.ledger = ledger;
        this.planner = planner;
        this.flushes = flushes;
        this.options = options;
        this.rules = rules;
        this.epoch = epoch;
    }

    /// Goes one step towards the next transaction.
    ///
    /// @param back the other direction
    /// @param backHeld whether the destination's stream is not read for want of room
    /// @param limit most units
    /// @return whether anything was done
    boolean step(Flow flow, Flow back, boolean backHeld, int limit) {
        return switch (flow.writer.state) {
            case IDLE -> begin(flow, back, limit);
            case WAIT -> {
                boolean read = back.position >= flow.writer.fence || backHeld || isBlind(flow);
                yield (read || !rules.holds(Rule.READ_TO_FENCE_BEFORE_EXEC)) && go(flow, back);
            }
            case GUARD -> false;
        };
    }

    /// Whether nothing is watched, so that waiting for the destination's stream would gain nothing.
    private static boolean isBlind(Flow flow) {
        return flow.writer.watched.isEmpty() && !flow.writer.flush;
    }

    private boolean begin(Flow flow, Flow back, int limit) {
        boolean closed = planner.isClosed(flow.origin);
        if (closed && !flushes.isBusy(flow)) {
            // It may have asked for that before it was held back.
            back.paused = false;
        }
        if (flow.paused || yields(flow, back)) {
            return false;
        }
        boolean behind = flow.writer.executing;
        if (behind && !mayGoAhead(flow, back)) {
            return false;
        }
        // What an earlier process wrote behind a flush survives it, and stands in the rest of that
        // stream.
        boolean told = flow.caughtUp || !rules.holds(Rule.READ_WHAT_MAY_BE_VOID);
        boolean flushable = told && !behind && (!closed || flushes.isBusy(flow));
        if (flushable && flushes.step(flow, back)) {
            return true;
        }
        if (flushes.isBusy(flow)) {
            return false;
        }
        int most = Math.max(limit, flow.covered.size() / COVERED_PER_UNIT);
        List<Ready> plan = planner.plan(flow, back, most);
        List<KeyState> transfers = planner.transfers(flow);
        if (plan.isEmpty() && transfers.isEmpty() && (behind || !wantsHeartbeat(flow))) {
            return false;
        }
        guard(flow, planner.watch(flow, plan, transfers), most, false);
        flow.writer.plan = plan;
        flow.writer.planned = planned(flow);
        return true;
    }

    /// Whether a guard may be set behind a transaction that is not answered yet, which spares a
    /// round trip. A flush goes alone.
    private boolean mayGoAhead(Flow flow, Flow back) {
        return options.ahead() && flow.flushes.isEmpty() && back.flushes.isEmpty();
    }

    /// Whether this link holds back because the other one cannot keep up: our echo stands in that
    /// one's stream, behind what it has no room for, and would make it read all of that. When
    /// neither keeps up, the source's goes on.
    private boolean yields(Flow flow, Flow back) {
        if (!flow.caughtUp) {
            // The other one may not write yet.
            return false;
        }
        if (planner.isClosed(back.origin)) {
            return back.waitingBytes >= options.queuedBytesLimit() && flow.flushes.isEmpty();
        }
        return isBehind(back)
                && ledger.latchedCount() == 0
                && flow.flushes.isEmpty()
                && back.flushes.isEmpty()
                && !(isBehind(flow) && flow.origin == Site.SOURCE);
    }

    /// Each transaction makes a little room, which is read full again: only a queue that is half
    /// empty tells that its stream has no more.
    private boolean isBehind(Flow flow) {
        long all = flow.waitingBytes + MEMORY_PER_BYTE * flow.unread;
        return all >= options.queuedBytesLimit() / 2;
    }

    /// A number that stays while a plan does.
    private long planned(Flow flow) {
        return ledger.changes() + flow.changes + planner.contended(flow);
    }

    private static boolean wantsHeartbeat(Flow flow) {
        return flow.heartbeat
                && flow.waiting.isEmpty()
                && flow.position > flow.sentThrough.offset();
    }

    void guard(Flow flow, Set<KeyId> keys, int limit, boolean flush) {
        Writer writer = flow.writer;
        writer.watched = keys;
        writer.limit = limit;
        writer.flush = flush;
        writer.state = Writer.State.GUARD;
        flow.requests.add(new Request.Watch(keys, rules.holds(Rule.WATCH_EPOCH)));
        flow.requests.add(new Request.AskOffset());
    }

    private boolean go(Flow flow, Flow back) {
        Writer writer = flow.writer;
        if (writer.flush) {
            flushes.send(flow, back);
            return true;
        }
        if (flow.paused) {
            return giveUp(flow);
        }
        // A latched key may flip, a copy may be ready: then everything is looked at again.
        boolean same =
                ledger.latchedCount() == 0
                        && writer.planned == planned(flow)
                        && !planner.isClosed(flow.origin);
        List<Ready> plan =
                same ? writer.plan : watched(flow, planner.plan(flow, back, writer.limit));
        writer.plan = List.of();
        List<KeyState> transfers = new ArrayList<>(planner.transfers(flow));
        transfers.removeIf(state -> !planner.mayWrite(flow, state.key, writer.watched));
        boolean heartbeat = wantsHeartbeat(flow);
        if (plan.isEmpty() && transfers.isEmpty() && !heartbeat) {
            return giveUp(flow);
        }
        send(flow, back, plan, transfers, heartbeat);
        return true;
    }

    /// The watched keys are not there.
    void unfenced(Flow flow) {
        if (flow.writer.state == Writer.State.GUARD) {
            giveUp(flow);
        }
    }

    /// Lets go of what is watched; a question that is not answered yet is let go at its answer.
    void stepAside(Flow flow) {
        if (flow.writer.state == Writer.State.WAIT) {
            giveUp(flow);
        }
    }

    private boolean giveUp(Flow flow) {
        flow.requests.add(new Request.Unwatch());
        flow.writer.state = Writer.State.IDLE;
        return true;
    }

    /// Those from the front that were watched, or go blind on purpose.
    private List<Ready> watched(Flow flow, List<Ready> plan) {
        List<Ready> allowed = new ArrayList<>();
        for (Ready ready : plan) {
            if (!planner.mayWrite(flow, ready, flow.writer.watched)) {
                break;
            }
            allowed.add(ready);
        }
        return allowed;
    }

    private void send(
            Flow flow, Flow back, List<Ready> plan, List<KeyState> transfers, boolean heartbeat) {
        StreamPlace through = flow.sentThrough;
        StreamPlace known = flow.sentKnown;
        if (!plan.isEmpty()) {
            QueuedUnit last = plan.getLast().unit();
            through = last.place();
            known = last.known;
        } else if (heartbeat) {
            through = flow.place();
            known = back.seen;
        }
        flow.heartbeat = false;
        List<PairCommand> commands = new ArrayList<>();
        for (Ready ready : plan) {
            commands.addAll(ready.commands());
            flow.send();
        }
        List<KeyRecord> records = new ArrayList<>();
        Map<KeyId, Long> offsets = new HashMap<>();
        for (KeyState state : transfers) {
            Conflict conflict = state.conflict;
            KeyRecord record = conflict == null ? null : conflict.record;
            if (conflict != null && record != null) {
                conflict.state = Conflict.State.SENT;
                records.add(record);
                offsets.put(state.key, conflict.offset);
            }
        }
        Marker marker = marker(flow, through, known, offsets, deletes(commands, records), null);
        transact(
                flow, new Request.Transaction(null, commands, records, marker, false), plan.size());
    }

    /// What a transaction deletes on purpose.
    ///
    /// @param remade those keys that it writes again behind that
    record Deletes(Set<KeyId> keys, Set<KeyId> remade) {}

    static Deletes deletes(Collection<PairCommand> commands, Collection<KeyRecord> records) {
        Set<KeyId> keys = new HashSet<>();
        Set<KeyId> remade = new HashSet<>();
        for (PairCommand command : commands) {
            for (Effect effect : command.effects) {
                if (command.deletes) {
                    keys.add(effect.key());
                    remade.remove(effect.key());
                } else if (effect.writes() && keys.contains(effect.key())) {
                    remade.add(effect.key());
                }
            }
        }
        for (KeyRecord record : records) {
            if (record.payload() == null) {
                keys.add(record.key());
            }
        }
        return new Deletes(keys, remade);
    }

    Marker marker(
            Flow flow,
            StreamPlace through,
            StreamPlace known,
            Map<KeyId, Long> transfers,
            Deletes deletes,
            @Nullable FlushScope flush) {
        Map<KeyId, Long> covered = new HashMap<>(flush == null ? flow.covered : Map.of());
        if (flush != null) {
            flow.covered.forEach((key, offset) -> {
                if (!flush.covers(key.database())) {
                    covered.put(key, offset);
                }
            });
        }
        covered.putAll(transfers);
        Marker last = flow.lastMarker;
        return new Marker(
                epoch,
                ++flow.sequence,
                through,
                known,
                covered,
                transfers,
                deletes.keys,
                deletes.remade,
                flush,
                last == null ? null : last.asPeer());
    }

    void transact(Flow flow, Request.Transaction transaction, int units) {
        Writer writer = flow.writer;
        writer.marker = transaction.marker();
        writer.units = units;
        writer.transfers = List.copyOf(transaction.marker().transfers().keySet());
        writer.state = Writer.State.IDLE;
        writer.executing = true;
        writer.sentWatched = writer.watched;
        flow.requests.add(transaction);
    }

    /// The answer to EXEC. Only says what was sent: what is done, the echo says.
    void executed(Flow flow, boolean done) {
        Writer writer = flow.writer;
        writer.executing = false;
        if (!done) {
            voided(flow);
            return;
        }
        writer.done = writer.marker;
        if (writer.marker.through().offset() >= flow.sentThrough.offset()) {
            flow.sentThrough = writer.marker.through();
            flow.sentKnown = writer.marker.known();
        }
        ledger.succeeded(writer.sentWatched);
        flow.release(writer.units);
    }

    /// Not executed: everything is as before it was sent.
    void voided(Flow flow) {
        Writer writer = flow.writer;
        if (writer.flush) {
            flow.unsend(flow.sentUnits.size());
            flushes.retry(flow);
            return;
        }
        flow.unsend(writer.units);
        writer.sentWatched.forEach(ledger::failed);
        for (KeyId key : writer.transfers) {
            KeyState state = ledger.find(key);
            Conflict conflict = state == null ? null : state.conflict;
            if (conflict != null && conflict.state == Conflict.State.SENT) {
                conflict.state = Conflict.State.HERE;
            }
        }
    }
}
