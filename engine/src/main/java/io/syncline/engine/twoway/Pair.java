package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Two sites that are both written, kept equal: the whole decision making, as a machine that is
/// driven step by step.
///
/// ```
///  stream of X --read--> ledger, queue --step--> WATCH, offset --fenced--> MULTI marker EXEC
///                              ^                                                |
///                              +---- settled by the echo, in stream order ---- stream of Y
/// ```
///
/// The caller reads units in their order as [#mayRead] allows, carries the requests
/// ([#nextRequest]) to each site over one ordered connection, brings the answers, and calls [#step]
/// until nothing moves. After a crash it builds a new pair from the markers ([Start]) and reads
/// again from there. Not for several threads.
public final class Pair {
    private final Flow[] flows = {new Flow(Site.SOURCE), new Flow(Site.TARGET)};
    private final PairOptions options;
    private final PairOptions.Rules rules;
    private final Ledger ledger;
    private final StreamIndex index;
    private final FlushDesk flushes;
    private final LinkWriter writer;
    private final RecentWrites recent;
    private final FlushDesk.Tokens tokens = new FlushDesk.Tokens();
    private final Gates gates;

    public Pair(Start start, PairOptions options, PairListener listener) {
        this(start, options, listener, PairOptions.Rules.ALL);
    }

    Pair(Start start, PairOptions options, PairListener listener, PairOptions.Rules rules) {
        this(start, options, listener, rules, new RecentWrites(options.guard()), new Gates());
    }

    /// @param recent shared by all pairs of a site's slots, as `gates` are
    Pair(
            Start start,
            PairOptions options,
            PairListener listener,
            PairOptions.Rules rules,
            RecentWrites recent,
            Gates gates) {
        this.options = options;
        this.rules = rules;
        this.ledger = new Ledger(options, rules);
        this.recent = recent;
        this.gates = gates;
        this.index = new StreamIndex(flows, ledger, rules, listener);
        this.flushes = new FlushDesk(ledger, rules, tokens, gates);
        Planner planner = new Planner(ledger, options, rules, recent, gates);
        this.writer = new LinkWriter(ledger, planner, flushes, options, rules, start.epoch());
        flushes.writer(writer);
        for (Site site : Site.values()) {
            from(site).begin(start, rules);
        }
        look();
    }

    private Flow from(Site site) {
        return flows[site.index()];
    }

    private Flow to(Site site) {
        return flows[site.other().index()];
    }

    private void look() {
        for (Flow flow : flows) {
            flow.caughtUp |=
                    !rules.holds(Rule.READ_TO_FENCE_AT_RESTART) || flow.position >= flow.fence;
        }
    }

    /// Whether both streams are read to where they were at the start. Before its own is, nothing is
    /// written to a site.
    public boolean isReady() {
        return mayWrite(Site.SOURCE) && mayWrite(Site.TARGET);
    }

    private boolean mayWrite(Site destination) {
        Flow flow = to(destination);
        return from(destination).caughtUp && (flow.caughtUp || !flow.mayBeVoid);
    }

    /// How far a site's stream is read.
    public long position(Site site) {
        return from(site).position;
    }

    /// Whether the next unit of a site's stream may be read now.
    public boolean mayRead(Site site, StreamUnit unit) {
        Marker marker = unit.marker();
        return !isHeld(site) && (marker == null || mayRead(site, marker));
    }

    private boolean mayRead(Site site, Marker marker) {
        boolean gate = !rules.holds(Rule.GATE) || marker.gate() <= position(site.other());
        return gate && !isAnswerOwed(site, marker);
    }

    /// Whether the answer to a transaction has not come yet. Its echo is read behind it: only the
    /// answer tells what was refused, and what else was made of that key is to be known then.
    boolean isAnswerOwed(Site site, Marker marker) {
        return rules.holds(Rule.ANSWER_BEFORE_ECHO) && to(site).writer.isOwed(marker);
    }

    /// Whether a stream is not read for want of room in its queue. It is read all the same while
    /// anything waits for what stands in it (an echo, a repair, a flush; the end of what stood
    /// there at the start), or nothing of it can go.
    public boolean isHeld(Site site) {
        Flow flow = from(site);
        Flow back = to(site);
        return mayWrite(site.other())
                && (mayWrite(site) || !gates.isClosed(site))
                && flow.waitingBytes >= options.queuedBytesLimit()
                && back.sentUnits.isEmpty()
                && !back.writer.executing
                && back.flushes.isEmpty()
                && (gates.isClosed(site) || (ledger.latchedCount() == 0 && flow.flushes.isEmpty()));
    }

