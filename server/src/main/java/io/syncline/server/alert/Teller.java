package io.syncline.server.alert;

import io.syncline.server.model.AlertChannel;
import io.syncline.server.security.Vault;
import io.syncline.server.store.AlertTable;
import io.syncline.server.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Sends alerts to the channels of their account, one after the other on a thread of the account's
/// own: what a receiver is told keeps its order, and a slow one holds up no other account.
public final class Teller implements AutoCloseable {
    /// More than this at once is a storm; what does not fit is recorded as not told.
    private static final int MAX_WAITING = 1_000;

    private static final int TRIES = 3;

    /// A receiver that restarts is back after a few of these.
    private static final long PAUSE_MILLIS = 2_000;

    private static final System.Logger LOG = System.getLogger(Teller.class.getName());

    private final AlertTable table;
    private final Vault vault;
    private final Webhook webhook = new Webhook();
    private final Mail mail = new Mail();
    private final Map<String, ThreadPoolExecutor> executors = new ConcurrentHashMap<>();

    public Teller(Store store, Vault vault) {
        this.table = store.alerts();
        this.vault = vault;
    }

    private static ThreadPoolExecutor executor() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        1,
                        TimeUnit.MINUTES,
                        new LinkedBlockingQueue<>(MAX_WAITING),
                        Thread.ofPlatform().name("alerts").daemon().factory());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    void tell(Message message) {
        try {
            executors
                    .computeIfAbsent(message.account(), account -> executor())
                    .execute(() -> deliver(message));
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.WARNING, "an alert is not told", e);
            record(message, "not told: too many alerts wait, or the service ends");
        }
    }

    /// Waits until everything that was to be told before was told, or given up.
    void await() {
        for (ThreadPoolExecutor each : executors.values()) {
            CompletableFuture.runAsync(() -> {}, each).join();
        }
    }

    /// How the end of an alert was told stands behind how its begin was.
    private void record(Message message, String outcome) {
        if (message.kind() == Message.Kind.RESOLVED) {
            table.deliveredToo(message.id(), "over: " + outcome.replace("\n", "\nover: "));
        } else {
            table.delivered(message.id(), outcome);
        }
    }

    private void deliver(Message message) {
        List<String> outcomes = new ArrayList<>();
        for (AlertChannel channel : table.channels(message.account())) {
            outcomes.add(channel.name() + ": " + attempt(channel, message));
        }
        record(
                message,
                outcomes.isEmpty()
                        ? "not told: the account has no channel"
                        : String.join("\n", outcomes));
    }

    private String attempt(AlertChannel channel, Message message) {
        String outcome = "";
        try {
            for (int i = 0; i < TRIES; i++) {
                outcome = send(channel, message);
                if (outcome.equals("told")) {
                    return outcome;
                }
                if (i + 1 < TRIES) {
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return outcome;
    }

    /// Sends once.
    ///
    /// @return `told`, or what went wrong
    String send(AlertChannel channel, Message message) {
        String secret = vault.open(channel.id(), channel.sealedSecret());
        return switch (channel.kind()) {
            case WEBHOOK -> {
                String[] parts = secret.split("\n", 2);
                yield webhook.send(channel.template(), parts[0], parts[1], message);
            }
            case MAIL -> mail.send(channel, secret, message);
        };
    }

    @Override
    public void close() {
        executors.values().forEach(ThreadPoolExecutor::shutdownNow);
    }
}
