package io.syncline.server.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.security.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The server's own certificate and key, from PEM files.
///
/// @param password only within this process
public record Certificate(KeyStore keyStore, String password) {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    @Override
    public String toString() {
        return "certificate";
    }

    /// Reads both files.
    public static Certificate read(Path certificate, Path key) {
        try {
            var chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(Files.readAllBytes(certificate)));
            String password = Secrets.random();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "server",
                    privateKey(key),
                    password.toCharArray(),
                    chain.toArray(java.security.cert.Certificate[]::new));
            return new Certificate(store, password);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "--tls-cert",
                            "certificate and key cannot be read: " + e.getClass().getSimpleName(),
                            "Name PEM files: a certificate chain, and a key that begins"
                                    + " BEGIN PRIVATE KEY (openssl pkcs8 -topk8 -nocrypt)"),
                    e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        Matcher matcher = KEY.matcher(Files.readString(file, US_ASCII));
        if (!matcher.find()) {
            throw new IllegalArgumentException("no key in PKCS#8 form");
        }
        byte[] bytes = Base64.getMimeDecoder().decode(matcher.group(1));
        GeneralSecurityException last = new GeneralSecurityException("no algorithm fits");
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }
}
