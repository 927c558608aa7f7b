package io.syncline.server.demo;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Proof;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The demonstration's stage: servers and data first, then a story told beside a running link.
public final class Demo implements AutoCloseable {
    /// How long what is still under way may need, also on a busy machine.
    private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(2);

    private static final long POLL_MILLIS = 100;

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    /// The link that runs, as the story sees it.
    public interface Stage {
        void say(String text);

        void proved(Proof proof);

        void failed(Failure failure);

        /// All is told: end the link.
        void finish();
    }

    private final Scene scene;
    private final DemoServers servers;
    private final long keys;

    private Demo(Scene scene, DemoServers servers, long keys) {
        this.scene = scene;
        this.servers = servers;
        this.keys = keys;
    }

    /// Starts the servers and fills the source.
    public static Demo prepare(Scene scene) throws IOException, InterruptedException {
        DemoServers servers = DemoServers.start(scene.nodes());
        try (Site source = new Site(servers.sourcePorts());
                Site target = new Site(servers.targetPorts())) {
            new SampleData(source).load();
            if (scene.twoWay() && scene.clusters()) {
                // Between two clusters that both are written, everybody loads libraries twice.
                SampleData.loadFunctions(target);
            }
            return new Demo(scene, servers, Census.of(source).total());
        } catch (IOException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    /// What is shown.
    public Scene scene() {
        return scene;
    }

    public String sourceUri() {
        return uri(servers.sourcePorts());
    }

    public String targetUri() {
        return uri(servers.targetPorts());
    }

    private String uri(List<Integer> ports) {
        return (scene.clusters() ? "redis-cluster" : "redis") + "://127.0.0.1:" + ports.getFirst();
    }

    /// A folder that goes with the servers.
    public Path folder() {
        return servers.folder();
    }

    /// What stands on the screen before the link starts.
    public String opening() {
        return scene.servers()
                + " (Redis "
                + DemoServers.VERSION
                + ") run on this machine; "
                + scene.first()
                + " holds "
                + Numbers.count(keys, "key")
                + " of every type.";
    }

    /// Writes for some seconds more than the copy takes, `fast` without a pause, then proves that
    /// both sides hold the same. Blocks; an interruption ends it at once.
    public void play(Duration duration, boolean fast, Stage stage) {
        List<Traffic> traffics = List.of();
        try {
            if (scene.twoWay()) {
                awaitCopy(NEVER);
            }
            stage.say(
                    "Live traffic begins"
                            + (scene.twoWay() ? " on both sides" : "")
                            + ": counters, lists, streams, transactions, functions.");
            traffics = begin(fast);
            awaitCopy(NEVER);
            Thread.sleep(duration);
            long writes = 0;
            for (Traffic traffic : traffics) {
                traffic.end();
                writes += traffic.writes();
                if (!traffic.trouble().isEmpty()) {
                    stage.failed(failure("the traffic broke off: " + traffic.trouble()));
                    return;
                }
            }
            stage.say(
                    "Traffic ends after "
                            + Numbers.count(writes, "write")
                            + "; now both sides are compared, key by key.");
            prove(stage);
        } catch (IOException e) {
            stage.failed(failure("a server does not answer: " + e.getMessage()));
        } catch (InterruptedException e) {
            traffics.forEach(Traffic::stop);
            Thread.currentThread().interrupt();
        }
    }

    /// In two-way before any traffic: a side that holds keys before the first copy would not be
    /// taken for a new one.
    private void awaitCopy(CountDownLatch stop) throws IOException, InterruptedException {
        try (Site target = new Site(servers.targetPorts())) {
            while (target.size() < keys && !stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {}
        }
    }

    private List<Traffic> begin(boolean fast) {
        List<Traffic> traffics = new ArrayList<>();
        traffics.add(new Traffic(servers.sourcePorts(), "source", fast));
        if (scene.twoWay()) {
            traffics.add(new Traffic(servers.targetPorts(), "target", fast));
        }
        traffics.forEach(Traffic::begin);
        return traffics;
    }

    /// Writes until told to stop. Blocks.
    public void keepWriting(CountDownLatch stop) throws IOException, InterruptedException {
        if (scene.twoWay()) {
            awaitCopy(stop);
        }
        List<Traffic> traffics = begin(false);
        stop.await();
        for (Traffic traffic : traffics) {
            traffic.end();
        }
    }

    private void prove(Stage stage) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
        try (Site source = new Site(servers.sourcePorts());
                Site target = new Site(servers.targetPorts())) {
            Proof proof = compare(Census.of(source), Census.of(target));
            while (!proof.isEqual() && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
                proof = compare(Census.of(source), Census.of(target));
            }
            stage.proved(proof);
            if (proof.isEqual()) {
                stage.finish();
            } else {
                stage.failed(
                        failure("the two sides differ " + CATCH_UP_LIMIT.toSeconds() + " s on"));
            }
        }
    }

    private static Proof compare(Census source, Census target) {
        List<Proof.Fact> facts = new ArrayList<>();
        TreeSet<Integer> databases = new TreeSet<>(source.keys().keySet());
        databases.addAll(target.keys().keySet());
        for (int database : databases) {
            facts.add(
                    new Proof.Fact(
                            "database " + database,
                            keys(source.keys(), database),
                            keys(target.keys(), database)));
        }
        facts.add(new Proof.Fact("digest", source.digest(), target.digest()));
        facts.add(new Proof.Fact("functions", source.functions(), target.functions()));
        return new Proof(facts);
    }

    private static String keys(Map<Integer, Long> keys, int database) {
        return Numbers.count(keys.getOrDefault(database, 0L), "key");
    }

    private static Failure failure(String reason) {
        return new Failure(
                ErrorCode.INTERNAL, "demo", reason, "Run it again; if it repeats, report it");
    }

    @Override
    public void close() {
        servers.close();
    }
}
