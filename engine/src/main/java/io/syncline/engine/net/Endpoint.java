package io.syncline.engine.net;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.util.List;

/// How to reach an instance: what a URI says, plus credentials and TLS.
///
/// @param topology what is behind the addresses
/// @param addresses one or more to start from; for sentinel, the sentinels
/// @param credentials for the data nodes
/// @param tls for every connection
/// @param primaryName the name sentinels know the primary by; empty otherwise
public record Endpoint(
        Topology topology,
        List<HostPort> addresses,
        Credentials credentials,
        TlsOptions tls,
        String primaryName) {
    /// What kind of deployment an instance is.
    public enum Topology {
        /// One primary, replicas or none. A node that says it is a cluster is treated as one.
        STANDALONE,
        CLUSTER,
        SENTINEL
    }

    public Endpoint {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION, "endpoint", "it names no address", "Name host:port");
        }
        if (topology == Topology.SENTINEL && primaryName.isEmpty()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    addresses.getFirst().toString(),
                    "a sentinel endpoint must say which primary it means",
                    "Add ?master=NAME to the URI");
        }
    }

    public Endpoint withCredentials(Credentials other) {
        return new Endpoint(topology, addresses, other, tls, primaryName);
    }

    public Endpoint withTls(TlsOptions other) {
        return new Endpoint(topology, addresses, credentials, other, primaryName);
    }

    /// The URI without its secret: safe to print, and stable, so a task's default name comes from
    /// it.
    @Override
    public String toString() {
        return EndpointUri.format(this);
    }
}
