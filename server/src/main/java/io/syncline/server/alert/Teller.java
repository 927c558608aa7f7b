package io.syncline.server.alert;

import io.syncline.server.model.AlertChannel;
import io.syncline.server.security.Vault;
import io.syncline.server.store.AlertTable;
import io.syncline.server.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Sends alerts to the channels of their account, one after the other on a thread of its own, so
/// that a slow receiver holds up nobody.
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
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(
                    1,
                    1,
                    1,
                    TimeUnit.MINUTES,
                    new LinkedBlockingQueue<>(MAX_WAITING),
                    Thread.ofPlatform().name("alerts").daemon().factory());

    public Teller(Store store, Vault vault) {
        this.table = store.alerts();
        this.vault = vault;
        executor.setRejectedExecutionHandler(
                (work, all) -> LOG.log(System.Logger.Level.WARNING, "too many alerts wait"));
    }

    void tell(Message message) {
        executor.execute(() -> deliver(message));
    }

    private void deliver(Message message) {
        List<String> outcomes = new ArrayList<>();
        for (AlertChannel channel : table.channels(message.account())) {
            outcomes.add(channel.name() + ": " + attempt(channel, message));
        }
        table.delivered(
                message.id(),
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
                Thread.sleep(PAUSE_MILLIS);
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
        executor.shutdownNow();
    }
}
