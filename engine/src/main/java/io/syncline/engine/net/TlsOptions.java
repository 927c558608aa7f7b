package io.syncline.engine.net;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How to speak TLS.
///
/// @param enabled off: plain TCP
/// @param caFile PEM file of the certificates to trust; null: those of the JVM
/// @param certificateFile PEM file of our own certificate, when the server asks for one
/// @param keyFile PEM file (PKCS#8) of its private key
/// @param verifyHost whether the certificate must name the host that was connected to
public record TlsOptions(
        boolean enabled,
        @Nullable Path caFile,
        @Nullable Path certificateFile,
        @Nullable Path keyFile,
        boolean verifyHost) {
    public static final TlsOptions OFF = new TlsOptions(false, null, null, null, true);
    public static final TlsOptions ON = new TlsOptions(true, null, null, null, true);
}
