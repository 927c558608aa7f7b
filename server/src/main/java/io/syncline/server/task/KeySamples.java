package io.syncline.server.task;

import io.syncline.engine.verify.KeySample;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// For each task the sample of what its links write, across their restarts. Off until somebody sets
/// its rate.
final class KeySamples {
    /// Between two looks; a sample that grows faster is too large for one.
    private static final int CAPACITY = 10_000;

    private final Map<String, KeySample> samples = new ConcurrentHashMap<>();

    KeySample of(String task) {
        return samples.computeIfAbsent(task, id -> new KeySample(0, CAPACITY));
    }

    void forget(String task) {
        samples.remove(task);
    }
}
