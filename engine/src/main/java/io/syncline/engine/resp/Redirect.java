package io.syncline.engine.resp;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where a cluster says that a slot is: `MOVED 3999 127.0.0.1:6381` or `ASK ...`.
///
/// @param ask whether only this one command goes there, behind `ASKING`
/// @param slot 0 to 16383
/// @param host empty when it is the host that answered; `?` when the server does not know
/// @param port 1 to 65535, of the same kind (TLS or plain) as the connection
public record Redirect(boolean ask, int slot, String host, int port) {
    private static final int SLOT_COUNT = 16384;
    private static final int PORT_LIMIT = 65535;

    public Redirect {
        Objects.requireNonNull(host, "host is null");
        if (slot < 0 || slot >= SLOT_COUNT) {
            throw new IllegalArgumentException("slot is " + slot + " but must be below 16384");
        }
        if (port < 1 || port > PORT_LIMIT) {
            throw new IllegalArgumentException("port is " + port + " but must be 1 to 65535");
        }
    }

    /// Reads the text of an error.
    ///
    /// @param text the error without its `-`
    /// @return null when the text is no well-formed redirection
    public static @Nullable Redirect parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length < 3 || !(words[0].equals("MOVED") || words[0].equals("ASK"))) {
            return null;
        }
        // An IPv6 address has colons of its own: the port stands behind the last.
        int colon = words[2].lastIndexOf(':');
        if (colon < 0) {
            return null;
        }
        try {
            return new Redirect(
                    words[0].equals("ASK"),
                    Integer.parseInt(words[1]),
                    words[2].substring(0, colon),
                    Integer.parseInt(words[2].substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