    /// Holds back what comes from a site, or lets it go.
    public void hold(Site origin, boolean closed) {
        gates.set(origin, closed);
    }

    /// Takes in the next unit of a site's stream.
    public void read(Site site, StreamUnit unit) {
        if (unit.kind() == StreamUnit.Kind.LOCAL) {
            recent.note(site, unit);
        }
        index.read(site, unit);
        look();
    }

    /// A site's stream was read up to there, and nothing of that concerns this pair.
    void passed(Site site, StreamPlace place) {
        Flow flow = from(site);
        flow.stream = place.stream();
        if (place.offset() > flow.position) {
            flow.position = place.offset();
            look();
        }
    }

    /// The site calls its stream so from here on, and is known to have written up to `end`.
    public void stream(Site site, String id, long end) {
        from(site).stream = id;
        from(site).unread = end - position(site);
    }

    /// Goes one step towards writing to a site.
    ///
    /// @param units most units sent at once
    /// @return whether anything was done
    public boolean step(Site destination, int units) {
        return step(destination, units, isHeld(destination));
    }

    /// @param held whether the destination's stream is not read for want of room
    boolean step(Site destination, int units, boolean held) {
        return mayWrite(destination)
                && writer.step(to(destination), from(destination), held, units);
    }

    /// Asks for the records of latched keys.
    ///
    /// @return whether anything was done
    public boolean stepRepairs() {
        boolean done = false;
        for (Site site : Site.values()) {
            done |= mayWrite(site.other()) && askRecords(site);
        }
        return done;
    }

    private boolean askRecords(Site site) {
        Flow carrier = to(site);
        Flow.Writer.State state = carrier.writer.state;
        if (ledger.latchedCount() == 0
                || state == Flow.Writer.State.GUARD
                || state == Flow.Writer.State.WAIT
                || carrier.paused) {
            return false;
        }
        List<KeyId> keys = new ArrayList<>();
        long token = tokens.next();
        for (KeyState each : ledger.latched()) {
            Conflict conflict = each.conflict;
            if (conflict != null
                    && conflict.isToBeAskedAt(site)
                    && keys.size() < options.unitsPerTransaction()) {
                conflict.ask(site, token);
                keys.add(each.key);
            }
        }
        if (!keys.isEmpty()) {
            carrier.requests.add(new Request.AskRecords(keys, token));
        }
        return !keys.isEmpty();
    }

    /// A key is as it is at this site, and the other one lacks that: it is copied as a whole.
    public void owe(KeyId key, Site from) {
        ledger.latch(key, LatchCause.REFUSED).favour(from);
    }

    /// Writes a marker to a site even without data, if the other one's stream has gone on: called
    /// on a slow timer, never for every echo, or two links would feed each other for ever.
    public void heartbeat(Site destination) {
        to(destination).heartbeat = true;
    }

    /// How far streams have gone on since a site's link last wrote its marker: the site's own, and
    /// the other one's as far as is known here. A restart reads both from what the marker says.
    public long unmarked(Site origin) {
        Flow flow = from(origin);
        long known = from(origin.other()).seen.offset() - flow.sentKnown.offset();
        return Math.max(known, flow.position - flow.sentThrough.offset());
    }

    /// Begins to write down how far everything is.
    public Parting part() {
        return new Parting(flows, gates);
    }

    /// Whether markers go with keys that another marker would release.
    public boolean wantsMarkers(Site origin) {
        return !from(origin.other()).covered.isEmpty();
    }

    /// The next request to a site, or null.
    public @Nullable Request nextRequest(Site site) {
        return to(site).requests.pollFirst();
    }

    /// The answer to [Request.AskOffset].
    public void fenced(Site site, long offset) {
        Flow.Writer each = to(site).writer;
        if (each.state == Flow.Writer.State.GUARD) {
            each.fence = offset;
            each.state = Flow.Writer.State.WAIT;
        }
    }

    /// The answer to [Request.AskRecords].
    public void snapshot(Site site, long token, long offset, List<KeyRecord> records) {
        if (flushes.answered(from(site), token, offset, records)) {
            return;
        }
        for (KeyRecord record : records) {
            KeyState state = ledger.find(record.key());
            Conflict conflict = state == null ? null : state.conflict;
            if (conflict != null && conflict.awaits(token)) {
                conflict.state = Conflict.State.HERE;
                conflict.record = record;
                conflict.offset = offset;
            }
        }
    }

