package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.source.Receiver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks after one source shard beside its stream: asks how far it is, writes the heartbeat, and
/// lets the receiver acknowledge in time. A thread of its own; nothing here may hold up the data.
final class SourceMonitor implements SourceWatch {
    private static final long TICK_MILLIS = 50;
    private static final long ASK_NANOS = 1_000_000_000;
    private static final long TRY_AGAIN_NANOS = 1_000_000_000L;

    /// While somebody waits for what the node says.
    private static final long URGENT_TICK_MILLIS = 5;

    private final NodeFinder finder;
    private final Connector connector;
    private final Receiver receiver;
    private final Progress progress;
    private final Heartbeat heartbeat;
    private final Duration interval;
    private final Consumer<LinkEvent> events;
    private final Runnable wake;
    private final @Nullable TopologyWatch topology;
    private final Semaphore nudges = new Semaphore(0);
    private volatile boolean stopping;

    private @Nullable Connection connection;
    private long nextConnectNanos = System.nanoTime();
    private long askedNanos = System.nanoTime() - ASK_NANOS;
    private long beatNanos = System.nanoTime();
    private boolean mayWrite;
    private boolean fullReported;
    private boolean warned;
    private boolean clockMissed;
    private volatile long clockSkewMillis;
    private volatile boolean askNow;

    /// What a caught-up target must have: the source's offset as first seen when asked for.
    private volatile long goal = Progress.UNKNOWN;

    SourceMonitor(
            NodeFinder finder,
            Connector connector,
            Receiver receiver,
            Progress progress,
            Heartbeat heartbeat,
            Duration interval,
            Consumer<LinkEvent> events,
            Runnable wake,
            @Nullable TopologyWatch topology) {
        this.finder = finder;
        this.connector = connector;
        this.receiver = receiver;
        this.progress = progress;
        this.heartbeat = heartbeat;
        this.interval = interval;
        this.events = events;
        this.wake = wake;
        this.topology = topology;
        this.mayWrite = !interval.isZero();
    }

