package io.syncline.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// An authority of our own, a server certificate for loopback and a client certificate, as the PEM
/// files that servers read and as Java key stores; made with the JDK's keytool in a second or two.
public final class TlsCertificates {
    /// Of every store and key here; nothing is protected by it.
    public static final String PASSWORD = "testkit";

    private static final List<String> KEY =
            List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650");

    private final Path folder;

    private TlsCertificates(Path folder) {
        this.folder = folder;
    }

    /// One set per JVM: making it takes longer than most tests.
    public static TlsCertificates shared() {
        return Shared.INSTANCE;
    }

    private static final class Shared {
        static final TlsCertificates INSTANCE = inTemporaryFolder();
    }

    private static TlsCertificates inTemporaryFolder() {
        try {
            Path folder = Files.createTempDirectory("testkit-tls-");
            TlsCertificates made = create(folder);
            folder.toFile().deleteOnExit();
            try (var files = Files.list(folder)) {
                files.forEach(file -> file.toFile().deleteOnExit());
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for certificates", e);
        }
    }

    /// A new set in this folder, which trusts no other set.
    public static TlsCertificates create(Path folder) {
        TlsCertificates made = new TlsCertificates(folder);
        made.makeAuthority();
        made.makeSigned("server", "SAN=IP:127.0.0.1,DNS:localhost");
        made.makeSigned("client", "EKU=clientAuth");
        return made;
    }

    /// PEM: the authority's certificate.
    public Path authority() {
        return folder.resolve("ca.crt");
    }

    /// PEM.
    public Path serverCertificate() {
        return folder.resolve("server.crt");
    }

    /// PEM, PKCS 8, not encrypted.
    public Path serverKey() {
        return folder.resolve("server.key");
    }

    /// PEM.
    public Path clientCertificate() {
        return folder.resolve("client.crt");
    }

    /// PEM, PKCS 8, not encrypted.
    public Path clientKey() {
        return folder.resolve("client.key");
    }

    /// PKCS 12 with the authority's certificate as the one trusted entry.
    public Path trustStore() {
        return folder.resolve("trust.p12");
    }

    /// PKCS 12 with the server's key and certificate.
    public Path serverStore() {
        return folder.resolve("server.p12");
    }

    /// PKCS 12 with the client's key and certificate.
    public Path clientStore() {
        return folder.resolve("client.p12");
    }

    /// Trusts the authority and shows the client's certificate when asked.
    public SSLContext clientContext() {
        try {
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(load(clientStore()), PASSWORD.toCharArray());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(load(trustStore()));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot use the key stores in " + folder, e);
        }
    }

    private void makeAuthority() {
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Testkit authority", "-ext", "bc:c");
        Path certificate = authority();
        keytool("-exportcert", "-rfc", "-alias", "ca", "-file", certificate.toString());
        run(
                List.of(
                        "-importcert",
                        "-noprompt",
                        "-alias",
                        "ca",
                        "-file",
                        certificate.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        trustStore().toString()));
    }

    private void makeSigned(String name, String extension) {
        List<String> arguments =
                new ArrayList<>(
                        List.of("-genkeypair", "-alias", name, "-dname", "CN=Testkit " + name));
        arguments.addAll(List.of("-ext", extension, "-signer", "ca", "-signerkeypass", PASSWORD));
        keytool(arguments.toArray(String[]::new));
        try {
            KeyStore all = load(store());
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            char[] password = PASSWORD.toCharArray();
            var key = all.getKey(name, password);
            var chain = all.getCertificateChain(name);
            own.setKeyEntry(name, key, password, chain);
            try (var out = Files.newOutputStream(folder.resolve(name + ".p12"))) {
                own.store(out, password);
            }
            writePem(name + ".key", "PRIVATE KEY", key.getEncoded());
            writePem(name + ".crt", "CERTIFICATE", chain[0].getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot take the key of " + name + " out", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the certificate of " + name, e);
        }
    }

    private void writePem(String file, String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    private Path store() {
        return folder.resolve("all.p12");
    }

    private static KeyStore load(Path store) {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore loaded = KeyStore.getInstance("PKCS12");
            loaded.load(in, PASSWORD.toCharArray());
            return loaded;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot read " + store, e);
        }
    }

    private void keytool(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (arguments[0].equals("-genkeypair")) {
            all.addAll(KEY);
        }
        all.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        all.addAll(List.of("-keystore", store().toString()));
        run(all);
    }

    private static void run(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while making certificates", e);
        }
    }
}
