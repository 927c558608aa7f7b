package io.syncline.engine.verify;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.verify.KeySample.Written;
import io.syncline.engine.verify.VerifyProgress.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One comparison of both sides, from start to end, in this process.
///
/// ```java
/// Verification verification = new Verification(options, listener);
/// Verification.Outcome outcome = verification.run(); // blocks; cancel() from another thread
/// ```
///
/// Threads: a scanner for each node of the side that is walked, some workers that look, and the
/// caller's, which waits for them and keeps the state file.
public final class Verification {
    /// How a run ended.
    public enum Outcome {
        /// Every key that was looked at is equal, or was made equal.
        EQUAL,
        /// A listener was told of at least one difference that stands.
        DIFFERENT,
        /// By [#cancel()]; a state file says how far it came.
        CANCELLED,
        /// Nothing was compared; the listener was told why.
        CANNOT_START,
        /// The listener was told why; a state file says how far it came.
        FAILED
    }

    /// Seldom enough to cost nothing, often enough that little is looked at twice.
    private static final Duration SAVE_INTERVAL = Duration.ofSeconds(1);

    private static final int WAIT_MILLIS = 20;

    /// A connection to every primary each time.
    private static final Duration SLOTS_INTERVAL = Duration.ofSeconds(5);

    /// A cluster whose slots move without end is not compared without end.
    private static final int MOVES_LIMIT = 20;

    /// A resharding takes minutes, so each round waits longer than the one before: 75 seconds in
    /// all.
    private static final long MOVES_PAUSE_MILLIS = 500;

    private static final long MOST_MOVES_PAUSE_MILLIS = 5_000;

    private final VerifyOptions options;
    private final VerifyListener listener;
    private final Ledger ledger;
    private final Desk desk = new Desk();
    private final Pace pace;
    private final @Nullable ResumeFile file;
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile Phase phase = Phase.STARTING;
    private volatile Walks.Totals totals = Walks.Totals.UNKNOWN;
    private volatile boolean cancelled;
    private volatile String layout = "";
    private volatile @Nullable Walks opened;
    private long savedNanos = System.nanoTime();
    private long slotsNanos = System.nanoTime();

    /// Prepares a run; connects to nothing yet.
    public Verification(VerifyOptions options, VerifyListener listener) {
        this.options = options;
        this.listener = listener;
        this.ledger = new Ledger(listener);
        this.pace = new Pace(options.limits());
        this.file = options.state() == null ? null : new ResumeFile(options.state(), options);
    }

    /// How far it is. From any thread.
    public VerifyProgress progress() {
        return ledger.progress(phase, totals, pace.bytes(), desk.checking());
    }

    /// Ends the run soon. From any thread; returns at once.
    public void cancel() {
        cancelled = true;
        pace.stop();
    }

    /// Compares every key in both directions; blocks until it is done.
    public Outcome run() {
        return guarded(walks -> {
            walk(Phase.COMPARING, walks, true);
            if (walks.hasNoExtras(desk.isDoubtful())) {
                phase = Phase.EXTRAS;
                walks.backward().forEach(walk -> ledger.settle(walk, walk.announced()));
            } else {
                walk(Phase.EXTRAS, walks, false);
            }
        });
    }

    /// Compares these keys only; blocks until it is done. For what a task has just written.
    public Outcome check(List<Written> keys) {
        return guarded(walks -> {
            phase = Phase.COMPARING;
            totals = new Walks.Totals(keys.size(), 0);
            List<KeyBatch> batches = walks.given(keys);
            batches.stream().map(KeyBatch::walk).distinct().forEach(ledger::begin);
            for (KeyBatch batch : batches) {
                ledger.begin(batch);
                while (!desk.offer(batch)) {
                    pace.check();
                }
            }
            await(walks, List.of());
        });
    }

    /// What a run does once both sides answer.
    private interface Body {
        void run(Walks walks) throws IOException, InterruptedException;
    }

    private Outcome guarded(Body body) {
        Walks walks;
        try {
            walks = open();
            opened = walks;
            layout = walks.layout();
        } catch (IOException e) {
            listener.failed(StartChecks.unreachable("verify", "a side", e));
            return Outcome.CANNOT_START;
        } catch (SynclineException e) {
            if (e.failure().code() == ErrorCode.BAD_OPTION) {
                throw e;
            }
            listener.failed(e.failure());
            return Outcome.CANNOT_START;
        }
        try {
            startWorkers(walks);
            body.run(walks);
        } catch (CancelledException e) {
            // Why is known already: by cancel() or by the failure that stopped the pace.
            pace.stop();
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
        } catch (SynclineException e) {
            failed(e.failure());
        } catch (IOException | UncheckedIOException e) {
            failed(
                    new Failure(
                            ErrorCode.UNREACHABLE, "verify", String.valueOf(e.getMessage()), ""));
        }
        return end();
    }

    private Walks open() throws IOException {
        Side source = StartChecks.open(options.source(), false, "source");
        Side target = StartChecks.open(options.target(), mends(), "target");
        StartChecks.check(options, source, target, ledger::warn);
        ResumeFile.Saved saved = file == null ? null : file.read();
        Walks walks = new Walks(options, source, target);
        if (saved != null && walks.restore(saved)) {
            ledger.restore(saved);
            listener.rewind(saved.written());
        } else if (saved != null) {
            listener.rewind(0);
            ledger.warn(
                    "verify",
                    "a node was restarted or slots have moved since the state was saved, so the"
                            + " comparison begins anew",
                    "");
        }
        walks.all().forEach(ledger::begin);
        totals = walks.totals();
        return walks;
    }

