package io.syncline.engine.cluster;

import io.syncline.engine.net.HostPort;
import java.io.IOException;

/// Says where a shard's primary is at this moment. Asked before each connection, so that a failover
/// is followed without a word from anyone.
@FunctionalInterface
public interface NodeFinder {
    /// Finds the primary.
    ///
    /// @throws IOException when nobody knows now: worth another try
    HostPort find() throws IOException;
}
