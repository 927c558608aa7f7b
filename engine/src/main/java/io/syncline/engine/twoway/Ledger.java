package io.syncline.engine.twoway;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is in flight, by key, and which keys are latched. Holds nothing else, so its size is that
/// of the window between reading and settling, whatever the size of the key space.
final class Ledger {
    private final Map<KeyId, KeyState> states = new HashMap<>();
    private final Map<KeyId, KeyState> latched = new LinkedHashMap<>();
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private long serial;

    /// How often a key was latched or let go, or an op was void before it was sent.
    private long changes;

    /// Keys over which the last transaction was voided.
    private final Set<KeyState> failing = new HashSet<>();

    Ledger(PairOptions options, PairOptions.Rules rules) {
        this.options = options;
        this.rules = rules;
    }

    @Nullable KeyState find(KeyId key) {
        return states.get(key);
    }

    KeyState state(KeyId key) {
        return states.computeIfAbsent(key, KeyState::new);
    }

    Iterable<KeyState> latched() {
        return latched.values();
    }

    int latchedCount() {
        return latched.size();
    }

    /// Adds the keys of which anything of a site may still be on its way: commands that are not
    /// settled, or a whole record.
    void addKeys(Site site, Set<KeyId> into) {
        for (KeyState state : states.values()) {
            if (!state.ops(site).isEmpty() || state.conflict != null) {
                into.add(state.key);
            }
        }
    }

    /// How many keys were latched so far.
    long serial() {
        return serial;
    }

    /// The number of the oldest latch that still holds; beyond all when there is none.
    long oldestLatch() {
        for (KeyState state : latched.values()) {
            Conflict conflict = state.conflict;
            if (conflict != null) {
                return conflict.serial;
            }
        }
        return Long.MAX_VALUE;
    }

    /// Differs when what may be sent may differ.
    long changes() {
        return changes;
    }

    /// A transaction was voided, maybe over this key.
    void failed(KeyId key) {
        KeyState state = states.get(key);
        if (state != null) {
            state.failures++;
            failing.add(state);
        }
    }

    /// A transaction that watched these keys was executed.
    void succeeded(Set<KeyId> keys) {
        if (failing.isEmpty()) {
            return;
        }
        for (KeyId key : keys) {
            KeyState state = states.get(key);
            if (state != null) {
                recover(state);
            }
        }
    }

    private void recover(KeyState state) {
        if (state.failures > 0) {
            state.failures = 0;
            failing.remove(state);
        }
    }

    int keyCount() {
        return states.size();
    }

    boolean isLatched(KeyId key) {
        if (latched.isEmpty()) {
            return false;
        }
        KeyState state = states.get(key);
        return state != null && state.conflict != null;
    }

    /// Puts a live op in, and finds what it crossed.
    void add(Flow flow, Op op) {
        state(op.effect.key()).add(flow.origin, op);
        flow.log.add(op);
    }

    /// Latches whatever an op that was just read is in conflict with.
    void judge(Flow flow, Op op) {
        KeyState state = state(op.effect.key());
        Site other = flow.destination();
        if (!state.ops(other).isEmpty() && !isFree(op, state, other)) {
            if (op.writes()) {
                meetWrites(op, state, other);
                meetReaders(op, state, other);
            } else {
                readAmongWrites(op, state, other);
            }
        }
        Conflict conflict = state.conflict;
        if (conflict == null) {
            return;
        }
        if (op.writes()) {
            conflict.note(flow.origin, op, options.deletesYield());
        }
        // Also one that is done already: it found another value at the other site.
        glue(flow.origin, op, state);
    }

    private boolean isFree(Op op, KeyState state, Site other) {
        return rules.holds(Rule.COMMUTATION) && state.commutesAtOnce(op, other);
    }

    private void meetWrites(Op op, KeyState state, Site other) {
        if (state.conflict != null) {
            return;
        }
        for (Op theirs : state.ops(other)) {
            if (theirs.writes() && !areBothDone(op, theirs) && !commute(op, theirs)) {
                latch(state.key, LatchCause.CONFLICT);
                return;
            }
        }
    }

    private boolean commute(Op one, Op two) {
        return rules.holds(Rule.COMMUTATION)
                && one.effect.commutation().commutesWith(two.effect.commutation());
    }

    /// Nothing can be done about two writes that both are done.
    private static boolean areBothDone(Op one, Op two) {
        return one.indexOnly && two.indexOnly;
    }

    private void meetReaders(Op op, KeyState state, Site other) {
        if (!state.mayHaveReaders(other) || !rules.holds(Rule.KEYS_THAT_ARE_READ)) {
            return;
        }
        for (Op theirs : state.ops(other).toList()) {
            if (!theirs.writes() && !areBothDone(op, theirs)) {
                taint(other, theirs.item, state);
            }
        }
    }

    private void readAmongWrites(Op op, KeyState state, Site other) {
        if (!rules.holds(Rule.KEYS_THAT_ARE_READ)) {
            return;
        }
        for (Op theirs : state.ops(other)) {
            if (theirs.writes() && !areBothDone(op, theirs)) {
                taint(other.other(), op.item, state);
                return;
            }
        }
    }

    /// A flush crossed what another site did with a key of one database and then wrote in another,
    /// as MOVE does: where the flush came first, there was nothing to do it with.
    ///
    /// @param site that did not flush
    void meetFlush(Site site, FlushScope scope) {
        for (KeyState state : List.copyOf(states.values())) {
            if (scope.covers(state.key.database())) {
                state.ops(site).toList().forEach(op -> meetFlush(site, op.item, scope));
            }
        }
    }

