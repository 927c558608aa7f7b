package io.syncline.engine.source;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.source.ReplicaStream.Opening;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Drains one source shard's socket into a spool, and keeps the link alive.
///
/// A link that breaks is opened again at the byte behind the last received one, so the spool sees
/// one unbroken stream; only when the source can no longer continue there does the feed end, with
/// the snapshot that the source sends instead already arriving in a successor.
///
/// Threads: the applier calls [#open]; a thread of its own runs the pump; a ticker calls [#tick].
public final class Receiver implements Intake {
    /// What the receiver is made of.
    ///
    /// @param finder where the shard's primary is
    /// @param connector opens connections
    /// @param version to announce (Valkey 9 and later), or empty
    /// @param silence how long a source may say nothing before the link counts as broken
    /// @param retry how long to go on trying
    /// @param spools makes a spool for each feed
    /// @param listener hears of retries
    /// @param asksForHistory whether a stream that broke ends with [Feed.Ending#BEHIND] where a
    ///   promoted replica has not all of it, instead of with the snapshot that it would send
    public record Settings(
            NodeFinder finder,
            Connector connector,
            String version,
            Duration silence,
            Duration retry,
            SpoolMaker spools,
            RetryListener listener,
            boolean asksForHistory) {}

    /// Makes an empty spool.
    @FunctionalInterface
    public interface SpoolMaker {
        Spool make();
    }

    /// While a source waits for the first acknowledgement after a diskless snapshot, it sends
    /// nothing.
    private static final long EAGER_ACK_NANOS = 50_000_000;

    private static final long ACK_NANOS = 1_000_000_000;

    private final Settings settings;
    private final SourceDialer dialer;
    private volatile @Nullable ReplicaStream stream;
    private volatile @Nullable Feed feed;
    private @Nullable Thread pump;
    private long lastAckNanos = System.nanoTime();
    private volatile boolean snapshotArriving;
    private volatile boolean waitingForStream;

    /// When the link broke, or the source became silent. Belongs to the pump.
    private long brokenNanos;

    /// Connects to nothing yet.
    ///
    /// @param place the node to be read from, as far as is known
    public Receiver(Settings settings, String place) {
        this.settings = settings;
        this.dialer = new SourceDialer(settings, place);
    }

    /// Opens the stream, trying again as long as the settings allow, and starts to drain it.
    ///
    /// @param from null for a snapshot
    /// @return the feed, or null when closed meanwhile
    @Override
    public @Nullable Feed open(@Nullable Position from) {
        abandon();
        ReplicaStream opened = dialer.open(from, null, System.nanoTime());
        if (opened == null) {
            return null;
        }
        Feed started = new Feed(opened.opening(), from, settings.spools().make());
        if (opened.opening() instanceof Opening.Behind behind) {
            opened.close();
            feed = started;
            started.endBehind(behind.offset());
            return started;
        }
        begin(opened, started);
        Thread thread = new Thread(this::run, "receiver " + dialer.place());
        thread.setDaemon(true);
        pump = thread;
        thread.start();
        return started;
    }

    /// Lets go of the present feed, so that its pump neither reconnects nor waits for room.
    private void abandon() {
        Feed present = feed;
        dialer.abandon();
        if (present != null) {
            closeSpool(present);
        }
        closeStream();
        joinPump();
        closeStream();
        feed = null;
        dialer.resume();
    }

    private void begin(ReplicaStream opened, Feed started) {
        snapshotArriving = started.isFull();
        waitingForStream = false;
        feed = started;
        stream = opened;
    }

    private void run() {
        try {
            String fault = "";
            while (fault != null && !dialer.isStopping()) {
                fault = drain();
                if (fault != null && !dialer.isStopping() && !reopen(fault)) {
                    return;
                }
            }
            end(Feed.Ending.STOPPED, null);
        } catch (SynclineException e) {
            end(Feed.Ending.FAILED, e.failure());
        }
    }

    private void end(Feed.Ending how, @Nullable Failure failure) {
        closeStream();
        Feed ended = feed;
        if (ended != null) {
            ended.end(how, failure, null);
        }
    }

    /// Moves bytes until the link breaks.
    ///
    /// @return why it broke, or null when the spool was closed
    private @Nullable String drain() {
        ReplicaStream from = stream;
        Feed to = feed;
        if (from == null || to == null) {
            return null;
        }
        TailWatch tail = new TailWatch(to.mark());
        while (true) {
            Spool.Block block = to.spool().room();
            if (block == null) {
                return null;
            }
            byte[] array = block.array;
            if (array == null) {
                throw new IllegalStateException("the block to fill is on disk");
            }
            int count;
            try {
                count = from.read(array, block.filled, array.length - block.filled);
            } catch (IOException e) {
                boolean silent = e instanceof SocketTimeoutException;
                brokenNanos = System.nanoTime() - (silent ? settings.silence().toNanos() : 0);
                return SourceDialer.reason(e);
            }
            if (count < 0) {
                brokenNanos = System.nanoTime();
                return "the source closed the connection";
            }
            if (snapshotArriving) {
                watchSnapshot(to, tail, array, block.filled, count);
            } else {
                waitingForStream = false;
            }
            to.received(count);
            to.spool().filled(block, count, System.currentTimeMillis());
        }
    }