    @Override
    public void run() {
        try {
            while (await()) {
                receiver.tick(progress.appliedOffset);
                watchSpool();
                long sourceMillis = System.currentTimeMillis() + clockSkewMillis;
                heartbeat.applied(progress.appliedOffset, sourceMillis);
                progress.lagMillis = heartbeat.lagMillis(sourceMillis, interval.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disconnect();
    }

    /// @return whether to go on
    private boolean await() throws InterruptedException {
        TopologyWatch watch = topology;
        boolean urgent = watch != null && watch.isUrgent();
        nudges.tryAcquire(urgent ? URGENT_TICK_MILLIS : TICK_MILLIS, TimeUnit.MILLISECONDS);
        nudges.drainPermits();
        return !stopping;
    }

    /// Somebody waits for what the node says.
    void nudge() {
        nudges.release();
    }

    /// Says once that the source is not read any more, and again only after it was.
    private void watchSpool() {
        boolean full = receiver.isSpoolFull();
        if (full && !fullReported) {
            String fault = receiver.spoolFault();
            events.accept(
                    new LinkEvent.Warned(
                            receiver.place(),
                            (fault.isEmpty()
                                            ? "the spool is full"
                                            : "the spool's disk cannot be written (" + fault + ")")
                                    + ": the source is not read until the target takes more",
                            (fault.isEmpty()
                                            ? "Raise --spool-disk"
                                            : "Make room in the folder of --spool-dir")
                                    + ", or find out why the target is slow; the source drops the link"
                                    + " when its own output buffer is full"));
        }
        fullReported = full;
    }

    private void look() {
        long now = System.nanoTime();
        if (connection == null && now < nextConnectNanos) {
            return;
        }
        try {
            boolean due = askNow || now - askedNanos >= ASK_NANOS;
            boolean beatDue =
                    mayWrite && heartbeat.canBeWritten() && now - beatNanos >= interval.toNanos();
            TopologyWatch watch = topology;
            boolean watchDue = watch != null && watch.isDue(now);
            if (!due && !beatDue && !watchDue) {
                return;
            }
            Connection open = connected();
            if (watchDue && watch != null) {
                watch.ask(open, clockSkewMillis);
            }
            if (beatDue) {
                beat(open);
                beatNanos = now;
            }
            if (due) {
                ask(open);
                askedNanos = now;
            }
        } catch (IOException | SynclineException e) {
            // The receiver meets the same fault and reports it; here it only means unknown numbers.
            System.getLogger(SourceMonitor.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking the source", e);
            disconnect();
            nextConnectNanos = now + TRY_AGAIN_NANOS;
        }
    }

    private Connection connected() throws IOException {
        Connection open = connection;
        if (open == null) {
            open = connector.open(finder.find());
            connection = open;
            clockSkewMillis = skew(open);
        }
        return open;
    }

    /// How far the source's clock is ahead of ours.
    private long skew(Connection connection) throws IOException {
        long before = System.currentTimeMillis();
        Reply reply = connection.call("TIME");
        long after = System.currentTimeMillis();
        if (reply instanceof Reply.Items items
                && items.items().size() == 2
                && items.items().get(0) instanceof Reply.Bulk seconds
                && items.items().get(1) instanceof Reply.Bulk micros) {
            long theirs =
                    Long.parseLong(seconds.utf8()) * 1000 + Long.parseLong(micros.utf8()) / 1000;
            return theirs - (before + after) / 2;
        }
        long micros = ServerInfo.read(connection).serverMicros();
        if (micros >= 0) {
            return micros / 1000 - (after + System.currentTimeMillis()) / 2;
        }
        if (!clockMissed) {
            clockMissed = true;
            events.accept(
                    new LinkEvent.Warned(
                            connection.address().toString(),
                            "the source does not tell its clock, so this machine's is taken for"
                                    + " relative expiries: "
                                    + (reply instanceof Reply.Failure failure
                                            ? failure.text()
                                            : reply.toString()),
                            "Allow the account +time, or keep both clocks by NTP"));
        }
        return 0;
    }

    private void ask(Connection open) throws IOException {
        boolean wanted = askNow;
        ServerInfo info = ServerInfo.read(open);
        long offset = info.replicationOffset();
        if (offset >= 0) {
            progress.sourceOffset = offset;
            if (wanted) {
                goal = offset;
                askNow = false;
                wake.run();
            }
        }
    }

    private void beat(Connection open) throws IOException {
        String time = Long.toString(System.currentTimeMillis() + clockSkewMillis);
        Reply reply =
                open.call(
                        "SETEX".getBytes(UTF_8),
                        heartbeat.key(),
                        Integer.toString(Heartbeat.EXPIRY_SECONDS).getBytes(UTF_8),
                        time.getBytes(UTF_8));
        if (reply instanceof Reply.Failure failure) {
            switch (failure.kind().remedy()) {
                case OPERATOR, NONE -> mayWrite = false;
                case RETRY, CAUSE -> {}
                case REDIRECT -> mayWrite = !failure.text().startsWith("READONLY");
            }
            if (!mayWrite && !warned) {
                warned = true;
                events.accept(
                        new LinkEvent.Warned(
                                open.address().toString(),
                                "the source takes no heartbeat, so the latency in milliseconds is"
                                        + " unknown: "
                                        + failure.text(),
                                "Allow the account +setex on keys "
                                        + Heartbeat.PREFIX
                                        + "* if you want it measured"));
            }
        }
    }

    @Override
    public long clockSkewMillis() {
        return clockSkewMillis;
    }

    @Override
    public void askForGoal() {
        goal = Progress.UNKNOWN;
        askNow = true;
    }

    @Override
    public long goal() {
        return goal;
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void stop() {
        stopping = true;
        nudge();
    }
}
