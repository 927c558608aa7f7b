package io.syncline.engine.twoway;

import io.syncline.engine.twoway.Flow.QueuedUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides what of a flow's queue may be sent now: a prefix of its units without anything on a
/// latched key.
final class Planner {
    private final Ledger ledger;
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private final RecentWrites recent;
    private final Gates gates;

    Planner(
            Ledger ledger,
            PairOptions options,
            PairOptions.Rules rules,
            RecentWrites recent,
            Gates gates) {
        this.ledger = ledger;
        this.options = options;
        this.rules = rules;
        this.recent = recent;
        this.gates = gates;
    }

    /// Whether what comes from a site is held back by its user.
    boolean isClosed(Site origin) {
        return gates.isClosed(origin);
    }

    /// One unit that may go, with those of its commands that are still to be done.
    record Ready(QueuedUnit unit, List<PairCommand> commands) {}

    /// What may go of a flow now: nothing of one that is held back.
    ///
    /// @param back the other direction
    List<Ready> plan(Flow flow, Flow back, int limit) {
        List<Ready> ready = new ArrayList<>();
        if (isClosed(flow.origin)) {
            return ready;
        }
        long bytes = 0;
        long cause = ledger.latchedCount() == 0 ? Long.MAX_VALUE : ledger.oldestCause(flow.origin);
        Remade remade = new Remade();
        for (QueuedUnit unit : flow.waiting) {
            if (ready.size() == limit || unit.flush != null) {
                break;
            }
            if (unit.offset >= cause) {
                oweCaused(flow.origin, unit.offset, back);
                break;
            }
            if (bytes > 0 && bytes + unit.size > options.bytesPerTransaction()) {
                break;
            }
            List<PairCommand> commands = commands(flow, back, unit);
            if (commands == null) {
                break;
            }
            if (!remade.admits(commands)) {
                if (ready.isEmpty()) {
                    copyResults(flow, unit, remade);
                }
                break;
            }
            bytes += unit.size;
            ready.add(new Ready(unit, commands));
        }
        return ready;
    }

    /// Null when the unit must wait for a repair.
    private @Nullable List<PairCommand> commands(Flow flow, Flow back, QueuedUnit unit) {
        List<PairCommand> commands = new ArrayList<>(unit.items.size());
        for (Op.Item item : unit.items) {
            int live = 0;
            int writes = 0;
            for (Op op : item.ops) {
                if (op.live) {
                    live++;
                    writes += op.writes() ? 1 : 0;
                }
            }
            if (writes == 0) {
                continue;
            }
            if (isLatched(item)) {
                if (isLeft(item, back)) {
                    continue;
                }
                owe(item, back);
                return null;
            }
            boolean whole = live == item.ops.length;
            boolean doubtful = !whole || (item.tainted && rules.holds(Rule.TAINT));
            if (item.command.opaque || (doubtful && rules.holds(Rule.COPY_WHAT_CANNOT_BE_SENT))) {
                copyResult(flow, item);
                return null;
            }
            commands.add(item.command);
        }
        return commands;
    }

    /// Whether a command is left to the repair of its keys, since the direction that is to carry
    /// the repair is held back by its user, and this one is not to wait for it. Should this side
    /// win after all, its record is read then, and has what the command did.
    ///
    /// A restart must find a crossing again. It does while a write of the other site to each key,
    /// with which this one does not commute, is not sent: both streams are read again from before.
    /// A flush while slots moved is no such write: where they are then, it may concern other keys.
    private boolean isLeft(Op.Item item, Flow back) {
        QueuedUnit first = back.waiting.peekFirst();
        if (first == null || !isClosed(back.origin)) {
            return false;
        }
        for (Op op : item.ops) {
            KeyState state = op.live && op.writes() ? ledger.find(op.effect.key()) : null;
            Conflict conflict = state == null ? null : state.conflict;
            if (state == null
                    || conflict == null
                    || !conflict.isFor(back.origin)
                    || !isUnsentAgainst(op, state.ops(back.origin), first.offset)) {
                return false;
            }
        }
        return true;
    }

    /// A command that cannot be left waits for copies: those from the side that is held back go all
    /// the same.
    private void owe(Op.Item item, Flow back) {
        if (!isClosed(back.origin)) {
            return;
        }
        for (Op op : item.ops) {
            KeyState state = op.live ? ledger.find(op.effect.key()) : null;
            Conflict conflict = state == null ? null : state.conflict;
            if (conflict != null) {
                conflict.owed = true;
            }
        }
    }

