package io.syncline.server.alert;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Why a receiver was not told, in words.
///
/// By the kind of the failure alone: its own text may quote what was sent, or where to.
final class Trouble {
    private Trouble() {}

    /// What went wrong: the innermost cause that is known says it best, but for a timeout.
    static String words(Throwable failure) {
        // An end and a reset come as any class, as the moment will have it.
        String best = "it ended the connection without an answer";
        for (Throwable at = failure; at != null; at = next(at)) {
            String known = known(at);
            if (known != null) {
                best = known;
            }
            if (at instanceof HttpTimeoutException) {
                // The client hangs a refusal that never was under its timeout.
                break;
            }
        }
        return best;
    }

    /// Mail has a chain of its own beside that of causes.
    private static @Nullable Throwable next(Throwable at) {
        Exception inner = at instanceof MessagingException mail ? mail.getNextException() : null;
        return inner == null ? at.getCause() : inner;
    }

    private static @Nullable String known(Throwable at) {
        return switch (at) {
            case UnknownHostException e -> "its name is not known here; check the address";
            case UnresolvedAddressException e -> "its name is not known here; check the address";
            case NoRouteToHostException e -> "no way leads there; check address and firewall";
            case ConnectException e -> "nothing listens there; check host and port";
            case HttpTimeoutException e -> "it did not answer in time; check the firewall";
            case SocketTimeoutException e -> "it did not answer in time; check the firewall";
            case TimeoutException e -> "it did not answer in time; check the firewall";
            case SSLException e ->
                    "the TLS handshake failed; check that it speaks TLS there, and its certificate";
            case AuthenticationFailedException e ->
                    "it refuses user or password; check both, and that it may be used so";
            case SendFailedException e -> "it refuses the sender or a receiver; check addresses";
            case ProtocolException e -> "its answer is not HTTP; check host and port";
            case MessagingException e ->
                    "it does not take the mail, or offers no encryption where there is a password";
            default -> null;
        };
    }
}
