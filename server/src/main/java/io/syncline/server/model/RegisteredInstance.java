package io.syncline.server.model;

import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An endpoint that an account has registered.
///
/// @param topology what the user said is behind the addresses
/// @param primaryName for sentinels; empty otherwise
/// @param user empty for the server's default user
/// @param sealedPassword encrypted; empty for none
/// @param caPem certificates to trust, as PEM; empty for those of the JVM
/// @param probe what was last seen there, as a JSON document; empty before the first look
public record RegisteredInstance(
        String id,
        String account,
        String name,
        Endpoint.Topology topology,
        List<String> addresses,
        String primaryName,
        String user,
        String sealedPassword,
        boolean tls,
        boolean verifyHost,
        String caPem,
        String probe,
        Instant created) {
    public RegisteredInstance {
        addresses = List.copyOf(addresses);
    }

    /// What the engine connects with.
    ///
    /// @param password in clear
    /// @param caFile holds [#caPem]; null for none
    public Endpoint endpoint(String password, @Nullable Path caFile) {
        return new Endpoint(
                topology,
                addresses.stream().map(a -> HostPort.parse(a, HostPort.DEFAULT_PORT)).toList(),
                new Credentials(user, password),
                new TlsOptions(tls, caFile, null, null, verifyHost),
                primaryName);
    }

    /// The URI, without any secret.
    public String uri() {
        return endpoint("", null).toString();
    }

    @Override
    public String toString() {
        return name + " " + uri();
    }
}
