package io.syncline.server.demo;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Writes of many kinds at a steady rate, until told to stop. Most are of the kind that shows at
/// once when one is lost or done twice: counters, lists, appends.
final class Traffic implements Runnable {
    private static final int WRITES_PER_ROUND = 100;

    /// Enough to keep a connection busy.
    private static final int WRITES_PER_FAST_ROUND = 2_000;

    private static final long ROUND_NANOS = 10_000_000;

    private final int port;
    private final boolean fast;
    private volatile boolean stopped;
    private final AtomicLong writes = new AtomicLong();
    private volatile String trouble = "";

    /// Traffic that has not begun.
    ///
    /// @param fast as fast as the server takes it, instead of at a steady 10,000 writes a second
    Traffic(int port, boolean fast) {
        this.port = port;
        this.fast = fast;
    }

    @Override
    public void run() {
        SplittableRandom random = new SplittableRandom(11);
        try (RespClient client = new RespClient(port)) {
            long next = System.nanoTime();
            while (!stopped) {
                int sent = 0;
                int round = fast ? WRITES_PER_FAST_ROUND : WRITES_PER_ROUND;
                for (int i = 0; i < round; i++) {
                    sent += write(client, random);
                }
                client.flush();
                for (int i = 0; i < sent; i++) {
                    client.expect();
                }
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

    long writes() {
        return writes.get();
    }

    /// Why it ended early; empty when it did not.
    String trouble() {
        return trouble;
    }

    /// @return how many commands were sent, each of which is answered
    private static int write(RespClient client, SplittableRandom random) throws IOException {
        String id = Integer.toString(random.nextInt(4_000));
        switch (random.nextInt(16)) {
            case 0 -> client.send("INCR", "count:" + id);
            case 1 -> client.send("LPUSH", "orders:" + id, "new");
            case 2 -> client.send("RPOP", "orders:" + id);
            case 3 -> client.send("HINCRBY", "cart:" + id, "total", "3");
            case 4 -> client.send("ZINCRBY", "score:" + id, "0.5", "a");
            case 5 -> client.send("SADD", "tags:" + id, "tag" + random.nextInt(9));
            case 6 -> client.send("SREM", "tags:" + id, "tag" + random.nextInt(9));
            case 7 -> client.send("APPEND", "log:" + random.nextInt(50), "x");
            case 8 -> client.send("XADD", "events:new", "MAXLEN", "~", "1000", "*", "by", id);
            case 9 -> client.send("SET", "session:" + id, "again", "PX", "1800000");
            case 10 -> client.send("DEL", "person:" + id + ":name");
            case 11 -> client.send("SET", "person:" + id + ":name", "renamed");
            case 12 -> client.send("FCALL", "sell", "2", "stock", "sold", "1");
            case 13 -> client.send("PFADD", "visitors:1", "visitor" + random.nextInt());
            case 14 -> {
                client.send("MULTI");
                client.send("DECRBY", "account:" + id, "5");
                client.send("INCRBY", "account:other", "5");
                client.send("EXEC");
                return 4;
            }
            default -> {
                client.send("SELECT", "2");
                client.send("INCR", "hits:" + id);
                client.send("SELECT", "0");
                return 3;
            }
        }
        return 1;
    }
}
