package io.syncline.engine.link;

import io.syncline.engine.source.FeedMaker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Looks after a source whose bytes are made here: passes its numbers on. There is no heartbeat, so
/// a latency in milliseconds is not known.
final class MakerWatch implements SourceWatch {
    private static final long TICK_MILLIS = 50;

    private final FeedMaker maker;
    private final Progress progress;
    private final Runnable wake;
    private final CountDownLatch stopping = new CountDownLatch(1);

    MakerWatch(FeedMaker maker, Progress progress, Runnable wake) {
        this.maker = maker;
        this.progress = progress;
        this.wake = wake;
    }

    @Override
    public void run() {
        try {
            long goal = Progress.UNKNOWN;
            do {
                progress.sourceOffset = maker.knownOffset();
                if (goal != maker.goal()) {
                    goal = maker.goal();
                    wake.run();
                }
            } while (!stopping.await(TICK_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public long clockSkewMillis() {
        return maker.clockSkewMillis();
    }

    @Override
    public void askForGoal() {
        maker.askForGoal();
    }

    @Override
    public long goal() {
        return maker.goal();
    }

    @Override
    public void stop() {
        stopping.countDown();
    }
}
