package io.syncline.engine.scan;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.RetryListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntPredicate;

/// What a scan is made of.
///
/// @param finder where the shard's primary is
/// @param connector opens connections
/// @param place the node, as far as is known
/// @param databases which of the source's are copied
/// @param interval from the end of one comparison to the start of the next
/// @param setsNotifications whether keyspace notifications may be switched on meanwhile
/// @param retry how long to go on trying when the source is away
/// @param listener hears of retries
/// @param warnings hears what the user should know
/// @param names where the names of known keys are kept, in a file without a name of its own
public record ScanSettings(
        NodeFinder finder,
        Connector connector,
        String place,
        IntPredicate databases,
        Duration interval,
        boolean setsNotifications,
        Duration retry,
        RetryListener listener,
        Warnings warnings,
        Path names) {
    /// Hears what the user should know.
    @FunctionalInterface
    public interface Warnings {
        void warn(String place, String text, String remedy);
    }
}
