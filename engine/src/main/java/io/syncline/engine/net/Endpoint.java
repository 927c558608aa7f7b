package io.syncline.engine.net;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.nio.file.Path;
import java.util.List;

/// How to reach an instance: what a URI says, plus credentials and TLS. Or files that stand for one
/// as a source.
///
/// @param topology what is behind the addresses
/// @param addresses one or more to start from; for sentinel, the sentinels; none for a file
/// @param credentials for the data nodes
/// @param tls for every connection
/// @param primaryName the name sentinels know the primary by; empty otherwise
/// @param file the file or folder, absolute; empty for servers
public record Endpoint(
        Topology topology,
        List<HostPort> addresses,
        Credentials credentials,
        TlsOptions tls,
        String primaryName,
        String file) {
    /// What kind of deployment an instance is.
    public enum Topology {
        /// One primary, replicas or none. A node that says it is a cluster is treated as one.
        STANDALONE,
        CLUSTER,
        SENTINEL,
        /// No server: an RDB or append-only file, which can be a source only.
        FILE
    }

    public Endpoint {
        addresses = List.copyOf(addresses);
        if ((topology == Topology.FILE) == file.isEmpty()) {
            throw new IllegalArgumentException("a file endpoint names a file, no other does");
        }
        if (addresses.isEmpty() && topology != Topology.FILE) {
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

    /// An instance of servers.
    public Endpoint(
            Topology topology,
            List<HostPort> addresses,
            Credentials credentials,
            TlsOptions tls,
            String primaryName) {
        this(topology, addresses, credentials, tls, primaryName, "");
    }

    /// A file of a server, or the folder of its append-only files.
    public static Endpoint ofFile(Path path) {
        return new Endpoint(
                Topology.FILE,
                List.of(),
                Credentials.NONE,
                TlsOptions.OFF,
                "",
                path.toAbsolutePath().normalize().toString());
    }

    public boolean isFile() {
        return topology == Topology.FILE;
    }

    public Endpoint withCredentials(Credentials other) {
        return new Endpoint(topology, addresses, other, tls, primaryName, file);
    }

    public Endpoint withTls(TlsOptions other) {
        return new Endpoint(topology, addresses, credentials, other, primaryName, file);
    }

    /// The URI without its secret: safe to print, and stable, so a task's default name comes from
    /// it.
    @Override
    public String toString() {
        return EndpointUri.format(this);
    }
}
