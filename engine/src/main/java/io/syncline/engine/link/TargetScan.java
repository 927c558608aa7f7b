package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.target.RewindException;
import io.syncline.engine.target.StoppedException;
import io.syncline.engine.target.TaskRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Looks through the whole target, on a connection of its own to every primary; from the beginning
/// again, within the retry time, when the target goes away meanwhile.
final class TargetScan {
    private final Instance target;
    private final Duration retry;
    private final RetryListener listener;

    TargetScan(Instance target, Duration retry, RetryListener listener) {
        this.target = target;
        this.retry = retry;
        this.listener = listener;
    }

    /// A node to look at.
    ///
    /// @param slots its keys' slots; all of them where there is no cluster
    record Primary(Connection connection, BitSet slots) {}

    /// Something that may be begun again.
    @FunctionalInterface
    interface Look {
        void at(List<Primary> primaries) throws IOException, RewindException;
    }

    /// Another node, which the caller closes.
    Connection open(HostPort node) throws IOException {
        return target.connector().open(node);
    }

    /// Somebody with questions for a node.
    @FunctionalInterface
    interface Asker {
        void ask(Primary primary, NodeQuestions questions) throws IOException;
    }

    /// Takes a look until it has come to its end.
    ///
    /// @throws StoppedException when told to stop meanwhile
    void run(Workshop shop, Look look) throws RewindException {
        Backoff backoff = new Backoff(retry, System.nanoTime());
        String place = shop.writer().place();
        while (true) {
            List<Primary> primaries = new ArrayList<>();
            try {
                for (Instance.Shard shard : target.shards()) {
                    Connection connection = target.connector().open(shard.primary());
                    primaries.add(new Primary(connection, shard.slots()));
                }
                look.at(primaries);
                if (backoff.count() > 0) {
                    listener.recovered(place, backoff.elapsed(System.nanoTime()));
                }
                return;
            } catch (IOException e) {
                pause(shop, backoff, place, String.valueOf(e.getMessage()));
            } finally {
                primaries.forEach(primary -> primary.connection.close());
            }
        }
    }

    /// Asks every primary some questions, until all are answered.
    void runEach(Workshop shop, Asker asker) throws RewindException {
        run(
                shop,
                primaries -> {
                    for (Primary primary : primaries) {
                        try (NodeQuestions questions = new NodeQuestions(primary, this)) {
                            asker.ask(primary, questions);
                            questions.end();
                        }
                    }
                });
    }

    private void pause(Workshop shop, Backoff backoff, String place, String reason) {
        long now = System.nanoTime();
        long delay = backoff.next(now);
        if (delay < 0) {
            throw TaskRegistry.exhausted(place, retry, reason);
        }
        listener.retrying(place, backoff.count(), backoff.elapsed(now), reason);
        long until = now + TimeUnit.MILLISECONDS.toNanos(delay);
        while (System.nanoTime() < until) {
            if (shop.isStopping()) {
                throw new StoppedException();
            }
            shop.await();
        }
    }
}
