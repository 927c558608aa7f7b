package io.syncline.engine.twoway;

import io.syncline.engine.twoway.Flow.PendingFlush;
import io.syncline.engine.twoway.Flow.QueuedUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Takes in the units of both streams: local writes into the ledger and the queues, and the echoes
/// of our own transactions, which settle them.
final class StreamIndex {
    private final Flow[] flows;
    private final Ledger ledger;
    private final PairOptions.Rules rules;
    private final PairListener listener;

    /// Keys whose copy was refused: to be latched again behind its echo.
    private final Set<KeyId> refusedCopies = new HashSet<>();

    StreamIndex(Flow[] flows, Ledger ledger, PairOptions.Rules rules, PairListener listener) {
        this.flows = flows;
        this.ledger = ledger;
        this.rules = rules;
        this.listener = listener;
    }

    private Flow from(Site site) {
        return flows[site.index()];
    }

    void read(Site site, StreamUnit unit) {
        Flow flow = from(site);
        switch (unit.kind()) {
            case LOCAL -> local(flow, unit);
            case PAIR -> pair(flow, unit);
            case SNAPSHOT -> absorbSnapshot(flow, unit);
            case CONTROL -> {}
        }
        flow.position = unit.offset();
        flow.database = unit.database();
    }

    /// The first copy wrote over these keys: what was done to them here before is gone.
    private void absorbSnapshot(Flow flow, StreamUnit unit) {
        for (PairCommand command : unit.commands()) {
            for (Effect effect : command.effects) {
                KeyState state = ledger.find(effect.key());
                if (state != null) {
                    ledger.drop(state, flow.origin, Long.MAX_VALUE);
                    ledger.unlatch(state);
                }
            }
        }
    }

    private void pair(Flow flow, StreamUnit unit) {
        Marker marker = unit.marker();
        if (marker == null) {
            throw new IllegalArgumentException("a unit of the pair has no marker");
        }
        for (PendingFlush flush : flow.flushes) {
            addSurvivors(flush, unit);
        }
        if (!rules.holds(Rule.EXPIRY_IN_ECHO)) {
            echo(flow, marker);
            return;
        }
        List<PairCommand> before = new ArrayList<>();
        List<PairCommand> behind = new ArrayList<>();
        ownDeletes(unit, marker, before, behind);
        List<Op.Item> items = new ArrayList<>();
        take(flow, unit, before, items);
        echo(flow, marker);
        take(flow, unit, behind, items);
        if (!items.isEmpty()) {
            // One unit, as its offset is one: of two, the first would settle the other.
            enqueue(flow, queued(flow, unit, items));
        }
    }

    private static void addSurvivors(PendingFlush flush, StreamUnit unit) {
        for (PairCommand command : unit.commands()) {
            for (Effect effect : command.effects) {
                if (effect.writes() && flush.scope.covers(effect.key().database())) {
                    flush.survivors.add(effect.key());
                }
            }
        }
    }

    /// The deletes in our own transaction that we did not send: a key expired while we touched it,
    /// or an expiry that we set was in the past already. They are the site's own doing. So is the
    /// last one of a key that we deleted and made anew, when nothing stands behind it. One before a
    /// copy is none: that voids all the site did, and before Redis 3.0 begins so.
    private static void ownDeletes(
            StreamUnit unit, Marker marker, List<PairCommand> before, List<PairCommand> behind) {
        Set<KeyId> written = new HashSet<>();
        Map<KeyId, PairCommand> last = new HashMap<>();
        for (PairCommand command : unit.commands()) {
            if (command.effects.length == 0) {
                continue;
            }
            KeyId key = command.effects[0].key();
            if (marker.remade().contains(key)) {
                last.put(key, command);
            }
            if (!command.deletes) {
                if (!marker.transfers().isEmpty()) {
                    written.add(key);
                }
            } else if (!marker.deletes().contains(key)) {
                if (!marker.transfers().containsKey(key)) {
                    before.add(command);
                } else if (written.contains(key)) {
                    behind.add(command);
                }
            }
        }
        last.values().stream().filter(command -> command.deletes).forEach(before::add);
    }

    private void local(Flow flow, StreamUnit unit) {
        FlushScope scope = null;
        for (PairCommand command : unit.commands()) {
            if (command.flush != null) {
                scope = scope == null ? command.flush : scope.and(command.flush);
            }
        }
        List<Op.Item> items = new ArrayList<>(unit.commands().size());
        take(flow, unit, unit.commands(), items);
        QueuedUnit queued = queued(flow, unit, items);
        queued.flush = scope;
        if (scope != null && unit.offset() > flow.seen.offset()) {
            flushMet(flow, unit, queued, scope);
            ledger.meetFlush(flow.destination(), scope);
            from(flow.destination()).mayBeVoid |=
                    isIndexOnly(flow, unit.offset()) && rules.holds(Rule.READ_WHAT_MAY_BE_VOID);
        }
        enqueue(flow, queued);
    }

    private QueuedUnit queued(Flow flow, StreamUnit unit, List<Op.Item> items) {
        StreamPlace known = from(flow.destination()).seen;
        return new QueuedUnit(flow.stream, unit, known, List.copyOf(items));
    }

    private static boolean isIndexOnly(Flow flow, long offset) {
        return offset <= flow.durable;
    }

    private static void enqueue(Flow flow, QueuedUnit queued) {
        if (!isIndexOnly(flow, queued.offset)) {
            flow.enqueue(queued);
        }
    }

    /// Takes in the commands of a unit that are no flushes.
    private void take(Flow flow, StreamUnit unit, List<PairCommand> commands, List<Op.Item> into) {
        boolean indexOnly = isIndexOnly(flow, unit.offset());
        for (PairCommand command : commands) {
            if (command.flush == null) {
                into.add(take(flow, unit, command, indexOnly));
            }
        }
    }

