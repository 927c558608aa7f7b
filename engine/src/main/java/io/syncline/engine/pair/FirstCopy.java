package io.syncline.engine.pair;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkHooks;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.twoway.KeyId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one-way link that makes a pair's first copy, with the streams of the site that receives it.
final class FirstCopy {
    private static final long LOOK_NANOS = 20_000_000;

    private final LinkOptions options;
    private final Consumer<LinkEvent> events;
    private final List<SiteStream> streams;
    private final Valve valve;
    private volatile @Nullable Link copying;
    private volatile @Nullable LinkStatus last;
    private final End receiver;
    private final Set<KeyId> strays = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;
    private volatile boolean again;
    private volatile @Nullable OriginPast past;

    /// @param valve whose ceilings hold for the copy as well
    /// @param streams of the receiver
    /// @param marked whether each of the copy's writes is to be told from users' by a key of the
    ///   task beside it, where the link would do without
    FirstCopy(
            LinkOptions options,
            Consumer<LinkEvent> events,
            End origin,
            End receiver,
            Valve valve,
            List<SiteStream> streams,
            boolean marked) {
        this.options = ofCopy(options, origin, receiver, marked);
        this.events = events;
        this.receiver = receiver;
        this.valve = valve;
        this.streams = List.copyOf(streams);
    }

    /// What the link is told.
    LinkOptions options() {
        return options;
    }

    /// An earlier try may have brought keys that its side has lost since.
    void again() {
        again = true;
    }

    /// @param ear hears of the snapshot, before it is applied
    void tell(OriginPast ear) {
        past = ear;
    }

    /// The keys that only the receiver has, when the copy is done; none are looked for behind one
    /// that was the first.
    Set<KeyId> strays() {
        return strays;
    }

    private final class Ear implements LinkHooks.Strays {
        @Override
        public boolean fromTheFirst() {
            return again;
        }

        @Override
        public void begun(String stream, long offset) throws IOException {
            OriginPast hears = past;
            if (hears != null) {
                hears.begun(stream, offset);
            }
        }

        @Override
        public void found(int database, byte[] key) {
            strays.add(new KeyId(receiver.toPair(database), key));
        }
    }

    void stop() {
        stopping = true;
        Link link = copying;
        if (link != null) {
            link.stop();
        }
    }

    /// The numbers of the copy, its last when it has ended; null before it.
    @Nullable LinkStatus status() {
        Link link = copying;
        return link == null ? last : link.status();
    }

    /// Looks at a copy that runs.
    @FunctionalInterface
    interface Watch {
        /// Looks again.
        ///
        /// @return false when the copy is to end before it is done
        boolean look(LinkStatus copy) throws IOException;
    }

    /// Runs a one-way link up to the end of its snapshot, and reads the receiver's streams
    /// meanwhile.
    ///
    /// @return false when told to stop, or when the watch ended it
    boolean run(LinkHooks hooks, Watch watch) throws IOException {
        AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
        strays.clear();
        Link link = new Link(options, event -> pass(event, failure), hooks.with(new Ear()));
        copying = link;
        AtomicReference<Link.@Nullable Outcome> outcome = new AtomicReference<>();
        Thread owner = Thread.currentThread();
        Thread runner =
                new Thread(
                        () -> {
                            outcome.set(link.run());
                            LockSupport.unpark(owner);
                        },
                        "first copy");
        runner.setDaemon(true);
        runner.start();
        if (stopping) {
            link.stop();
        }
        try {
            boolean watched = true;
            while (runner.isAlive()) {
                LinkOptions.Throttle ceilings = valve.limits();
                link.throttle(ceilings.commandsPerSecond(), ceilings.bytesPerSecond());
                keepUp();
                if (watched && !watch.look(link.status())) {
                    watched = false;
                    link.stop();
                }
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
        } finally {
            link.stop();
            last = link.status();
            copying = null;
        }
        Failure why = failure.get();
        if (why != null) {
            throw new SynclineException(why);
        }
        return outcome.get() == Link.Outcome.DONE && !stopping;
    }

    /// Reads the receiver's streams for a while.
    void keepUp() throws IOException {
        for (SiteStream stream : streams) {
            stream.keepUp();
        }
    }

    /// From any thread.
    boolean isStopping() {
        return stopping;
    }

    private void pass(LinkEvent event, AtomicReference<@Nullable Failure> failure) {
        switch (event) {
            case LinkEvent.Failed failed -> failure.set(failed.failure());
            case LinkEvent.PhaseEntered entered -> {
                if (entered.phase() == Phase.SNAPSHOT) {
                    events.accept(event);
                }
            }
            case LinkEvent.Warned warned -> events.accept(event);
            case LinkEvent.Retrying retrying -> events.accept(event);
            case LinkEvent.Recovered recovered -> events.accept(event);
            case LinkEvent.Refused refused -> events.accept(event);
            case LinkEvent.Checked checked -> {
                if (checked.finding().severity() == Finding.Severity.ERROR) {
                    failure.compareAndSet(
                            null,
                            new Failure(
                                    checked.finding().code(),
                                    checked.finding().place(),
                                    checked.finding().reason(),
                                    checked.finding().remedy()));
                }
            }
            case LinkEvent.CaughtUp caughtUp -> {}
            case LinkEvent.Ended ended -> {}
        }
    }

    private static LinkOptions ofCopy(
            LinkOptions options, End origin, End receiver, boolean marked) {
        LinkOptions.Tuning tuning = options.tuning();
        SortedMap<Integer, Integer> databases = new TreeMap<>();
        for (int own : origin.databases()) {
            databases.put(own, receiver.fromPair(origin.toPair(own)));
        }
        return new LinkOptions(
                options.task(),
                origin.instance().endpoint(),
                receiver.instance().endpoint(),
                databases,
                options.commands(),
                // The pair's own prechecks have looked; what users write since is kept.
                LinkOptions.OnExisting.OVERWRITE,
                options.extendExpiry(),
                options.retry(),
                options.onRefused(),
                LinkOptions.OnGap.RESYNC,
                options.onFlush(),
                LinkOptions.Throttle.NONE,
                LinkOptions.End.SNAPSHOT,
                new LinkOptions.SpoolLimits(
                        options.spool().memoryBytes(),
                        options.spool().diskBytes(),
                        options.spool().directory().resolve("copy")),
                new LinkOptions.Tuning(
                        tuning.merge(),
                        tuning.batchCommands(),
                        tuning.batchBytes(),
                        tuning.windowBytes(),
                        Duration.ZERO,
                        tuning.checkpointLag(),
                        tuning.answerLimit(),
                        tuning.silenceLimit(),
                        marked,
                        true),
                new LinkOptions.SourceMode.Psync(),
                KeyRules.NONE);
    }
}
