package io.syncline.engine.pair;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.RunningTask;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.verify.KeySample;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A two-way task, from start to end, in this process.
///
/// ```java
/// PairTask task = new PairTask(options, choices, events, conflicts);
/// Link.Outcome outcome = task.run(); // blocks; stop() from another thread ends it cleanly
/// ```
public final class PairTask implements RunningTask {
    /// Between two runs when a site's primaries have changed: they may change once more.
    private static final long AGAIN_MILLIS = 100;

    private final LinkOptions options;
    private final PairChoices choices;
    private final Consumer<LinkEvent> events;
    private final Consumer<Resolution> resolutions;
    private final @Nullable KeySample sample;
    private final List<End> ends;
    private final Valves valves = new Valves();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable PairRunning running;

    /// Prepares a task; connects to nothing yet.
    ///
    /// @param resolutions hears of every key that had to be copied as a whole
    public PairTask(
            LinkOptions options,
            PairChoices choices,
            Consumer<LinkEvent> events,
            Consumer<Resolution> resolutions) {
        this(options, choices, events, resolutions, null);
    }

    /// @param sample where some of the keys that users write at either side are remembered, by the
    ///   source's databases; null for nowhere
    public PairTask(
            LinkOptions options,
            PairChoices choices,
            Consumer<LinkEvent> events,
            Consumer<Resolution> resolutions,
            @Nullable KeySample sample) {
        this.options = options;
        this.choices = choices;
        this.events = events;
        this.resolutions = resolutions;
        this.sample = sample;
        this.ends = List.of(new End(Site.SOURCE, options), new End(Site.TARGET, options));
    }

    @Override
    public List<Finding> precheck() {
        List<Finding> findings = new PairPrecheck(options, choices, ends).run();
        for (Finding finding : findings) {
            events.accept(new LinkEvent.Checked(finding));
        }
        return findings;
    }

    @Override
    public Link.Outcome run() {
        try {
            Failure databases =
                    choices.resyncFrom() == null ? new PairDatabases(options, ends).check() : null;
            if (databases != null) {
                return fail(databases);
            }
            boolean bad = precheck().stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR);
            if (bad) {
                return Link.Outcome.PRECHECK_FAILED;
            }
            if (stopped.getCount() == 0) {
                return Link.Outcome.STOPPED;
            }
            boolean done = follow();
            events.accept(new LinkEvent.Ended(done ? "done" : "stopped"));
            return done ? Link.Outcome.DONE : Link.Outcome.STOPPED;
        } catch (SynclineException e) {
            return fail(e.failure());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Link.Outcome.STOPPED;
        }
    }

    /// Runs, and begins again when a side goes away where a run does not wait for it itself: while
    /// it begins, or within the first copy.
    private boolean follow() throws InterruptedException {
        Backoff backoff = null;
        PairChoices present = choices;
        while (true) {
            PairRunning run = null;
            try {
                run = open(present);
                running = run;
                if (stopped.getCount() == 0) {
                    run.stop();
                }
                return run.run();
            } catch (PrimariesChangedException e) {
                System.getLogger(PairTask.class.getName())
                        .log(System.Logger.Level.DEBUG, "beginning again", e);
                if (run != null && run.isFounded()) {
                    present = new PairChoices(choices.guard(), null);
                }
                backoff = null;
                if (stopped.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            } catch (IOException e) {
                if (run != null && run.isFounded()) {
                    // What was replaced once is not to be replaced again.
                    present = new PairChoices(choices.guard(), null);
                    backoff = null;
                }
                long now = System.nanoTime();
                backoff = backoff == null ? new Backoff(options.retry(), now) : backoff;
                if (stopped.await(pause(backoff, now, e), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            } finally {
                if (run != null) {
                    run.close();
                }
            }
        }
    }

    /// Says that it is tried again.
    ///
    /// @return milliseconds to wait
    private long pause(Backoff backoff, long now, IOException reason) {
        End end = away();
        String place = end.instance().endpoint().addresses().getFirst().toString();
        return new PairRetries(end.site().index(), end.side(), options.retry(), events)
                .again(backoff, now, place, "this side went away", reason);
    }

    /// The side that cannot be reached; the target when both can again.
    private End away() {
        try (Connection connection = ends.getFirst().open()) {
            connection.call("PING");
            return ends.getLast();
        } catch (IOException e) {
            System.getLogger(PairTask.class.getName())
                    .log(System.Logger.Level.DEBUG, "the source is away", e);
            return ends.getFirst();
        }
    }

    private PairRunning open(PairChoices present) throws IOException {
        boolean slots = ends.get(0).instance().isCluster() || ends.get(1).instance().isCluster();
        WrittenKeys written = new WrittenKeys(sample);
        return slots
                ? new SlotRun(
                        options, present, databaseZero(), valves, events, resolutions, written)
                : new PairRun(options, present, ends, valves, events, resolutions, written);
    }

    /// A cluster has no other.
    private List<End> databaseZero() {
        SortedMap<Integer, Integer> zero = new TreeMap<>(Map.of(0, 0));
        return List.of(new End(Site.SOURCE, options, zero), new End(Site.TARGET, options, zero));
    }

    private Link.Outcome fail(Failure failure) {
        events.accept(new LinkEvent.Failed(failure));
        return Link.Outcome.FAILED;
    }

    @Override
    public void stop() {
        stopped.countDown();
        PairRunning run = running;
        if (run != null) {
            run.stop();
        }
    }

    /// Pauses one direction, or lets it go on; at once, from any thread, and also before the task
    /// runs. Its stream is read on, and what is read waits. The first copy is not held up by it.
    ///
    /// @param origin the side that the direction comes from
    public void pause(Site origin, boolean paused) {
        valves.from(origin).pause(paused);
    }

    /// Changes the ceilings of one direction, the first copy's too; 0 is none. As [#pause] is.
    public void throttle(Site origin, long commandsPerSecond, long bytesPerSecond) {
        valves.from(origin).limits(new LinkOptions.Throttle(commandsPerSecond, bytesPerSecond));
    }

    @Override
    public LinkStatus status() {
        PairRunning run = running;
        return run == null ? new LinkStatus(List.of(), "", 0) : run.status();
    }
}
