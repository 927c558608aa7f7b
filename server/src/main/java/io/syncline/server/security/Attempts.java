package io.syncline.server.security;

import io.syncline.server.model.Problem;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counts failed logins per name and per address, and refuses more for a while.
public final class Attempts {
    /// A person who mistypes needs three or four.
    private static final int MAX_FAILURES = 5;

    /// Several people may share an address.
    private static final int MAX_FAILURES_OF_ADDRESS = 20;

    /// High, so that a stranger cannot easily lock a user out from everywhere.
    private static final int MAX_FAILURES_OF_NAME = 100;

    /// Guessing ten million passwords takes centuries at five a window.
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /// Names are the guesser's to choose, so the oldest are forgotten.
    private static final int MAX_KEYS = 10_000;

    private final InstantSource clock;
    private final Map<String, Deque<Long>> failures =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
                    return size() > MAX_KEYS;
                }
            };

    public Attempts(InstantSource clock) {
        this.clock = clock;
    }

    /// Refuses when there were too many failures: of this name from this address, from this
    /// address, or of this name from anywhere. One that is let through counts as a failure until
    /// [#succeeded], so that guesses made side by side are no way around.
    public synchronized void begin(String address, String name) {
        check("both " + address + ' ' + name, MAX_FAILURES);
        check("from " + address, MAX_FAILURES_OF_ADDRESS);
        check("name " + name, MAX_FAILURES_OF_NAME);
        long now = clock.instant().toEpochMilli();
        for (String key : keys(address, name)) {
            failures.computeIfAbsent(key, k -> new ArrayDeque<>()).addLast(now);
        }
    }

    private static List<String> keys(String address, String name) {
        return List.of("both " + address + ' ' + name, "from " + address, "name " + name);
    }

    private void check(String key, int limit) {
        long begin = clock.instant().minus(WINDOW).toEpochMilli();
        Deque<Long> times = failures.getOrDefault(key, new ArrayDeque<>());
        while (!times.isEmpty() && times.getFirst() < begin) {
            times.removeFirst();
        }
        if (times.size() >= limit) {
            throw new Problem(
                    Problem.Code.TOO_MANY_REQUESTS,
                    "login",
                    "too many failed logins",
                    "Wait " + WINDOW.toMinutes() + " minutes and try again");
        }
    }

    public synchronized void succeeded(String address, String name) {
        failures.remove("both " + address + ' ' + name);
        for (String key : keys(address, name)) {
            Deque<Long> times = failures.get(key);
            if (times != null) {
                times.pollLast();
            }
        }
    }
}
