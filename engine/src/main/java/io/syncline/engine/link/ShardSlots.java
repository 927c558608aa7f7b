package io.syncline.engine.link;

import io.syncline.engine.cluster.ClusterNodes;
import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.cluster.ShardGoneException;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.target.StoppedException;
import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Asks a shard's primary which slots it owns now, for as long as it may be away.
final class ShardSlots {
    private final NodeFinder finder;
    private final Connector connector;
    private final Duration retry;
    private final String place;
    private final CountDownLatch stopping = new CountDownLatch(1);

    ShardSlots(NodeFinder finder, Connector connector, Duration retry, String place) {
        this.place = place;
        this.finder = finder;
        this.connector = connector;
        this.retry = retry;
    }

    BitSet get() {
        Backoff backoff = new Backoff(retry, System.nanoTime());
        while (true) {
            String reason;
            try (Connection connection = connector.open(finder.find())) {
                ClusterNodes.Node myself = ClusterNodes.read(connection).myself();
                if (myself != null) {
                    return myself.slots();
                }
                reason = "CLUSTER NODES does not name the node itself";
            } catch (ShardGoneException e) {
                return new BitSet();
            } catch (IOException e) {
                reason = String.valueOf(e.getMessage());
            }
            long delay = backoff.next(System.nanoTime());
            if (delay < 0) {
                throw new SynclineException(
                        ErrorCode.UNREACHABLE,
                        place,
                        "the source does not say which slots it owns: " + reason,
                        "Bring it back and start the task again");
            }
            pause(delay);
        }
    }

    private void pause(long millis) {
        try {
            if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }

    void stop() {
        stopping.countDown();
    }
}