    /// What else the flush's own transaction wrote is copied as it is then.
    private static void flushMet(Flow flow, StreamUnit unit, QueuedUnit queued, FlushScope scope) {
        PendingFlush flush = new PendingFlush(scope, unit.offset(), unit.millis());
        for (Op.Item item : queued.items) {
            for (Effect effect : item.command.effects) {
                if (effect.writes()) {
                    flush.survivors.add(effect.key());
                }
            }
        }
        flow.flushes.add(flush);
    }

    private Op.Item take(Flow flow, StreamUnit unit, PairCommand command, boolean indexOnly) {
        Op.Item item = new Op.Item(command);
        for (int i = 0; i < item.ops.length; i++) {
            Effect effect = command.effects[i];
            Op op = new Op(unit.offset(), unit.millis(), item, effect, indexOnly);
            item.ops[i] = op;
            Long covered = flow.covered.get(effect.key());
            op.live =
                    unit.offset() > flow.seen.offset()
                            && (covered == null || unit.offset() > covered);
            if (op.live) {
                ledger.add(flow, op);
            }
        }
        boolean live = false;
        for (Op op : item.ops) {
            if (op.live) {
                ledger.judge(flow, op);
                live = true;
            }
        }
        if (live) {
            for (PendingFlush flush : from(flow.destination()).flushes) {
                ledger.meetFlush(flow.origin, item, flush.scope);
            }
        }
        return item;
    }

    /// A transaction of the link that writes to this flow's origin stands in its stream.
    private void echo(Flow flow, Marker marker) {
        Flow writing = from(flow.destination());
        flow.lastMarker = marker;
        FlushScope scope = marker.flush();
        if (scope != null) {
            emptied(flow, writing, scope);
        }
        if (marker.through().offset() > writing.seen.offset()) {
            writing.seen = marker.through();
        }
        if (rules.holds(Rule.SETTLE_AT_ECHO)) {
            settle(writing, marker.through().offset());
        }
        for (Map.Entry<KeyId, Long> transfer : marker.transfers().entrySet()) {
            absorb(flow, writing, transfer.getKey(), transfer.getValue());
        }
        if (!rules.holds(Rule.STICKY_LATCH)) {
            ledger.unlatchQuiet();
        }
        if (!flow.covered.isEmpty()) {
            flow.covered.values().removeIf(offset -> offset <= marker.known().offset());
        }
    }

    /// The site was emptied by a flush of the other one.
    private void emptied(Flow flow, Flow writing, FlushScope scope) {
        ledger.empty(flow.origin, scope);
        flow.flushes.removeIf(each -> scope.covers(each.scope));
        flow.paused = false;
        writing.paused = false;
        for (QueuedUnit queued : flow.sentUnits) {
            voidFlush(queued, scope);
        }
        for (QueuedUnit queued : flow.waiting) {
            voidFlush(queued, scope);
        }
        writing.covered.keySet().removeIf(key -> scope.covers(key.database()));
    }

    private static void voidFlush(QueuedUnit queued, FlushScope scope) {
        FlushScope own = queued.flush;
        if (own != null && scope.covers(own)) {
            queued.flush = null;
        }
    }

    void settle(Flow flow, long through) {
        ledger.settle(flow, through);
        for (QueuedUnit head = flow.head();
                head != null && head.offset <= through;
                head = flow.head()) {
            flow.removeHead();
        }
        while (!flow.flushes.isEmpty() && flow.flushes.getFirst().offset <= through) {
            flow.flushes.removeFirst();
            from(flow.destination()).paused = false;
        }
    }

    /// The wrong way, for the test that shows so.
    void settleAtAnswer(Flow flow, Marker marker) {
        settle(flow, marker.through().offset());
        marker.transfers()
                .forEach((key, offset) -> {
                    KeyState state = ledger.find(key);
                    if (state != null) {
                        ledger.drop(state, flow.destination(), Long.MAX_VALUE);
                        ledger.drop(state, flow.origin, offset);
                        ledger.unlatch(state);
                    }
                });
    }

    /// The destination answered a key's commands with an error, or that they came too late.
    ///
    /// @param origin where they had their effect
    void refused(KeyId key, Site origin) {
        KeyState state = ledger.find(key);
        Conflict conflict = state == null ? null : state.conflict;
        if (conflict != null && conflict.state == Conflict.State.SENT) {
            refusedCopies.add(key);
        } else {
            ledger.latch(key, LatchCause.REFUSED).favour(origin);
        }
    }

    /// A key was copied as a whole from the writing link's origin, as of `offset`.
    private void absorb(Flow flow, Flow writing, KeyId key, long offset) {
        KeyState state = ledger.find(key);
        if (state != null) {
            if (rules.holds(Rule.ABSORB_BY_ECHO)) {
                ledger.drop(state, flow.origin, Long.MAX_VALUE);
            }
            ledger.drop(state, writing.origin, offset);
            Conflict conflict = state.conflict;
            if (conflict != null && !conflict.isHarmless()) {
                listener.resolved(
                        new Resolution(
                                key,
                                conflict.cause,
                                conflict.millis(Site.SOURCE),
                                conflict.millis(Site.TARGET),
                                writing.origin));
            }
            ledger.unlatch(state);
        }
        if (rules.holds(Rule.COVER)) {
            writing.covered.put(key, offset);
        }
        if (refusedCopies.remove(key)) {
            ledger.latch(key, LatchCause.REFUSED).forced = writing.origin;
        }
    }
}
