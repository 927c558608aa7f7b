package io.syncline.engine.net;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// Opens authenticated connections with one set of credentials and TLS options.
public final class Connector {
    /// A node that takes longer to accept is treated as away, and tried again.
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    /// A node that takes longer to answer a question is treated as away.
    public static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

    /// A node that was never heard of may be no server at all: one that accepts and says nothing.
    static final Duration FIRST_ANSWER_LIMIT = Duration.ofSeconds(10);

    /// Checks ask a node several times within moments; one that was silent is not waited for anew.
    private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

    /// A loaded server and a WAN take a fraction of this.
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(4);

    private static final int KEEPALIVE_SECONDS = 15;

    /// How the words begin where a server ends a connection before it has answered anything.
    public static final String BROKEN_BEHIND_HANDSHAKE =
            "the server broke the connection off behind the TLS handshake";

    private final Credentials credentials;
    private final @Nullable TlsContext tls;
    private final String clientName;
    private final OpenSockets sockets;

    /// Nodes that have let us in.
    private final Set<HostPort> served = ConcurrentHashMap.newKeySet();

    /// Nodes that never let us in and gave no answer within their time.
    private final Map<HostPort, Silence> silent = new ConcurrentHashMap<>();

    /// @param nanos when the time was over
    private record Silence(long nanos, String words) {}

    /// Keeps what every connection needs.
    ///
    /// @param clientName shown in the server's CLIENT LIST; no blanks
    public Connector(Credentials credentials, TlsOptions tls, String clientName) {
        this(credentials, tls.enabled() ? TlsContext.of(tls) : null, clientName, new OpenSockets());
    }

    private Connector(
            Credentials credentials,
            @Nullable TlsContext tls,
            String clientName,
            OpenSockets sockets) {
        this.credentials = credentials;
        this.tls = tls;
        this.clientName = clientName;
        this.sockets = sockets;
    }

    /// Closes every connection and opens no more: whatever waits for an answer fails at once.
    public void cut() {
        sockets.shut();
    }

    /// The same, without an account: for sentinels.
    public Connector withoutCredentials() {
        return new Connector(Credentials.NONE, tls, clientName, sockets);
    }

    /// The same, without an account and with TLS or not: to find out what a port speaks.
    public Connector probing(TlsOptions options) {
        return new Connector(
                Credentials.NONE,
                options.enabled() ? TlsContext.of(options) : null,
                clientName,
                sockets);
    }

    /// Connects, speaks TLS, authenticates and names the connection.
    ///
    /// @throws IOException when the node is away, or does not let us in any more though it did:
    ///   worth another try, since passwords and certificates are changed on one side first
    /// @throws SynclineException when trying again cannot help (wrong password, TLS mismatch)
    public Connection open(HostPort address) throws IOException {
        return open(address, ANSWER_LIMIT);
    }

    /// The same, for questions whose answers may take only so long.
    public Connection open(HostPort address, Duration answerLimit) throws IOException {
        Silence silence = silent.get(address);
        if (silence != null && System.nanoTime() - silence.nanos < SILENCE_NANOS) {
            throw new ConnectException(silence.words);
        }
        try {
            Connection connection = opened(address, answerLimit);
            served.add(address);
            silent.remove(address);
            return connection;
        } catch (IOException e) {
            boolean late = e instanceof SocketTimeoutException;
            if (!served.contains(address)
                    && (late || e.getCause() instanceof SocketTimeoutException)) {
                String words = String.valueOf(e.getMessage());
                silent.put(address, new Silence(System.nanoTime(), words));
            }
            throw e;
        } catch (SynclineException e) {
            if (served.contains(address)) {
                throw new IOException(e.failure().reason(), e);
            }
            throw e;
        }
    }

    private Connection opened(HostPort address, Duration answerLimit) throws IOException {
        Connection connection = connect(address);
        try {
            boolean known = served.contains(address);
            connection.answerLimit(
                    known || answerLimit.compareTo(FIRST_ANSWER_LIMIT) < 0
                            ? answerLimit
                            : FIRST_ANSWER_LIMIT);
            if (!credentials.isNone()) {
                authenticate(connection);
            }
            Reply reply = connection.call("CLIENT", "SETNAME", clientName);
            if (reply instanceof Reply.Failure failure) {
                checkAccess(connection, failure.text());
            }
            connection.answerLimit(answerLimit);
            return connection;
        } catch (IOException e) {
            connection.close();
            if (tls == null || e instanceof SocketTimeoutException) {
                throw e;
            }
            // Since TLS 1.3 a server judges our certificate, or its absence, after the handshake.
            throw new IOException(BROKEN_BEHIND_HANDSHAKE + " (" + Failure.words(e) + ")", e);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Connection connect(HostPort address) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            keepAlive(socket);
            socket.connect(
                    new InetSocketAddress(address.host(), address.port()),
                    (int) CONNECT_LIMIT.toMillis());
            socket.setSoTimeout((int) ANSWER_LIMIT.toMillis());
            Socket used = tls == null ? socket : encrypted(socket, tls, address);
            return new Connection(address, used, socket, sockets);
        } catch (UnknownHostException e) {
            sockets.close(socket);
            throw new ConnectException("the host name '" + address.host() + "' does not resolve");
        } catch (SocketTimeoutException e) {
            sockets.close(socket);
            throw new SocketTimeoutException(
                    "no answer within " + CONNECT_LIMIT.toSeconds() + " s while connecting");
        } catch (NoRouteToHostException e) {
            sockets.close(socket);
            throw new ConnectException("no route to host");
        } catch (IOException | RuntimeException e) {
            sockets.close(socket);
            throw e;
        }
    }

