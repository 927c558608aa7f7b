package io.syncline.server.metrics;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Sample;
import io.syncline.server.model.Task;
import io.syncline.server.store.SampleTable;
import io.syncline.server.store.Store;
import io.syncline.server.task.TaskObserver;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Lag, writes and bytes of each task over time: minutes and hours in memory, days in the store.
public final class Charts implements TaskObserver {
    /// What a chart shows.
    public enum Range {
        QUARTER_HOUR("15m", Duration.ofMinutes(15), Duration.ofSeconds(5)),
        QUARTER_DAY("6h", Duration.ofHours(6), Duration.ofMinutes(1)),
        WEEK("7d", Duration.ofDays(7), Duration.ofMinutes(5));

        private final String code;
        private final Duration length;
        private final Duration step;

        Range(String code, Duration length, Duration step) {
            this.code = code;
            this.length = length;
            this.step = step;
        }

        int steps() {
            return (int) length.dividedBy(step);
        }

        public static Range of(@Nullable String code) {
            if (code == null || code.isEmpty()) {
                return QUARTER_HOUR;
            }
            return Arrays.stream(values())
                    .filter(r -> r.code.equals(code))
                    .findFirst()
                    .orElseThrow(() ->
                            Problem.badRequest(
                                    "range",
                                    "'" + Names.shown(code) + "' is not a range",
                                    "One of 15m, 6h, 7d"));
        }
    }

    /// Columns, as the chart takes them.
    ///
    /// @param stepSeconds between two points; a larger gap is a time without numbers
    /// @param time seconds since 1970
    /// @param lagMillis -1 where it was not known
    public record Series(
            long stepSeconds,
            List<Long> time,
            List<Long> lagMillis,
            List<Long> writesPerSecond,
            List<Long> bytesPerSecond) {}

    /// One task's samples in memory.
    private record Memory(Ring minutes, Ring hours, Ring days) {}

    private final Map<String, Memory> memories = new ConcurrentHashMap<>();
    private final SampleTable table;
    private final InstantSource clock;

    public Charts(Store store, InstantSource clock) {
        this.table = store.samples();
        this.clock = clock;
    }

    @Override
    public void measured(Task task, Progress progress) {
        add(task.id(), progress);
        if (task.isTwoWay()) {
            for (Direction direction : Direction.values()) {
                add(name(task.id(), direction), progress.only(direction));
            }
        }
    }

    /// Under which the samples of one direction are kept.
    private static String name(String task, Direction direction) {
        return task + "/" + direction.code();
    }

    private void add(String name, Progress progress) {
        Sample now =
                new Sample(
                        clock.instant().getEpochSecond(),
                        progress.worst(Shard::lagMillis),
                        Math.round(progress.totalRates().commands()),
                        Math.round(
                                progress.totalRates().bytes()
                                        + progress.totalRates().snapshotBytes()));
        Memory memory = memories.computeIfAbsent(name, id -> memory());
        memory.minutes().add(now);
        memory.hours().add(now);
        Sample done = memory.days().add(now);
        if (done != null) {
            table.add(name, done);
        }
    }

    @Override
    public void changed(Task before, Task after) {
        if (after.state() == TaskState.RELEASED) {
            memories.keySet().removeIf(name -> (name + "/").startsWith(after.id() + "/"));
        }
    }

    private static Memory memory() {
        return new Memory(
                ring(Range.QUARTER_HOUR), ring(Range.QUARTER_DAY), new Ring(Range.WEEK.step, 1));
    }

    private static Ring ring(Range range) {
        return new Ring(range.step, range.steps());
    }

    /// One direction of a two-way task.
    public Series series(String task, Direction direction, Range range) {
        return series(name(task, direction), range);
    }

    /// A whole task: of both directions the larger lag, and the sum of everything else.
    public Series series(String task, Range range) {
        Memory memory = memories.computeIfAbsent(task, id -> memory());
        Instant from = clock.instant().minus(range.length);
        List<Sample> samples =
                switch (range) {
                    case QUARTER_HOUR -> memory.minutes().since(from);
                    case QUARTER_DAY -> memory.hours().since(from);
                    case WEEK -> table.since(task, from);
                };
        return new Series(
                range.step.toSeconds(),
                samples.stream().map(Sample::epochSecond).toList(),
                samples.stream().map(Sample::lagMillis).toList(),
                samples.stream().map(Sample::writesPerSecond).toList(),
                samples.stream().map(Sample::bytesPerSecond).toList());
    }

    /// Forgets what no chart shows any more. To be called now and then.
    public void trim() {
        table.forgetBefore(clock.instant().minus(Range.WEEK.length));
    }
}
