package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.RunningTask;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A two-way task, from start to end, in this process.
///
/// ```java
/// PairTask task = new PairTask(options, choices, events, conflicts);
/// Link.Outcome outcome = task.run(); // blocks; stop() from another thread ends it cleanly
/// ```
public final class PairTask implements RunningTask {
    private final LinkOptions options;
    private final PairChoices choices;
    private final Consumer<LinkEvent> events;
    private final Consumer<Resolution> resolutions;
    private final @Nullable KeySample sample;
    private final List<End> ends;
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
            boolean bad = precheck().stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR);
            if (bad) {
                return Link.Outcome.PRECHECK_FAILED;
            }
            if (stopped.getCount() == 0) {
                return Link.Outcome.STOPPED;
            }
            try (PairRunning run = open()) {
                running = run;
                if (stopped.getCount() == 0) {
                    run.stop();
                }
                boolean done = run.run();
                events.accept(new LinkEvent.Ended(done ? "done" : "stopped"));
                return done ? Link.Outcome.DONE : Link.Outcome.STOPPED;
            }
        } catch (SynclineException e) {
            return fail(e.failure());
        } catch (IOException e) {
            return fail(
                    new Failure(
                            ErrorCode.UNREACHABLE,
                            options.target().toString(),
                            "a side went away: " + e.getMessage(),
                            "Start the task again: it goes on where it stopped"));
        }
    }

    private PairRunning open() throws IOException {
        boolean slots = ends.get(0).instance().isCluster() || ends.get(1).instance().isCluster();
        WrittenKeys written = new WrittenKeys(sample);
        return slots
                ? new SlotRun(options, choices, databaseZero(), events, resolutions, written)
                : new PairRun(options, choices, ends, events, resolutions, written);
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

    @Override
    public LinkStatus status() {
        PairRunning run = running;
        return run == null ? new LinkStatus(List.of(), "", 0) : run.status();
    }
}