    /// @param site that did not flush
    /// @param item of it
    void meetFlush(Site site, Op.Item item, FlushScope scope) {
        if (scope.straddles(item.command)) {
            taint(site, item, null);
        }
    }

    /// What a command read was written concurrently: what it made of it must be copied.
    ///
    /// @param site of the command
    /// @param read the key; null where it is not known
    private void taint(Site site, Op.Item reader, @Nullable KeyState read) {
        changes++;
        reader.tainted = true;
        for (Effect effect : reader.command.effects) {
            if (effect.writes()) {
                Conflict conflict = latch(effect.key(), LatchCause.CONFLICT);
                if (read != null) {
                    cause(site, read, conflict);
                }
            }
        }
    }

    /// All keys that a command writes share the fate of one of them.
    ///
    /// @param site of the command
    private void glue(Site site, Op op, KeyState of) {
        if (!rules.holds(Rule.GLUE) || !op.item.command.isMultiKey()) {
            return;
        }
        for (Effect effect : op.item.command.effects) {
            if (effect.writes() && !effect.key().equals(of.key)) {
                cause(site, of, latch(effect.key(), LatchCause.RELATED));
            }
        }
    }

    /// A conflict came of one of another key, through a command of a site.
    private void cause(Site site, KeyState of, Conflict conflict) {
        if (!rules.holds(Rule.CAUSE_OUTLASTS) || of.conflict == conflict) {
            return;
        }
        for (Op op : of.ops(site.other())) {
            if (op.writes() && !op.indexOnly) {
                conflict.causedBy(site.other(), op.offset);
                break;
            }
        }
        Conflict before = of.conflict;
        if (before != null) {
            conflict.causedBy(before);
        }
    }

    /// The first write of a site that must not be taken for done yet: of it came a conflict of
    /// another key that is not over. Beyond all when there is none.
    long oldestCause(Site site) {
        long oldest = Long.MAX_VALUE;
        for (KeyState state : latched.values()) {
            Conflict conflict = state.conflict;
            if (conflict != null) {
                oldest = Math.min(oldest, conflict.cause(site));
            }
        }
        return oldest;
    }

    Conflict latch(KeyId key, LatchCause cause) {
        KeyState state = state(key);
        Conflict conflict = state.conflict;
        if (conflict != null) {
            return conflict;
        }
        changes++;
        conflict = new Conflict(cause, ++serial);
        state.conflict = conflict;
        latched.put(key, state);
        for (Site site : Site.values()) {
            for (Op op : state.ops(site)) {
                if (op.writes()) {
                    conflict.note(site, op, options.deletesYield());
                }
            }
        }
        for (Site site : Site.values()) {
            for (Op op : state.ops(site).toList()) {
                glue(site, op, state);
            }
        }
        return conflict;
    }

    /// Begins again with some conflicts.
    void reopen(Predicate<Conflict> which) {
        for (KeyState state : latched.values()) {
            Conflict conflict = state.conflict;
            if (conflict != null && which.test(conflict)) {
                conflict.reopen();
            }
        }
    }

    /// Records are to be read again: whose stream their places are of was not known.
    void forgetRecords(Site winner) {
        reopen(each -> each.state == Conflict.State.HERE && each.winner == winner);
    }

    /// The end of a repair, or of a key whose database was emptied.
    void unlatch(KeyState state) {
        if (state.conflict != null) {
            state.conflict = null;
            latched.remove(state.key);
            changes++;
        }
        recover(state);
        forgetIfQuiet(state);
    }

    private void forgetIfQuiet(KeyState state) {
        if (state.isQuiet()) {
            recover(state);
            states.remove(state.key);
        }
    }

    /// Everything of a flow up to an offset is done.
    void settle(Flow flow, long through) {
        ArrayDeque<Op> log = flow.log;
        for (Op op = log.peekFirst(); op != null && op.offset <= through; op = log.peekFirst()) {
            log.removeFirst();
            if (op.live) {
                op.live = false;
                KeyState state = states.get(op.effect.key());
                if (state != null) {
                    state.remove(flow.origin, op);
                    forgetIfQuiet(state);
                }
            }
        }
    }

    /// One key's ops of one site up to an offset are done.
    void drop(KeyState state, Site site, long through) {
        OpList ops = state.ops(site);
        for (Op op = ops.first(); op != null && op.offset <= through; op = ops.first()) {
            op.live = false;
            state.remove(site, op);
            changes++;
        }
    }

    /// A site's databases were emptied by the other's flush: nothing that it did before lives on.
    void empty(Site site, FlushScope scope) {
        for (KeyState state : List.copyOf(states.values())) {
            if (scope.covers(state.key.database())) {
                drop(state, site, Long.MAX_VALUE);
                unlatch(state);
            }
        }
    }

    /// For a test that breaks the rule: lets go of latches with nothing behind them.
    void unlatchQuiet() {
        for (KeyState state : List.copyOf(latched.values())) {
            Conflict conflict = state.conflict;
            boolean both = !state.ops(Site.SOURCE).isEmpty() && !state.ops(Site.TARGET).isEmpty();
            if (conflict != null && conflict.state == Conflict.State.OPEN && !both) {
                unlatch(state);
            }
        }
    }
}
