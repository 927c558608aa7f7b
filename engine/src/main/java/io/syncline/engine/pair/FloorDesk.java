package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Writes a running pair's floor at both sites. A thread of its own; nothing here may hold up the
/// data.
final class FloorDesk implements Runnable {
    private static final long EVERY_MILLIS = 50;

    /// A site that does not answer does not hold up a stop.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

    private final List<End> ends;
    private final AtomicReference<@Nullable FloorRecord> offered = new AtomicReference<>();
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = new Thread(this, "floors");
    private final Runnable wake;
    private volatile FloorRecord written;

    /// @param written what stands at both sites
    FloorDesk(List<End> ends, FloorRecord written, Runnable wake) {
        this.ends = List.copyOf(ends);
        this.written = written;
        this.wake = wake;
    }

    /// To be written soon.
    void offer(FloorRecord record) {
        offered.set(record);
    }

    /// What stands at both sites.
    FloorRecord written() {
        return written;
    }

    /// Why the pair must stop; null while it need not.
    @Nullable Failure failure() {
        return failure.get();
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /// Writes the last floor that was offered, and ends.
    void stop() {
        stopping.countDown();
        try {
            thread.join(STOP_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (!stopping.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                write();
            }
            write();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        FloorRecord next = offered.getAndSet(null);
        if (next != null) {
            write(next);
        }
    }

    private void write(FloorRecord record) {
        try {
            for (End end : ends) {
                FloorKeys.advance(end, record);
            }
            written = record;
        } catch (IOException e) {
            // The data path meets the same fault and says so; the next floor is as good.
            System.getLogger(FloorDesk.class.getName())
                    .log(System.Logger.Level.DEBUG, "the floor", e);
        } catch (SynclineException e) {
            failure.compareAndSet(null, e.failure());
            wake.run();
        }
    }

    /// What to say when slots are moved by a job of the server (Valkey 9), whose copies stand in
    /// the streams as ordinary commands.
    static Failure movedByJob(End end, String place) {
        String side = end.site() == Site.SOURCE ? "source" : "target";
        return new Failure(
                ErrorCode.TOPOLOGY_UNUSABLE,
                place,
                "slots of the "
                        + side
                        + " were on their way by CLUSTER MIGRATESLOTS when the task began to read"
                        + " there, so what was moved cannot be told from what users wrote",
                "Let the move end, then start once with --resync-from "
                        + side
                        + ": the other side's data is replaced");
    }

    /// What to say when a slot is no longer where it was.
    static Failure moved(End end, int slot) {
        String side = end.site() == Site.SOURCE ? "source" : "target";
        return new Failure(
                ErrorCode.TOPOLOGY_UNUSABLE,
                end.instance().endpoint().addresses().getFirst().toString(),
                "slot "
                        + slot
                        + " of the "
                        + side
                        + " was moved in a way that its primaries' streams do not show, so its keys"
                        + " may differ between the sides",
                "Let the move end, then start once with --resync-from "
                        + side
                        + ": the other side's data is replaced");
    }
}
