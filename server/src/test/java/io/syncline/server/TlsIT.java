package io.syncline.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.testkit.Await;
import io.syncline.testkit.Ports;
import io.syncline.testkit.TlsCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What goes over TLS: console, REST interface and command line with a certificate of the service's
/// own; alerts by mail, handed in at a real SMTP server.
class TlsIT {
    private static final String PASSWORD = "correct horse battery";
    private static final String MAIL_PASSWORD = "mail-s3cret";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final TlsCertificates OURS = TlsCertificates.shared();
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir private Path folder;

    private final List<String> mails = new CopyOnWriteArrayList<>();
    private final List<String> logins = new CopyOnWriteArrayList<>();
    private String token = "";

    /// A JVM that trusts our authority as it trusts the public ones.
    private static Map<String, String> trusting(Map<String, String> more) {
        Map<String, String> environment =
                new HashMap<>(
                        Map.of(
                                "SYNCLINE_JAVA_OPTS",
                                "-Djavax.net.ssl.trustStore="
                                        + OURS.trustStore()
                                        + " -Djavax.net.ssl.trustStorePassword="
                                        + TlsCertificates.PASSWORD));
        environment.putAll(more);
        return environment;
    }

    @Test
    void consoleRestCommandLineAndMailGoOverTls() throws Exception {
        int port = Ports.free();
        try (Launched server =
                Launched.start(
                        trusting(Map.of("SYNCLINE_ADMIN_PASSWORD", PASSWORD)),
                        "server",
                        "--data",
                        folder.resolve("data").toString(),
                        "--listen",
                        "127.0.0.1:" + port,
                        "--tls-cert",
                        OURS.serverCertificate().toString(),
                        "--tls-key",
                        OURS.serverKey().toString())) {
            Await.until("listening; " + server, LIMIT, () -> server.out().contains("listens on"));
            pagesAndAnswersAreOursAlone(port);
            theCommandLineLogsIn(port);
            mailIsHandedIn(port);
            assertThat(server.out() + server.errors()).doesNotContain(PASSWORD, MAIL_PASSWORD);
        }
    }

    private static HttpClient client(boolean trusts) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(LIMIT);
        return trusts ? builder.sslContext(OURS.clientContext()).build() : builder.build();
    }

    private HttpResponse<String> send(String method, int port, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                        .timeout(LIMIT)
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return client(true).send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private void pagesAndAnswersAreOursAlone(int port) throws Exception {
        HttpResponse<String> page = send("GET", port, "/login", "");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Strict-Transport-Security")).isPresent();
        String login = JSON.writeValueAsString(Map.of("user", "admin", "password", PASSWORD));
        JsonNode made = JSON.readTree(send("POST", port, "/api/v1/login", login).body());
        token = made.path("token").asString();
        assertThat(send("GET", port, "/api/v1/tasks", "").body()).isEqualTo("{\"tasks\":[]}");

        URI same = URI.create("https://127.0.0.1:" + port + "/login");
        assertThatThrownBy(() ->
                        client(false)
                                .send(
                                        HttpRequest.newBuilder(same).build(),
                                        HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(SSLException.class);
        URI plain = URI.create("http://127.0.0.1:" + port + "/login");
        assertThatThrownBy(() ->
                        client(true)
                                .send(
                                        HttpRequest.newBuilder(plain).build(),
                                        HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    private void theCommandLineLogsIn(int port) {
        Map<String, String> environment =
                Map.of("XDG_CONFIG_HOME", folder.toString(), "SYNCLINE_PASSWORD", PASSWORD);
        String url = "https://127.0.0.1:" + port;
        try (Launched login = Launched.start(trusting(environment), "login", "--url", url);
                Launched stranger = Launched.start(environment, "login", "--url", url)) {
            assertThat(login.exitCode()).as("%s", login).isZero();
            assertThat(stranger.exitCode()).as("%s", stranger).isNotZero();
        }
    }

    private void mailIsHandedIn(int port) throws Exception {
        SSLContext context = serverContext(OURS);
        SSLContext foreign = serverContext(TlsCertificates.create(folder));
        SMTPServer upgraded = smtp().enableTLS().startTlsSocketFactory(context).build();
        SMTPServer encrypted = smtp().serverSocketFactory(context).build();
        SMTPServer open = smtp().build();
        SMTPServer unknown = smtp().enableTLS().startTlsSocketFactory(foreign).build();
        List<SMTPServer> all = List.of(upgraded, encrypted, open, unknown);
        all.forEach(SMTPServer::start);
        try {
            assertThat(told(port, "smtp", upgraded, MAIL_PASSWORD)).isEqualTo("told");
            assertThat(told(port, "smtps", encrypted, MAIL_PASSWORD)).isEqualTo("told");
            assertThat(mails).hasSize(2);
            assertThat(mails.getFirst())
                    .contains("From: alerts@example.com", "To: ops@example.com", "Subject: ");
            assertThat(logins).containsExactly("me " + MAIL_PASSWORD, "me " + MAIL_PASSWORD);

            assertThat(told(port, "smtp", upgraded, "wrong")).contains("refuses");
            logins.clear();
            // No encryption, no password; and none for a server that nobody vouches for.
            assertThat(told(port, "smtp", open, MAIL_PASSWORD)).isNotEqualTo("told");
            assertThat(told(port, "smtp", unknown, MAIL_PASSWORD)).isNotEqualTo("told");
            assertThat(logins).isEmpty();
            assertThat(mails).hasSize(2);
        } finally {
            all.forEach(SMTPServer::stop);
        }
    }

    private SMTPServer.Builder smtp() {
        return SMTPServer.port(Ports.free())
                .bindAddress(InetAddress.getLoopbackAddress())
                .requireAuth()
                .showAuthCapabilitiesBeforeSTARTTLS(true)
                .authenticationHandlerFactory(
                        new EasyAuthenticationHandlerFactory((user, password, session) -> {
                            logins.add(user + " " + password);
                            if (!password.equals(MAIL_PASSWORD)) {
                                throw new LoginFailedException();
                            }
                        }))
                .messageHandler((session, from, to, data) ->
                        mails.add(new String(data, StandardCharsets.UTF_8)));
    }

    private static SSLContext serverContext(TlsCertificates certificates) throws Exception {
        char[] password = TlsCertificates.PASSWORD.toCharArray();
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(certificates.serverStore().toFile(), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /// Makes a channel, tests it, and removes it.
    private String told(int port, String scheme, SMTPServer server, String password)
            throws Exception {
        String body =
                JSON.writeValueAsString(
                        Map.of(
                                "name",
                                "mail",
                                "kind",
                                "mail",
                                "address",
                                "ops@example.com",
                                "mail",
                                scheme
                                        + "://me@127.0.0.1:"
                                        + server.getPortAllocated()
                                        + "?from=alerts@example.com",
                                "secret",
                                password));
        String channels = "/api/v1/alerts/channels";
        String id = JSON.readTree(send("POST", port, channels, body).body()).path("id").asString();
        JsonNode tested =
                JSON.readTree(send("POST", port, channels + "/" + id + "/test", "").body());
        send("DELETE", port, channels + "/" + id, "");
        return tested.path("outcome").asString();
    }
}
