package io.syncline.server.metrics;

import io.syncline.server.model.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last samples, each over one step of time.
final class Ring {
    private final long stepSeconds;
    private final int limit;
    private final Deque<Sample> done = new ArrayDeque<>();
    private long begin = -1;
    private long lag;
    private long writes;
    private long bytes;
    private int count;

    Ring(Duration step, int limit) {
        this.stepSeconds = step.toSeconds();
        this.limit = limit;
    }

    /// Adds a moment.
    ///
    /// @return the sample that it ended; null when its step goes on
    synchronized @Nullable Sample add(Sample now) {
        long step = now.epochSecond() / stepSeconds * stepSeconds;
        Sample ended = null;
        if (step != begin) {
            ended = end();
            begin = step;
            lag = -1;
            writes = 0;
            bytes = 0;
            count = 0;
        }
        lag = Math.max(lag, now.lagMillis());
        writes += now.writesPerSecond();
        bytes += now.bytesPerSecond();
        count++;
        return ended;
    }

    private @Nullable Sample end() {
        if (count == 0) {
            return null;
        }
        Sample sample = new Sample(begin, lag, writes / count, bytes / count);
        done.addLast(sample);
        if (done.size() > limit) {
            done.removeFirst();
        }
        return sample;
    }

    synchronized List<Sample> since(Instant from) {
        return done.stream().filter(s -> s.epochSecond() >= from.getEpochSecond()).toList();
    }
}
