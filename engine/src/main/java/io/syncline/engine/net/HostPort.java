package io.syncline.engine.net;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;

/// A TCP address. An IPv6 host is held without brackets and printed with them.
public record HostPort(String host, int port) {
    public static final int DEFAULT_PORT = 6379;

    public HostPort {
        if (host.isBlank()) {
            throw bad(host + ":" + port, "the host is empty");
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw bad(host.replaceAll("[\\x00- \\x7f]", "?"), "a host has no blanks");
        }
        if (port < 1 || port > 65_535) {
            throw bad(host + ":" + port, "the port must be 1 to 65535");
        }
    }

    /// Reads `host`, `host:port` or `[v6]:port`.
    public static HostPort parse(String text, int defaultPort) {
        String host = text;
        String port = "";
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            if (close < 0) {
                throw bad(text, "a '[' has no ']'");
            }
            host = text.substring(1, close);
            port = text.substring(close + 1);
            if (!port.isEmpty() && !port.startsWith(":")) {
                throw bad(text, "only ':port' may follow ']'");
            }
            port = port.isEmpty() ? "" : port.substring(1);
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            host = text.substring(0, text.indexOf(':'));
            port = text.substring(text.indexOf(':') + 1);
            if (port.isEmpty()) {
                throw bad(text, "the port is empty");
            }
        }
        try {
            return new HostPort(host, port.isEmpty() ? defaultPort : Integer.parseInt(port));
        } catch (NumberFormatException e) {
            throw bad(text, "the port is not a number");
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static SynclineException bad(String text, String rule) {
        return new SynclineException(
                ErrorCode.BAD_OPTION,
                text,
                "not an address: " + rule,
                "Write host:port, for example 10.0.0.7:6379");
    }
}