    private void watchSnapshot(Feed to, TailWatch tail, byte[] array, int from, int count) {
        long length = to.snapshotBytes();
        boolean whole =
                length >= 0
                        ? to.receivedBytes() + count >= length
                        : tail.endsWithMark(array, from, count);
        if (whole) {
            snapshotArriving = false;
            waitingForStream = true;
        }
    }

    /// @return whether the pump goes on
    private boolean reopen(String fault) {
        Feed broken = feed;
        closeStream();
        if (broken == null) {
            return false;
        }
        if (snapshotArriving) {
            broken.end(Feed.Ending.SNAPSHOT_BROKEN, brokenOff(fault), null);
            return false;
        }
        while (broken.receivedOffset() < 0) {
            // Only the applier can tell where a diskless snapshot ends, and it has all of its
            // bytes.
            if (dialer.pause(10)) {
                broken.end(Feed.Ending.STOPPED, null, null);
                return false;
            }
        }
        Position position = new Position(broken.replicationId(), broken.receivedOffset(), 0);
        ReplicaStream opened = dialer.open(position, fault, brokenNanos);
        if (opened == null) {
            Feed.Ending how = dialer.isGone() ? Feed.Ending.GONE : Feed.Ending.STOPPED;
            broken.end(how, null, null);
            return false;
        }
        switch (opened.opening()) {
            case Opening.Partial partial -> {
                broken.continueAs(partial.replicationId());
                stream = opened;
            }
            case Opening.Behind behind -> {
                opened.close();
                broken.endBehind(behind.offset());
                return false;
            }
            case Opening.Full full -> {
                Feed successor = new Feed(full, null, settings.spools().make());
                begin(opened, successor);
                broken.end(Feed.Ending.GAP, lost(fault), successor);
            }
        }
        return true;
    }

    private Failure brokenOff(String fault) {
        return new Failure(
                ErrorCode.UNREACHABLE,
                dialer.place(),
                "the link to the source broke during the snapshot (" + fault + ")",
                "Look at the source's log; mostly it needs a larger client-output-buffer-limit for"
                        + " replicas, or repl-timeout");
    }

    private Failure lost(String fault) {
        return new Failure(
                ErrorCode.POSITION_LOST,
                dialer.place(),
                "the link to the source broke (" + fault + ") and the source cannot continue it",
                "Raise repl-backlog-size at the source");
    }

    /// Called every 50 ms or so: acknowledges, so that the source knows we live and where we are.
    ///
    /// @param appliedOffset what is durable in the target; -1 while nothing is
    @Override
    public void tick(long appliedOffset) {
        ReplicaStream to = stream;
        Feed current = feed;
        if (to == null || current == null) {
            return;
        }
        long now = System.nanoTime();
        long interval = waitingForStream ? EAGER_ACK_NANOS : ACK_NANOS;
        if (now - lastAckNanos < interval) {
            return;
        }
        lastAckNanos = now;
        acknowledge(to, current, appliedOffset);
    }

    /// Answers a source that asks (REPLCONF GETACK).
    @Override
    public void acknowledgeNow(long appliedOffset) {
        ReplicaStream to = stream;
        Feed current = feed;
        if (to != null && current != null) {
            acknowledge(to, current, appliedOffset);
        }
    }

    private void acknowledge(ReplicaStream to, Feed current, long appliedOffset) {
        try {
            if (snapshotArriving) {
                to.keepAlive();
            } else {
                to.acknowledge(Math.max(current.baseOffset(), appliedOffset));
            }
        } catch (IOException e) {
            // The pump reads from the same socket, sees the same fault, and mends it.
            System.getLogger(Receiver.class.getName())
                    .log(System.Logger.Level.DEBUG, "acknowledging to " + dialer.place(), e);
        }
    }

    /// Whether the spool has no room, so that the source is not read.
    @Override
    public boolean isSpoolFull() {
        Feed current = feed;
        return current != null && current.spool().isFull();
    }

    /// Why the spool's disk takes nothing; empty while it does.
    public String spoolFault() {
        Feed current = feed;
        return current == null ? "" : current.spool().diskFault();
    }

    @Override
    public boolean isGone() {
        return dialer.isGone();
    }

    /// The node read from, or last tried.
    @Override
    public String place() {
        return dialer.place();
    }

    private void closeStream() {
        ReplicaStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }

    private void joinPump() {
        Thread running = pump;
        pump = null;
        try {
            if (running != null) {
                running.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeSpool(Feed of) {
        try {
            of.spool().close();
        } catch (IOException e) {
            System.getLogger(Receiver.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing the spool of " + dialer.place(), e);
        }
    }

    /// Ends waiting for a source that is away. From any thread; [#close] must follow.
    @Override
    public void abort() {
        dialer.stop();
    }

    @Override
    public void close() {
        abort();
        closeStream();
        Feed current = feed;
        if (current != null) {
            closeSpool(current);
        }
        joinPump();
    }
}