    /// The answer to [Request.Transaction].
    ///
    /// @param done whether it was executed
    /// @param refused keys whose commands were answered with an error, or found nothing to act on
    public void executed(Site site, boolean done, Collection<KeyId> refused) {
        Flow flow = to(site);
        Marker marker = flow.writer.marker;
        writer.executed(flow, done);
        refused.forEach(key -> index.refused(key, flow.origin));
        if (done && !rules.holds(Rule.SETTLE_AT_ECHO)) {
            index.settleAtAnswer(flow, marker);
        }
    }

    /// Whether a site still has the last transaction that it executed: a replica may lack it.
    public boolean isAsLeft(Site site, @Nullable Marker found) {
        return to(site).writer.isAsLeft(found);
    }

    /// The site would not answer [Request.AskOffset]: what is to be written is not there now.
    void unfenced(Site site) {
        writer.unfenced(to(site));
    }

    /// Nothing is to be written to a site for now.
    void stepAside(Site site) {
        writer.stepAside(to(site));
    }

    /// The last marker that was read in a site's stream.
    @Nullable Marker lastMarker(Site site) {
        return from(site).lastMarker;
    }

    /// The connection to a site was lost, and a new one is open, behind a new epoch, so that
    /// nothing that was sent over the old one can still happen.
    ///
    /// @param marker what stands at the site now: it says whether the last transaction was executed
    public void reconnected(Site site, @Nullable Marker marker) {
        Flow flow = to(site);
        flow.requests.clear();
        flushes.forgetQuestions(from(site));
        ledger.reopen(each -> each.state == Conflict.State.ASKED && each.winner == site);
        Marker sent = flow.writer.marker;
        if (flow.writer.executing) {
            writer.executed(flow, marker != null && marker.isOfSameWrite(sent));
        }
        if (flow.writer.state != Flow.Writer.State.IDLE && flow.writer.flush) {
            flushes.retry(flow);
        }
        flow.writer.state = Flow.Writer.State.IDLE;
    }

    /// Whether a transaction was sent to a site and not answered.
    public boolean isUnanswered(Site site) {
        return to(site).writer.executing;
    }

    /// Whether there is something for a site to do, or may be soon.
    boolean wants(Site destination) {
        Flow flow = to(destination);
        return (!flow.waiting.isEmpty() && !gates.isClosed(flow.origin))
                || !flow.requests.isEmpty()
                || !flow.writer.isFree()
                || ledger.latchedCount() > 0;
    }

    /// Whether a transaction to a site is begun, or anything is to be sent to it.
    boolean isWriting(Site destination) {
        Flow flow = to(destination);
        return !flow.writer.isFree() || !flow.requests.isEmpty();
    }

    /// Whether an echo that is not read yet stands, or will stand, in a site's stream.
    boolean isOwed(Site site) {
        Flow flow = to(site);
        return !flow.sentUnits.isEmpty() || flow.writer.executing;
    }

    /// Where the oldest write of a site ends that is not known to be done at the other one.
    long oldest(Site origin) {
        Flow.QueuedUnit head = from(origin).head();
        return head == null ? Long.MAX_VALUE : head.offset;
    }

    /// When it was made; [PairStatus#NOTHING_WAITS] for none.
    long oldestMillis(Site origin) {
        return from(origin).oldestMillis();
    }

    long waitingBytes(Site origin) {
        return from(origin).waitingBytes;
    }

    /// Nothing is written before both streams are read to where they were at the start.
    void readBothFirst() {
        for (Flow flow : flows) {
            flow.mayBeVoid = true;
        }
    }

    /// Markers count on from there: those of an earlier pair of the same run were numbered up to
    /// it.
    void countFrom(long sequence) {
        for (Flow flow : flows) {
            flow.sequence = sequence;
        }
    }

    /// The number of the last marker.
    long lastSequence() {
        return Math.max(flows[0].sequence, flows[1].sequence);
    }

    Ledger ledger() {
        return ledger;
    }

    /// Whether nothing is on its way in either direction.
    public boolean isQuiet() {
        for (Flow flow : flows) {
            if (flow.hasQueued() || !flow.flushes.isEmpty() || !flow.writer.isFree()) {
                return false;
            }
        }
        return ledger.keyCount() == 0;
    }

    /// The numbers of this moment.
    public PairStatus status(Site origin) {
        return from(origin).status(ledger);
    }
}
