package io.syncline.engine.pair;

import io.syncline.engine.cluster.ShardGoneException;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.net.Connection;
import io.syncline.engine.twoway.NodeSighting;
import io.syncline.engine.twoway.SlotPairs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks all primaries of a cluster, in rounds, which slots they own, and where their streams are at
/// that moment. A thread of its own asks; the owner begins the rounds and takes what was found.
final class SlotWatch implements Runnable {
    /// A slot that moves is to be noticed soon; a node answers from memory.
    private static final long EVERY_NANOS = 100_000_000;

    /// While something waits for the answer. Each round settles everything that was read before it.
    private static final long URGENT_NANOS = 5_000_000;

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final List<SlotNode> nodes;
    private final Runnable wake;
    private final BlockingQueue<Ask> asks = new ArrayBlockingQueue<>(1);
    private final AtomicReference<@Nullable Found> found = new AtomicReference<>();
    private final List<@Nullable Connection> connections = new ArrayList<>();
    private volatile boolean stopping;
    private final LongMoves stuck;
    private boolean busy;
    private long begunNanos = System.nanoTime() - EVERY_NANOS;

    private record Ask(long number, BitSet slots) {}

    /// What a round found.
    ///
    /// @param nodes null when some node did not answer
    /// @param strangers whether there is a primary of which this run knows nothing
    /// @param gone nodes that are no primaries any more
    private record Found(
            long number,
            @Nullable List<NodeSighting> nodes,
            boolean strangers,
            BitSet gone,
            @Nullable Failure failure) {
        static Found nothing(long number, @Nullable Failure failure) {
            return new Found(number, null, false, new BitSet(), failure);
        }
    }

    SlotWatch(List<SlotNode> nodes, Consumer<LinkEvent> events, Runnable wake) {
        this.nodes = List.copyOf(nodes);
        End end = nodes.getFirst().end();
        stuck =
                new LongMoves(
                        end.site().name().toLowerCase(Locale.ROOT),
                        end.instance().endpoint().addresses().getFirst().toString(),
                        events);
        this.wake = wake;
        nodes.forEach(node -> connections.add(null));
    }

    void start() {
        Thread thread = new Thread(this, "slots " + nodes.getFirst().site());
        thread.setDaemon(true);
        thread.start();
    }

    void stop() {
        stopping = true;
    }

    /// What is waited for now, or empty. From any thread.
    String waiting() {
        return stuck.waiting();
    }

    // ---- the owner's side ----

    /// Takes what was found, and begins the next round when it is time.
    ///
    /// @param floor what stands at both sites
    /// @throws PrimariesChangedException when the site's primaries are others than this run was
    ///   begun with, or a primary's epoch must be in another slot
    void look(SlotPairs pairs, FloorRecord floor) throws PrimariesChangedException {
        Found answer = found.getAndSet(null);
        if (answer != null) {
            busy = false;
            Failure failure = answer.failure();
            if (failure != null) {
                throw new SynclineException(failure);
            }
            List<NodeSighting> sightings = answer.nodes();
            if (sightings != null) {
                pairs.sighted(nodes.getFirst().site(), answer.number(), sightings);
                if (answer.strangers() || isOther(sightings, answer.gone(), floor)) {
                    throw new PrimariesChangedException("of the " + nodes.getFirst().site());
                }
            }
        }
        long now = System.nanoTime();
        boolean urgent = pairs.isRoundWaitedFor(nodes.getFirst().site());
        if (!busy
                && pairs.mayBeginRound(nodes.getFirst().site())
                && now - begunNanos >= (urgent ? URGENT_NANOS : EVERY_NANOS)) {
            begunNanos = now;
            BitSet slots = pairs.questionable(nodes.getFirst().site());
            busy = asks.offer(new Ask(pairs.beginRound(nodes.getFirst().site()), slots));
            stuck.look(pairs.moving(nodes.getFirst().site()), now);
        }
    }

    private boolean isOther(List<NodeSighting> sightings, BitSet gone, FloorRecord floor) {
        for (int i = 0; i < nodes.size(); i++) {
            BitSet owned = sightings.get(i).owned();
            int tag = nodes.get(i).port().tag();
            if (gone.get(i)) {
                // Until then a restart would have to read it.
                boolean done = floor.of(nodes.get(i).site()).get(i).slots().isEmpty();
                if (done) {
                    return true;
                }
            } else if (tag == Port.NO_TAG ? !owned.isEmpty() : !owned.get(tag)) {
                return true;
            }
        }
        return false;
    }

    // ---- the thread's side ----

    @Override
    public void run() {
        try {
            while (!stopping) {
                Ask ask = asks.poll(100, TimeUnit.MILLISECONDS);
                if (ask != null) {
                    found.set(ask(ask));
                    wake.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeAll();
        }
    }

    private Found ask(Ask ask) {
        try {
            List<NodeSighting> sightings = new ArrayList<>();
            // A replica may be taken for a primary by those who have not heard of it yet.
            @Nullable Set<String> strangers = null;
            BitSet gone = new BitSet();
            for (int i = 0; i < nodes.size(); i++) {
                try {
                    Set<String> seen = new HashSet<>();
                    sightings.add(ask(i, ask.slots(), seen));
                    if (strangers == null) {
                        strangers = seen;
                    } else {
                        strangers.retainAll(seen);
                    }
                } catch (ShardGoneException e) {
                    // Nobody writes to it any more; what it streamed last was read, or is lost.
                    sightings.add(new NodeSighting(new BitSet(), new BitSet(), new BitSet(), 0));
                    gone.set(i);
                }
            }
            Set<String> left = strangers == null ? new HashSet<>() : strangers;
            for (SlotNode node : nodes) {
                left.removeAll(node.port().identity().ids());
            }
            return new Found(ask.number(), sightings, !left.isEmpty(), gone, null);
        } catch (IOException | IllegalArgumentException e) {
            // The data path meets the same fault, and says so when it lasts.
            System.getLogger(SlotWatch.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking for slots", e);
            closeAll();
            return Found.nothing(ask.number(), null);
        } catch (SynclineException e) {
            return Found.nothing(ask.number(), e.failure());
        }
    }

    /// @param strangers where to add the primaries that the node knows
    private NodeSighting ask(int index, BitSet slots, Set<String> strangers) throws IOException {
        Connection open = connections.get(index);
        if (open == null) {
            open = nodes.get(index).port().open();
            open.answerLimit(ANSWER_LIMIT);
            connections.set(index, open);
        }
        SlotQuestion.Answer answer = SlotQuestion.ask(open, nodes.get(index).port(), slots);
        strangers.addAll(answer.primaries());
        return answer.sighting();
    }

    private void closeAll() {
        for (int i = 0; i < connections.size(); i++) {
            Connection open = connections.get(i);
            connections.set(i, null);
            if (open != null) {
                open.close();
            }
        }
    }
}