    private boolean mends() {
        return options.repair().direction() != VerifyOptions.Direction.NONE;
    }

    private void startWorkers(Walks walks) {
        Digest key = Digest.keyed(new SecureRandom());
        for (int i = 0; i < options.limits().workers(); i++) {
            Worker worker = new Worker(shared, walks.source(), walks.target(), key);
            threads.add(
                    Thread.ofPlatform().name("syncline-verify-" + i).daemon().start(worker::work));
        }
    }

    private void walk(Phase entered, Walks walks, boolean forward)
            throws IOException, InterruptedException {
        phase = entered;
        scan(walks, forward, forward ? walks.forward() : walks.backward());
        SlotWatch slots = walks.slots(forward);
        if (slots == null) {
            return;
        }
        for (int round = 0; round < MOVES_LIMIT; round++) {
            look(slots, true);
            BitSet moved = slots.take();
            if (moved.isEmpty()) {
                return;
            }
            for (Set<HostPort> nodes : slots.nodes(moved)) {
                scan(walks, forward, again(walks, forward, nodes, moved));
            }
            pace.pause(Math.min(round * MOVES_PAUSE_MILLIS, MOST_MOVES_PAUSE_MILLIS));
        }
        ledger.warn(
                forward ? "source" : "target",
                "slots have moved all the time; a key that moved may not have been looked at",
                "Run it again when the cluster is at rest");
    }

    private List<Walk> again(Walks walks, boolean forward, Set<HostPort> nodes, BitSet slots) {
        Backoff backoff = new Backoff(options.retry(), System.nanoTime());
        while (true) {
            try {
                return walks.again(forward, nodes, slots);
            } catch (IOException e) {
                Worker.pause(backoff, shared, e);
            }
        }
    }

    /// @param must whether to go on trying; else a later look will do
    private void look(SlotWatch slots, boolean must) {
        Backoff backoff = new Backoff(options.retry(), System.nanoTime());
        while (true) {
            try {
                slots.look();
                return;
            } catch (IOException e) {
                if (!must) {
                    return;
                }
                Worker.pause(backoff, shared, e);
            }
        }
    }

    private void scan(Walks all, boolean forward, List<Walk> walks)
            throws IOException, InterruptedException {
        Side side = forward ? all.source() : all.target();
        List<Thread> scanners = new ArrayList<>();
        for (List<Walk> ofNode : Walks.byNode(walks)) {
            Scanner scanner = new Scanner(shared, side, ofNode);
            scanners.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("syncline-scan-" + ofNode.getFirst().node())
                            .start(scanner::scan));
        }
        threads.addAll(scanners);
        await(all, scanners);
    }

    /// Waits until scans are over and every batch is settled.
    private void await(Walks walks, List<Thread> scanners)
            throws IOException, InterruptedException {
        while (scanners.stream().anyMatch(Thread::isAlive) || ledger.open() > 0) {
            pace.pause(WAIT_MILLIS);
            if (System.nanoTime() - savedNanos > SAVE_INTERVAL.toNanos()) {
                save();
            }
            if (System.nanoTime() - slotsNanos > SLOTS_INTERVAL.toNanos()) {
                slotsNanos = System.nanoTime();
                for (SlotWatch slots : walks.watches()) {
                    look(slots, false);
                }
            }
        }
        pace.check();
    }

    private void save() throws IOException {
        savedNanos = System.nanoTime();
        if (file != null) {
            file.write(ledger.save(layout));
        }
    }

    private void failed(Failure found) {
        failure.compareAndSet(null, found);
        pace.stop();
    }

    private Outcome end() {
        boolean stopped = pace.isStopped();
        pace.stop();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Failure found = failure.get();
        Outcome outcome =
                found != null
                        ? Outcome.FAILED
                        : cancelled || stopped ? Outcome.CANCELLED : verdict();
        keep(outcome);
        if (hasVerdict(outcome)) {
            phase = Phase.ENDED;
        }
        if (found != null) {
            listener.failed(found);
        }
        return outcome;
    }

    private static boolean hasVerdict(Outcome outcome) {
        return outcome == Outcome.EQUAL || outcome == Outcome.DIFFERENT;
    }

    private Outcome verdict() {
        VerifyProgress progress = progress();
        return progress.differences() == progress.repaired() ? Outcome.EQUAL : Outcome.DIFFERENT;
    }

    /// A run that came to its end needs no state; one that did not is gone on with from there.
    private void keep(Outcome outcome) {
        if (file == null) {
            return;
        }
        try {
            if (hasVerdict(outcome)) {
                file.delete();
            } else {
                save();
            }
        } catch (IOException | UncheckedIOException | SynclineException e) {
            ledger.warn(
                    String.valueOf(options.state()),
                    "the state cannot be kept: " + e.getMessage(),
                    "Look for room and rights there");
        }
    }

    private final Worker.Run shared =
            new Worker.Run() {
                @Override
                public VerifyOptions options() {
                    return options;
                }

                @Override
                public Desk desk() {
                    return desk;
                }

                @Override
                public Ledger ledger() {
                    return ledger;
                }

                @Override
                public Pace pace() {
                    return pace;
                }

                @Override
                public void fail(Failure found) {
                    failed(found);
                }

                @Override
                public void retrying(IOException e, Backoff backoff) {
                    ledger.retrying(requireNonNull(opened).fault(e, backoff));
                }

                @Override
                public void recovered(IOException e, Backoff backoff) {
                    ledger.recovered(requireNonNull(opened).fault(e, backoff));
                }
            };
}
