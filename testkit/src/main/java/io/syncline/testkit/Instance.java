package io.syncline.testkit;

import java.util.List;

/// One deployment as a client sees it: a standalone server or a cluster, ours or not.
public sealed interface Instance permits RedisServer, RedisCluster, Instance.Reachable {
    /// Whether keys are spread over slots.
    boolean clustered();

    /// The servers that hold the data now, each for its own slots; one when not clustered.
    List<Endpoint> primaries();

    /// A deployment that someone else started; a clustered one tells its own primaries.
    static Instance at(Endpoint endpoint) {
        try (Wire wire = endpoint.connect()) {
            boolean clustered = wire.text("INFO", "server").contains("redis_mode:cluster");
            return new Reachable(endpoint, clustered);
        }
    }

    /// An instance that is not a process of ours.
    ///
    /// @param seed any server of it
    record Reachable(Endpoint seed, boolean clustered) implements Instance {
        @Override
        public List<Endpoint> primaries() {
            if (!clustered) {
                return List.of(seed);
            }
            return SlotMap.read(seed).primaries();
        }
    }
}
