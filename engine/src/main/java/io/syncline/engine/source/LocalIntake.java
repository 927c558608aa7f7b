package io.syncline.engine.source;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Fills feeds with what a [FeedMaker] makes, on a thread of its own.
public final class LocalIntake implements Intake {
    private static final byte[] NO_MARK = new byte[0];

    private final FeedMaker maker;
    private final Receiver.SpoolMaker spools;
    private volatile @Nullable Feed feed;
    private @Nullable Thread pump;
    private volatile boolean closed;

    public LocalIntake(FeedMaker maker, Receiver.SpoolMaker spools) {
        this.maker = maker;
        this.spools = spools;
    }

    @Override
    public @Nullable Feed open(@Nullable Position from) {
        abandon();
        FeedMaker.Start start;
        try {
            start = maker.begin(from);
        } catch (IOException e) {
            if (closed) {
                return null;
            }
            throw new SynclineException(failure(e));
        }
        if (closed) {
            return null;
        }
        Feed made = new Feed(opening(start), from, spools.make());
        feed = made;
        Thread thread = new Thread(() -> fill(made), "receiver " + maker.place());
        thread.setDaemon(true);
        pump = thread;
        thread.start();
        return made;
    }

    private static ReplicaStream.Opening opening(FeedMaker.Start start) {
        return start.snapshot()
                ? new ReplicaStream.Opening.Full(
                        start.replicationId(), start.offset(), start.snapshotBytes(), NO_MARK)
                : new ReplicaStream.Opening.Partial(start.replicationId());
    }

    private void fill(Feed made) {
        try {
            maker.make(new FeedWriter(made));
        } catch (FeedWriter.ClosedException e) {
            made.end(Feed.Ending.STOPPED, null, null);
        } catch (SynclineException e) {
            made.end(Feed.Ending.FAILED, e.failure(), null);
        } catch (IOException e) {
            if (closed) {
                made.end(Feed.Ending.STOPPED, null, null);
            } else {
                made.end(Feed.Ending.FAILED, failure(e), null);
            }
        } catch (RuntimeException | Error e) {
            // The top of the thread: whatever it is must not look like a source that rests.
            made.end(
                    Feed.Ending.FAILED,
                    new Failure(
                            ErrorCode.INTERNAL,
                            maker.place(),
                            e.toString(),
                            "Start the task again; report this with the log"),
                    null);
        }
    }

    private Failure failure(IOException e) {
        return new Failure(
                ErrorCode.UNREACHABLE,
                maker.place(),
                "the source cannot be read: " + e.getMessage(),
                "Mend that and start the task again");
    }

    private void abandon() {
        Feed present = feed;
        maker.interrupt();
        if (present != null) {
            try {
                present.spool().close();
            } catch (IOException e) {
                System.getLogger(LocalIntake.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing the spool of " + place(), e);
            }
        }
        Thread running = pump;
        pump = null;
        try {
            if (running != null) {
                running.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        feed = null;
    }

    @Override
    public void tick(long appliedOffset) {
        // Nobody waits for an acknowledgement.
    }

    @Override
    public void acknowledgeNow(long appliedOffset) {
        // Nor asks for one.
    }

    @Override
    public boolean isSpoolFull() {
        return false;
    }

    @Override
    public String gapRemedy() {
        return maker.gapRemedy();
    }

    @Override
    public String place() {
        return maker.place();
    }

    @Override
    public void abort() {
        closed = true;
        maker.interrupt();
    }

    @Override
    public void close() {
        abort();
        abandon();
    }
}
