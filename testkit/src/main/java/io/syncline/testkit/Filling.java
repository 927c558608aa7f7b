package io.syncline.testkit;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/// The pen of [SampleData]: pipelined writes and random material.
final class Filling {
    static final Charset UTF_8 = StandardCharsets.UTF_8;

    /// Replies awaited at once: hides the round trip, and bounds what the server must buffer.
    private static final int WINDOW = 1_000;

    /// Arguments of one command; every version takes many more.
    private static final int ARGUMENTS = 1_000;

    private final Router router;
    private final SplittableRandom random;
    private final Set<String> keys = new HashSet<>();

    Filling(Router router, SplittableRandom random) {
        this.router = router;
        this.random = random;
    }

    ServerVersion version() {
        return router.version();
    }

    long keys() {
        return keys.size();
    }

    byte[] key(String type, int round, String name) {
        return ("sample:" + type + ":" + round + ":" + name).getBytes(UTF_8);
    }

    void put(byte[] key, Object... words) {
        keys.add(new String(key, StandardCharsets.ISO_8859_1));
        router.send(key, words);
        if (router.awaited() >= WINDOW) {
            finish();
        }
    }

    void finish() {
        router.receiveAll(router.awaited());
    }

    void expire(byte[] key, long atMillis) {
        put(key, "PEXPIREAT", key, atMillis);
    }

    void string(int round, String name, Object value) {
        byte[] key = key("string", round, name);
        put(key, "SET", key, value);
    }

    /// Adds the elements by as many commands as they need; returns the key.
    byte[] collection(String command, int round, String name, List<?> elements) {
        byte[] key = key(command.toLowerCase(Locale.ROOT), round, name);
        for (int from = 0; from < elements.size(); from += ARGUMENTS) {
            List<?> part = elements.subList(from, Math.min(elements.size(), from + ARGUMENTS));
            List<Object> words = new ArrayList<>(part.size() + 2);
            words.add(command);
            words.add(key);
            words.addAll(part);
            put(key, words.toArray());
        }
        return key;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static List<Object> numbers(long from, int count) {
        List<Object> numbers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            numbers.add(from + i);
        }
        return numbers;
    }

    /// Distinct words: text, or binary for every fourth.
    List<Object> words(int count, int length) {
        List<Object> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String word = "w" + i + "-" + random.nextInt(1_000) + "-".repeat(length);
            words.add(i % 4 == 3 ? bytes(length) : word.substring(0, Math.max(length, 8)));
        }
        return words;
    }

    List<Object> scored(int count, int length) {
        List<Object> scored = new ArrayList<>(2 * count);
        for (Object word : words(count, length)) {
            scored.add(random.nextBoolean() ? random.nextInt(1_000) : random.nextDouble());
            scored.add(word);
        }
        return scored;
    }
}
