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

/// The demonstration's stage: servers and data first, then a story told beside a running link.
public final class Demo implements AutoCloseable {
    /// How long the target may need to take what is still under way.
    private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(30);

    private static final long POLL_MILLIS = 100;

    /// The link that runs, as the story sees it.
    public interface Stage {
        void say(String text);

        void proved(Proof proof);

        void failed(Failure failure);

        /// All is told: end the link.
        void finish();
    }

    private final DemoServers servers;
    private final long keys;

    private Demo(DemoServers servers, long keys) {
        this.servers = servers;
        this.keys = keys;
    }

    /// Starts both servers and fills the source.
    public static Demo prepare() throws IOException, InterruptedException {
        DemoServers servers = DemoServers.start();
        try (RespClient source = new RespClient(servers.sourcePort())) {
            new SampleData(source).load();
            return new Demo(servers, Census.of(source).total());
        } catch (IOException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    public String sourceUri() {
        return "redis://127.0.0.1:" + servers.sourcePort();
    }

    public String targetUri() {
        return "redis://127.0.0.1:" + servers.targetPort();
    }

    /// A folder that goes with the servers.
    public Path folder() {
        return servers.folder();
    }

    /// What stands on the screen before the link starts.
    public String opening() {
        return "Two servers (Redis "
                + DemoServers.VERSION
                + ") run on this machine; the source holds "
                + Numbers.count(keys, "key")
                + " of every type.";
    }

    /// Writes to the source for some seconds, `fast` without a pause, then proves that the target
    /// has everything. Blocks; an interruption ends it at once.
    public void play(Duration duration, boolean fast, Stage stage) {
        Traffic traffic = new Traffic(servers.sourcePort(), fast);
        Thread writer = Thread.ofPlatform().name("demo-traffic").daemon().start(traffic);
        try {
            stage.say("Live traffic begins: counters, lists, streams, transactions, functions.");
            Thread.sleep(duration);
            traffic.stop();
            writer.join();
            if (!traffic.trouble().isEmpty()) {
                stage.failed(failure("the traffic broke off: " + traffic.trouble()));
                return;
            }
            stage.say(
                    "Traffic ends after "
                            + Numbers.count(traffic.writes(), "write")
                            + "; now both sides are compared, key by key.");
            prove(stage);
        } catch (IOException e) {
            stage.failed(failure("a server does not answer: " + e.getMessage()));
        } catch (InterruptedException e) {
            traffic.stop();
            Thread.currentThread().interrupt();
        }
    }

    /// Writes to the source until told to stop. Blocks.
    public void keepWriting(CountDownLatch stop) throws InterruptedException {
        Traffic traffic = new Traffic(servers.sourcePort(), false);
        Thread writer = Thread.ofPlatform().name("demo-traffic").daemon().start(traffic);
        stop.await();
        traffic.stop();
        writer.join();
    }

    private void prove(Stage stage) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
        try (RespClient source = new RespClient(servers.sourcePort());
                RespClient target = new RespClient(servers.targetPort())) {
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
