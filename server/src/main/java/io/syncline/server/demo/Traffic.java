package io.syncline.server.demo;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Writes of many kinds at a steady rate, until told to stop. Most are of the kind that shows at
/// once when one is lost or done twice: counters, lists, appends.
final class Traffic implements Runnable {
    private static final int WRITES_PER_ROUND = 100;

    /// Enough to keep a connection busy.
    private static final int WRITES_PER_FAST_ROUND = 2_000;

    private static final long ROUND_NANOS = 10_000_000;

    private final List<Integer> ports;
    private final String name;
    private final boolean fast;
    private volatile boolean stopped;
    private final AtomicLong writes = new AtomicLong();
    private final Thread writer;
    private volatile String trouble = "";

    /// Traffic that has not begun.
    ///
    /// @param name of its stream of events: each side's has identifiers of its own
    /// @param fast as fast as the server takes it, instead of at a steady 10,000 writes a second
    Traffic(List<Integer> ports, String name, boolean fast) {
        this.ports = ports;
        this.name = name;
        this.fast = fast;
        this.writer = Thread.ofPlatform().name("demo-traffic").daemon().unstarted(this);
    }

    void begin() {
        writer.start();
    }

    @Override
    public void run() {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        try (Site site = new Site(ports)) {
            long next = System.nanoTime();
            while (!stopped) {
                int round = fast ? WRITES_PER_FAST_ROUND : WRITES_PER_ROUND;
                for (int i = 0; i < round; i++) {
                    write(site, random);
                }
                site.settle();
                writes.addAndGet(round);
                next += ROUND_NANOS;
                if (!fast) {
                    Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
                }
            }
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        stopped = true;
    }

    /// Stops, and waits for the last answers.
    void end() throws InterruptedException {
        stop();
        writer.join();
    }

    long writes() {
        return writes.get();
    }

    /// Why it ended early; empty when it did not.
    String trouble() {
        return trouble;
    }

    private void write(Site site, SplittableRandom random) throws IOException {
        String id = Integer.toString(random.nextInt(4_000));
        switch (random.nextInt(16)) {
            case 0 -> site.send("INCR", "count:" + id);
            case 1 -> site.send("LPUSH", "orders:" + id, "new");
            case 2 -> site.send("RPOP", "orders:" + id);
            case 3 -> site.send("HINCRBY", "cart:" + id, "total", "3");
            case 4 -> site.send("ZINCRBY", "score:" + id, "0.5", "a");
            case 5 -> site.send("SADD", "tags:" + id, "tag" + random.nextInt(9));
            case 6 -> site.send("SREM", "tags:" + id, "tag" + random.nextInt(9));
            case 7 -> site.send("APPEND", "log:" + id, "x");
            case 8 -> site.send("XADD", "events:" + name, "MAXLEN", "~", "1000", "*", "by", id);
            case 9 -> site.send("SET", "session:" + id, "again", "PX", "1800000");
            case 10 -> site.send("DEL", "person:" + id + ":name");
            case 11 -> site.send("SET", "person:" + id + ":name", "renamed");
            case 12 -> {
                String sale = "{sale:" + id + "}";
                site.sendTo(sale, "FCALL", "sell", "2", sale + "stock", sale + "sold", "1");
            }
            case 13 -> site.send("PFADD", "visitors:" + id, "visitor" + random.nextInt());
            case 14 -> transfer(site, "{account:" + id + "}");
            default -> hit(site, id);
        }
    }

    private static void transfer(Site site, String account) throws IOException {
        site.sendTo(account, "MULTI");
        site.sendTo(account, "DECRBY", account + "own", "5");
        site.sendTo(account, "INCRBY", account + "other", "5");
        site.sendTo(account, "EXEC");
    }

    private static void hit(Site site, String id) throws IOException {
        String key = "hits:" + id;
        if (site.isCluster()) {
            site.send("INCR", key);
        } else {
            site.sendTo(key, "SELECT", "2");
            site.send("INCR", key);
            site.sendTo(key, "SELECT", "0");
        }
    }
}
