package io.syncline.bench;

import io.syncline.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/// The method of RedisFullCheck 1.4 in mode 1 (full value), as its documentation and source
/// describe it: the source is scanned in batches of 256 keys, which five workers compare. For each
/// batch, in pipelines that wait for each other: TYPE at the source, the lengths at the source and
/// at the target, the values at the source and at the target. One direction, no expiries. Its
/// further rounds look at differences only, so equal sides need none.
final class FullCheckMethod {
    private static final int BATCH = 256;
    private static final int WORKERS = 5;

    /// From here on it reads a value in pieces; same data here, same pieces.
    private static final int LARGE_ITEMS = 16_384;

    /// No page that a worker is given is empty.
    private static final List<byte[]> END = List.of();

    private final RedisServer source;
    private final RedisServer target;
    private final BlockingQueue<List<byte[]>> batches = new ArrayBlockingQueue<>(2 * WORKERS);
    private final AtomicLong different = new AtomicLong();

    FullCheckMethod(Site source, Site target) {
        this.source = source.servers().getFirst();
        this.target = target.servers().getFirst();
    }

    /// How many keys differ.
    long run() {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(Thread.ofPlatform().start(this::work));
        }
        try (Jedis scanner = source.client()) {
            byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
            ScanParams params = new ScanParams().count(BATCH);
            do {
                ScanResult<byte[]> page = scanner.scan(cursor, params);
                cursor = page.getCursorAsBytes();
                if (!page.getResult().isEmpty()) {
                    batches.put(page.getResult());
                }
            } while (!Arrays.equals(cursor, ScanParams.SCAN_POINTER_START_BINARY));
            for (int i = 0; i < WORKERS; i++) {
                batches.put(END);
            }
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while comparing", e);
        }
        return different.get();
    }

    private void work() {
        try (Jedis one = source.client();
                Jedis other = target.client()) {
            for (List<byte[]> keys = batches.take(); !keys.isEmpty(); keys = batches.take()) {
                compare(one, other, keys);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void compare(Jedis one, Jedis other, List<byte[]> keys) {
        List<Object> types = ask(one, keys, i -> new String[] {"TYPE"});
        Function<Integer, String[]> length = i -> new String[] {length(text(types.get(i)))};
        List<Object> ones = ask(one, keys, length);
        List<Object> others = ask(other, keys, length);
        List<byte[]> same = new ArrayList<>();
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (!ones.get(i).equals(others.get(i))) {
                different.incrementAndGet();
            } else if ((Long) ones.get(i) < LARGE_ITEMS || text(types.get(i)).equals("string")) {
                same.add(keys.get(i));
                kinds.add(text(types.get(i)));
            } else {
                large(one, other, keys.get(i));
            }
        }
        Function<Integer, String[]> value = i -> value(kinds.get(i));
        List<Object> values = ask(one, same, value);
        List<Object> theirs = ask(other, same, value);
        for (int i = 0; i < same.size(); i++) {
            if (!isSame(kinds.get(i), values.get(i), theirs.get(i))) {
                different.incrementAndGet();
            }
        }
    }

    private void large(Jedis one, Jedis other, byte[] key) {
        byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
        do {
            var page = one.hscan(key, cursor, new ScanParams().count(BATCH));
            cursor = page.getCursorAsBytes();
            byte[][] fields = page.getResult().stream().map(e -> e.getKey()).toArray(byte[][]::new);
            List<byte[]> values = fields.length == 0 ? List.of() : other.hmget(key, fields);
            for (int i = 0; i < fields.length; i++) {
                if (!Arrays.equals(page.getResult().get(i).getValue(), values.get(i))) {
                    different.incrementAndGet();
                }
            }
        } while (!Arrays.equals(cursor, ScanParams.SCAN_POINTER_START_BINARY));
    }

    private static List<Object> ask(
            Jedis client, List<byte[]> keys, Function<Integer, String[]> command) {
        List<Response<Object>> responses = new ArrayList<>(keys.size());
        try (Pipeline pipeline = client.pipelined()) {
            for (int i = 0; i < keys.size(); i++) {
                String[] words = command.apply(i);
                byte[][] arguments = new byte[words.length][];
                arguments[0] = keys.get(i);
                for (int j = 1; j < words.length; j++) {
                    arguments[j] = words[j].getBytes(StandardCharsets.UTF_8);
                }
                ProtocolCommand name = () -> words[0].getBytes(StandardCharsets.UTF_8);
                responses.add(pipeline.sendCommand(name, arguments));
            }
            pipeline.sync();
        }
        return responses.stream().map(Response::get).toList();
    }

    private static String text(Object reply) {
        return reply instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8)
                : String.valueOf(reply);
    }

    private static String length(String type) {
        return switch (type) {
            case "string" -> "STRLEN";
            case "hash" -> "HLEN";
            case "list" -> "LLEN";
            case "set" -> "SCARD";
            case "zset" -> "ZCARD";
            default -> throw new IllegalStateException("the data has no " + type);
        };
    }

    private static String[] value(String type) {
        return switch (type) {
            case "string" -> new String[] {"GET"};
            case "hash" -> new String[] {"HGETALL"};
            case "list" -> new String[] {"LRANGE", "0", "-1"};
            case "set" -> new String[] {"SMEMBERS"};
            case "zset" -> new String[] {"ZRANGE", "0", "-1", "WITHSCORES"};
            default -> throw new IllegalStateException("the data has no " + type);
        };
    }

    /// Sets and hashes in any order, by a map as it makes one.
    private static boolean isSame(String type, Object one, Object other) {
        if (one instanceof byte[] bytes) {
            return other instanceof byte[] others && Arrays.equals(bytes, others);
        }
        int step = type.equals("list") || type.equals("set") ? 1 : 2;
        List<String> ones = words((List<?>) one, step);
        List<String> others = words((List<?>) other, step);
        if (!type.equals("list")) {
            ones.sort(null);
            others.sort(null);
        }
        return ones.equals(others);
    }

    private static List<String> words(List<?> reply, int step) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < reply.size(); i += step) {
            String word = new String((byte[]) reply.get(i), StandardCharsets.ISO_8859_1);
            words.add(
                    step == 1
                            ? word
                            : word
                                    + '\0'
                                    + new String(
                                            (byte[]) reply.get(i + 1),
                                            StandardCharsets.ISO_8859_1));
        }
        return words;
    }
}
