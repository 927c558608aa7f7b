package io.syncline.server.boot;

import io.syncline.engine.net.HostPort;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the service is started.
///
/// @param data folder of the store, keys and spools
/// @param listen where the web server listens
/// @param store JDBC URL; empty for a file in `data`
/// @param tlsCertificate PEM file; null for plain HTTP
/// @param tlsKey PEM file; null for plain HTTP
/// @param environment of the process: first password, master key
public record ServerOptions(
        Path data,
        HostPort listen,
        String store,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        Map<String, String> environment) {
    public static final String USUAL_LISTEN = "127.0.0.1:8080";
    public static final String PASSWORD_VARIABLE = "SYNCLINE_ADMIN_PASSWORD";

    public ServerOptions {
        environment = Map.copyOf(environment);
    }

    /// Without the environment, which may hold secrets.
    @Override
    public String toString() {
        return "data " + data + ", listening on " + listen;
    }
}
