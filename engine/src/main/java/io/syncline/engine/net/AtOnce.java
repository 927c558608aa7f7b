package io.syncline.engine.net;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The same for many nodes at once: one after another, the round trips of a side with many shards
/// would add up to minutes where the way is long.
public final class AtOnce {
    /// So many handshakes at a time occupy neither this machine nor a provider's connection limit.
    static final int MOST = 16;

    private AtOnce() {}

    /// What is done with one of them.
    @FunctionalInterface
    public interface Step<T, R> {
        R take(T item) throws IOException;
    }

    /// Takes the step with each; results are in the order of items.
    ///
    /// @throws IOException the first one in that order, when all have ended
    public static <T, R> List<R> each(List<T> items, Step<T, R> step) throws IOException {
        List<R> results = new ArrayList<>();
        if (items.size() <= 1) {
            for (T item : items) {
                results.add(step.take(item));
            }
            return results;
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        Math.min(MOST, items.size()),
                        Thread.ofPlatform().daemon().name("at once ", 0).factory())) {
            List<Future<R>> pending = new ArrayList<>();
            items.forEach(item -> pending.add(threads.submit(() -> step.take(item))));
            for (Future<R> one : pending) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the questions to many nodes are told to stop");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
