package io.syncline.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Live traffic to an instance over several connections, drawn from a seed, which knows afterwards
/// what every counter must be.
///
/// ```java
/// Workload traffic = Workload.on(source).profile(WorkloadProfile.COUNTING).start();
/// ... // failovers, cuts, restarts
/// traffic.stop();
/// assertThat(traffic.miscounts(target)).isEmpty();
/// ```
public final class Workload implements AutoCloseable {
    /// A connection notices the stop after its batch, a silent server after 5 s.
    private static final Duration STOP = Duration.ofSeconds(60);

    private final Settings settings;
    private final Tally tally = new Tally();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    private Workload(Settings settings) {
        this.settings = settings;
    }

    public static Settings on(Instance instance) {
        return new Settings(instance);
    }

    /// What a workload shall do; [#start] starts it.
    public static final class Settings {
        private final Instance instance;
        private long seed = 1;
        private int connections = 4;
        private int depth = 16;
        private int keys = 50;
        private boolean shortExpiries = true;
        private int stepsPerSecond = Integer.MAX_VALUE;
        private WorkloadProfile profile = WorkloadProfile.COUNTING;
        private List<Integer> databases = List.of(0, 1, 9);

        private Settings(Instance instance) {
            this.instance = instance;
        }

        public Settings seed(long value) {
            seed = value;
            return this;
        }

        public Settings profile(WorkloadProfile chosen) {
            profile = chosen;
            return this;
        }

        public Settings connections(int count) {
            connections = count;
            return this;
        }

        /// How many steps a connection sends before it reads their replies; 16 otherwise.
        public Settings depth(int steps) {
            depth = steps;
            return this;
        }

        /// Keys of each kind; few keys mean much contention and long lists.
        public Settings keys(int count) {
            keys = count;
            return this;
        }

        /// Of all connections together; as fast as it goes otherwise.
        public Settings stepsPerSecond(int rate) {
            stepsPerSecond = rate;
            return this;
        }

        /// Databases 0, 1 and 9 otherwise; a cluster has its database 0 only.
        public Settings databases(Integer... numbers) {
            databases = Arrays.asList(numbers);
            return this;
        }

        /// No key expires during a test: whether a key that is given a longer life in its last
        /// moment lives on depends on clocks and on the way's delay.
        public Settings withoutShortExpiries() {
            shortExpiries = false;
            return this;
        }

        public Workload start() {
            Workload workload = new Workload(this);
            workload.begin();
            return workload;
        }
    }

    /// Steps (commands or transactions) that a server said were done.
    public long acknowledged() {
        return tally.acknowledged.sum();
    }

    /// Steps whose replies were lost with their connections: done or not.
    public long unknown() {
        return tally.unknown.sum();
    }

    /// Steps that a server refused for good; none is expected.
    public long refused() {
        return tally.refused.sum();
    }

    /// The first refusals, by command.
    public Set<String> refusals() {
        return tally.refusals();
    }

    /// How often a step was sent again, as a server had refused it for now.
    public long retried() {
        return tally.retried.sum();
    }

    public long reconnects() {
        return tally.reconnects.sum();
    }

    /// Waits until so many more steps are acknowledged, counted from now.
    public void awaitMore(long steps, Duration limit) {
        long goal = acknowledged() + steps;
        Await.value(
                goal + " steps acknowledged", limit, this::acknowledged, count -> count >= goal);
    }

    /// Stops sending and waits for the last replies.
    ///
    /// @throws AssertionError when a connection failed for another reason than a server that is
    ///   gone
    public void stop() {
        stopped = true;
        long end = System.nanoTime() + STOP.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while the traffic stopped", e);
            }
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " does not stop within " + STOP);
            }
        }
        Throwable why = failure.get();
        if (why != null) {
            throw new AssertionError("the traffic failed", why);
        }
    }

    /// The counters that are wrong on an instance at rest: less than what was acknowledged, or more
    /// than that and what is unknown. Call it after [#stop].
    public List<String> miscounts(Instance instance) {
        try (Router router = new Router(instance)) {
            return tally.miscounts(router);
        }
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return String.format(
                "%d acknowledged, %d unknown, %d refused %s, %d retried, %d reconnects",
                acknowledged(), unknown(), refused(), refusals(), retried(), reconnects());
    }

    private void begin() {
        boolean streams;
        try (Router router = new Router(settings.instance)) {
            streams = router.version().hasStreams();
        }
        List<Integer> databases = settings.instance.clustered() ? List.of(0) : settings.databases;
        SplittableRandom random = new SplittableRandom(settings.seed);
        for (int i = 0; i < settings.connections; i++) {
            Traffic traffic =
                    new Traffic(
                            random.split(),
                            settings.profile,
                            databases,
                            settings.keys,
                            streams,
                            settings.shortExpiries);
            threads.add(Thread.ofVirtual().name("traffic-" + i).start(() -> send(traffic)));
        }
    }

    private void send(Traffic traffic) {
        long batchNanos =
                TimeUnit.SECONDS.toNanos(1)
                        * settings.depth
                        * settings.connections
                        / settings.stepsPerSecond;
        long next = System.nanoTime();
        try (TrafficConnection connection =
                new TrafficConnection(settings.instance, tally, () -> stopped)) {
            while (!stopped) {
                List<Step> batch = new ArrayList<>(settings.depth);
                for (int i = 0; i < settings.depth; i++) {
                    batch.add(traffic.next());
                }
                connection.run(batch);
                next += batchNanos;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }
}