    /// The same for conflicts that came of a unit, which waits for their end.
    private void oweCaused(Site origin, long through, Flow back) {
        if (!isClosed(back.origin)) {
            return;
        }
        for (KeyState state : ledger.latched()) {
            Conflict conflict = state.conflict;
            if (conflict != null && conflict.cause(origin) <= through) {
                conflict.owed = true;
            }
        }
    }

    private static boolean isUnsentAgainst(Op op, OpList theirs, long from) {
        for (Op their : theirs) {
            if (their.writes()
                    && !their.indexOnly
                    && !their.item.command.sweeps
                    && their.offset >= from
                    && !op.effect.commutation().commutesWith(their.effect.commutation())) {
                return true;
            }
        }
        return false;
    }

    private boolean isLatched(Op.Item item) {
        for (Op op : item.ops) {
            if (op.live && ledger.isLatched(op.effect.key())) {
                return true;
            }
        }
        return false;
    }

    /// One transaction of the users' own, which cannot be sent in two.
    private void copyResults(Flow flow, QueuedUnit unit, Remade remade) {
        for (Op.Item item : unit.items) {
            if (remade.concerns(item.command)) {
                copyResult(flow, item);
            }
        }
    }

    /// The command can no longer be sent as it stands: what it made is copied.
    private void copyResult(Flow flow, Op.Item item) {
        for (Op op : item.ops) {
            if (op.live && op.writes()) {
                Conflict conflict = ledger.latch(op.effect.key(), LatchCause.DERIVED);
                conflict.forced = flow.origin;
            }
        }
    }

    /// The latched keys whose record is here and may go with this flow: of one that is held back,
    /// what the other one waits for.
    List<KeyState> transfers(Flow flow) {
        boolean closed = isClosed(flow.origin);
        List<KeyState> ready = new ArrayList<>();
        for (KeyState state : ledger.latched()) {
            Conflict conflict = state.conflict;
            if (conflict == null
                    || conflict.state != Conflict.State.HERE
                    || conflict.winner != flow.origin
                    || conflict.decide() != flow.origin
                    || (closed && !conflict.owed)
                    || conflict.offset > flow.position) {
                continue;
            }
            ready.add(state);
        }
        return ready;
    }

    /// The keys to watch for a plan.
    Set<KeyId> watch(Flow flow, List<Ready> plan, Collection<KeyState> transfers) {
        Set<KeyId> keys = new HashSet<>();
        if (options.guard().mode() == GuardPolicy.Mode.NEVER) {
            return keys;
        }
        for (Ready ready : plan) {
            for (PairCommand command : ready.commands()) {
                for (Effect effect : command.effects) {
                    if (isGuarded(flow, effect.key())) {
                        keys.add(effect.key());
                    }
                }
            }
        }
        for (KeyState state : transfers) {
            if (isGuarded(flow, state.key)) {
                keys.add(state.key);
            }
        }
        return keys;
    }

    /// Grows when a key may have become worth guarding.
    long contended(Flow flow) {
        return options.guard().mode() == GuardPolicy.Mode.CONTENDED
                ? recent.count(flow.destination())
                : 0;
    }

    private boolean isGuarded(Flow flow, KeyId key) {
        if (key.database() < 0 || isBlind(key)) {
            return false;
        }
        return options.guard().mode() == GuardPolicy.Mode.ALWAYS
                || recent.contains(flow.destination(), key);
    }

    /// Whether a key has voided so many transactions that it goes without a guard.
    private boolean isBlind(KeyId key) {
        KeyState state = ledger.find(key);
        return state != null && state.failures >= options.guard().blindAfter();
    }

    /// Whether a key may be written in a transaction that watched these.
    boolean mayWrite(Flow flow, KeyId key, Set<KeyId> watched) {
        return watched.contains(key) || !isGuarded(flow, key);
    }

    boolean mayWrite(Flow flow, Ready ready, Set<KeyId> watched) {
        for (PairCommand command : ready.commands()) {
            for (Effect effect : command.effects) {
                if (!mayWrite(flow, effect.key(), watched)) {
                    return false;
                }
            }
        }
        return true;
    }
}