    private static Socket encrypted(Socket socket, TlsContext tls, HostPort address)
            throws IOException {
        try {
            socket.setSoTimeout((int) HANDSHAKE_LIMIT.toMillis());
            Socket wrapped = tls.wrap(socket, address);
            socket.setSoTimeout((int) ANSWER_LIMIT.toMillis());
            return wrapped;
        } catch (SSLException | SocketTimeoutException e) {
            String certificate = wordsAboutCertificates(e);
            if (!certificate.isEmpty()) {
                throw failed(
                        address,
                        certificate,
                        "Check that the server's certificate is signed by the authority that ca=FILE"
                                + " names and carries this host's name (or say verify-host=false)",
                        e);
            }
            if (answersPlain(address)) {
                throw failed(
                        address,
                        "this port speaks plain Redis, not TLS",
                        "Write redis:// instead of rediss://, or name the port that speaks TLS",
                        e);
            }
            String words =
                    e instanceof SocketTimeoutException
                            ? "no answer within " + HANDSHAKE_LIMIT.toSeconds() + " s"
                            : e.getMessage();
            throw new IOException("the TLS handshake broke: " + words, e);
        }
    }

    private static SynclineException failed(
            HostPort address, String words, String remedy, IOException cause) {
        return new SynclineException(
                new Failure(
                        ErrorCode.TLS_FAILED,
                        address.toString(),
                        "the TLS handshake failed: " + words,
                        remedy),
                cause);
    }

    /// Why the server's certificate is not taken; empty where the fault is another one. What does
    /// not fit today will not fit at the next try either.
    private static String wordsAboutCertificates(IOException e) {
        String words = "";
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException) {
                return "the server's certificate is not signed by an authority that is trusted here";
            }
            if (cause instanceof GeneralSecurityException) {
                words = "the server's certificate is not taken: " + cause.getMessage();
            }
        }
        return words;
    }

    /// A plain server waits silently for the rest of what it takes for an inline command; this asks
    /// it.
    private static boolean answersPlain(HostPort address) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.host(), address.port()),
                    (int) CONNECT_LIMIT.toMillis());
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            int first = socket.getInputStream().read();
            return first == '+' || first == '-';
        } catch (IOException e) {
            // No answer in plain words: the node is away, which the caller reports.
            return false;
        }
    }

    /// Finds a peer that vanished without a word (power loss, firewall) in under a minute.
    private static void keepAlive(Socket socket) throws IOException {
        if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_SECONDS);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_SECONDS / 3);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
        }
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }

    private void authenticate(Connection connection) throws IOException {
        Reply reply =
                credentials.user().isEmpty()
                        ? connection.call("AUTH", credentials.password())
                        : connection.call("AUTH", credentials.user(), credentials.password());
        if (!(reply instanceof Reply.Failure failure)) {
            return;
        }
        String message = failure.text();
        // "ERR AUTH <password> called without any password configured" before 6.0, a fact worth a
        // word but no reason to stop: the account that was asked for is more than the one needed.
        if (message.contains("without any password configured")
                || message.contains("no password is set")) {
            return;
        }
        checkAccess(connection, message);
        throw new SynclineException(
                ErrorCode.NOT_AUTHENTICATED,
                connection.address().toString(),
                "the server refused " + credentials + ": " + message,
                "Give the right user:password (in the URI, by environment variable or by file)");
    }

    private static void checkAccess(Connection connection, String message) throws IOException {
        String address = connection.address().toString();
        if (message.startsWith("NOAUTH")) {
            throw new SynclineException(
                    ErrorCode.NOT_AUTHENTICATED,
                    address,
                    "the server asks for a password and none was given",
                    "Give user:password (in the URI, by environment variable or by file)");
        }
        if (message.startsWith("WRONGPASS") || message.contains("invalid password")) {
            throw new SynclineException(
                    ErrorCode.NOT_AUTHENTICATED,
                    address,
                    "the server refused the user or password: " + message,
                    "Give the right user:password (in the URI, by environment variable or by file)");
        }
        if (message.startsWith("DENIED")) {
            throw new SynclineException(
                    ErrorCode.NOT_AUTHENTICATED,
                    address,
                    "the server is in protected mode and takes connections from its own host only",
                    "Set a password there or turn protected-mode off");
        }
        if (message.contains("max number of clients")) {
            throw new IOException("the server takes no more clients: " + message);
        }
    }
}
