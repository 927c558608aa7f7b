package io.syncline.engine.twoway;

import io.syncline.engine.twoway.Flow.PendingFlush;
import io.syncline.engine.twoway.Flow.QueuedUnit;
import io.syncline.engine.twoway.Flow.Writer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Brings a flush to the other site: one transaction that empties it and puts back what the site
/// that flushed has received since.
///
/// A flush beats every write that the other site made before it arrives. When both sites flush, the
/// later one goes and the other is void.
final class FlushDesk {
    private final Ledger ledger;
    private final PairOptions.Rules rules;
    private final Tokens tokens;
    private final Gates gates;
    private @Nullable LinkWriter writer;

    FlushDesk(Ledger ledger, PairOptions.Rules rules, Tokens tokens, Gates gates) {
        this.ledger = ledger;
        this.rules = rules;
        this.tokens = tokens;
        this.gates = gates;
    }

    /// Numbers questions, so that an answer to a question that was given up is known.
    static final class Tokens {
        private long last;

        long next() {
            return ++last;
        }
    }

    void writer(LinkWriter writer) {
        this.writer = writer;
    }

    private LinkWriter writer() {
        LinkWriter present = writer;
        if (present == null) {
            throw new IllegalStateException("the desk has no writer yet");
        }
        return present;
    }

    boolean isBusy(Flow flow) {
        PendingFlush flush = flow.flushes.peekFirst();
        return flush != null && flush.state != PendingFlush.Stage.WAITING;
    }

    /// Whether a flow's flush is the later one, or the other one is held back by its user.
    private boolean goesFirst(Flow flow, Flow back) {
        boolean away = gates.isClosed(back.origin) && !isBusy(back);
        PendingFlush mine = flow.flushes.peekLast();
        PendingFlush theirs = away ? null : back.flushes.peekLast();
        if (mine == null || theirs == null) {
            return mine != null;
        }
        return mine.millis != theirs.millis
                ? mine.millis > theirs.millis
                : flow.origin == Site.TARGET;
    }

    /// Goes one step towards bringing the flow's first flush over.
    ///
    /// @return whether anything was done
    boolean step(Flow flow, Flow back) {
        PendingFlush flush = flow.flushes.peekFirst();
        QueuedUnit head = flow.waiting.peekFirst();
        if (flush == null || !flow.sentUnits.isEmpty() || head == null || head.flush == null) {
            return false;
        }
        if (!goesFirst(flow, back)) {
            back.paused = false;
            flush.state = PendingFlush.Stage.WAITING;
            flush.token = 0;
            return false;
        }
        if (flush.state == PendingFlush.Stage.WAITING) {
            return ask(flow, back, flush);
        }
        if (flush.state == PendingFlush.Stage.HERE && flow.position >= flush.recordsOffset) {
            writer().guard(flow, Set.of(), 0, true);
            flush.state = PendingFlush.Stage.GUARDED;
            return true;
        }
        return false;
    }

    private boolean ask(Flow flow, Flow back, PendingFlush flush) {
        back.paused = true;
        if (!back.writer.isFree() || !back.sentUnits.isEmpty()) {
            return false;
        }
        for (KeyState state : ledger.latched()) {
            Conflict conflict = state.conflict;
            if (conflict != null && conflict.state == Conflict.State.SENT) {
                return false;
            }
        }
        Set<KeyId> keys = new HashSet<>(flush.survivors);
        flow.covered.forEach((key, offset) -> {
            if (offset > flush.offset && flush.scope.covers(key.database())) {
                keys.add(key);
            }
        });
        flush.token = tokens.next();
        flush.state = PendingFlush.Stage.ASKED;
        back.requests.add(new Request.AskRecords(List.copyOf(keys), flush.token));
        return true;
    }

    /// Takes the records that survive a flush.
    ///
    /// @return whether the answer was to one of the questions asked here
    boolean answered(Flow flow, long token, long offset, List<KeyRecord> records) {
        for (PendingFlush flush : flow.flushes) {
            if (flush.state == PendingFlush.Stage.ASKED && flush.token == token) {
                flush.state = PendingFlush.Stage.HERE;
                flush.recordsOffset = offset;
                flush.records = records;
                return true;
            }
        }
        return false;
    }

    void send(Flow flow, Flow back) {
        PendingFlush flush = flow.flushes.peekFirst();
        QueuedUnit head = flow.waiting.peekFirst();
        if (flush == null
                || head == null
                || flush.state != PendingFlush.Stage.GUARDED
                || !goesFirst(flow, back)) {
            if (flush != null) {
                flush.state = PendingFlush.Stage.WAITING;
            }
            flow.requests.add(new Request.Unwatch());
            flow.writer.state = Writer.State.IDLE;
            return;
        }
        Map<KeyId, Long> transfers = new HashMap<>();
        for (KeyRecord record : flush.records) {
            transfers.put(record.key(), flush.recordsOffset);
        }
        Marker marker =
                writer().marker(
                                flow,
                                head.place(),
                                head.known,
                                transfers,
                                LinkWriter.deletes(List.of(), flush.records),
                                flush.scope);
        flow.send();
        flush.state = PendingFlush.Stage.SENT;
        writer().transact(
                        flow,
                        new Request.Transaction(
                                flush.scope,
                                List.of(),
                                new ArrayList<>(flush.records),
                                marker,
                                rules.holds(Rule.WATCH_EPOCH)),
                        1);
    }

    void retry(Flow flow) {
        PendingFlush flush = flow.flushes.peekFirst();
        if (flush != null) {
            flush.state = PendingFlush.Stage.WAITING;
        }
    }

    /// The connection that carried questions about this flow's origin is gone.
    void forgetQuestions(Flow flow) {
        for (PendingFlush flush : flow.flushes) {
            if (flush.state == PendingFlush.Stage.ASKED) {
                flush.state = PendingFlush.Stage.WAITING;
            }
        }
    }
}
