package io.syncline.engine.net;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Certificates and keys read from PEM files, ready to wrap sockets.
final class TlsContext {
    private final SSLContext context;
    private final boolean verifyHost;

    private TlsContext(SSLContext context, boolean verifyHost) {
        this.context = context;
        this.verifyHost = verifyHost;
    }

    static TlsContext of(TlsOptions options) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys(options.certificateFile(), options.keyFile()),
                    trust(options.caFile()),
                    null);
            return new TlsContext(context, options.verifyHost());
        } catch (IOException e) {
            throw bad(String.valueOf(e.getMessage()), "the file cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw bad("TLS", "a certificate or key cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManager @Nullable [] trust(@Nullable Path caFile)
            throws IOException, GeneralSecurityException {
        if (caFile == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int index = 0;
        for (Certificate certificate : certificates(caFile)) {
            store.setCertificateEntry("ca" + index++, certificate);
        }
        if (index == 0) {
            throw bad(caFile.toString(), "the file holds no PEM certificate", null);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(
            @Nullable Path certificateFile, @Nullable Path keyFile)
            throws IOException, GeneralSecurityException {
        if (certificateFile == null && keyFile == null) {
            return null;
        }
        if (certificateFile == null || keyFile == null) {
            throw bad("TLS", "a client certificate and its key go together, one is missing", null);
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry(
                "client",
                privateKey(keyFile),
                new char[0],
                certificates(certificateFile).toArray(new Certificate[0]));
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (CertificateException e) {
            throw bad(file.toString(), "the file holds no certificate that can be read", e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        if (!pem.contains("BEGIN PRIVATE KEY")) {
            throw bad(
                    file.toString(),
                    "the key is not in PKCS#8 form; convert it with 'openssl pkcs8 -topk8 -nocrypt'",
                    null);
        }
        byte[] der = der(file, pem);
        for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException ignored) {
                // Not of this kind: the file does not say which, so the next one is tried.
            }
        }
        throw bad(file.toString(), "the key is neither RSA, EC nor EdDSA", null);
    }

    private static byte[] der(Path file, String pem) {
        try {
            return Base64.getMimeDecoder()
                    .decode(pem.replaceAll("(?s).*-----BEGIN PRIVATE KEY-----|-----END.*", ""));
        } catch (IllegalArgumentException e) {
            throw bad(file.toString(), "the key is cut off or damaged", e);
        }
    }

    /// Speaks TLS over a connected socket.
    Socket wrap(Socket plain, HostPort address) throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(plain, address.host(), address.port(), true);
        if (verifyHost) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        return socket;
    }

    private static SynclineException bad(String place, String rule, @Nullable Throwable cause) {
        return new SynclineException(
                new Failure(
                        ErrorCode.BAD_OPTION,
                        place,
                        rule,
                        "Name PEM files that this user can read"),
                cause);
    }
}
