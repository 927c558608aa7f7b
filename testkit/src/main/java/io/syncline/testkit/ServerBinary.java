package io.syncline.testkit;

import java.nio.file.Path;
import java.util.Locale;

/// One server program that can be run on this machine.
///
/// @param tls whether it was built with TLS
public record ServerBinary(ServerVersion version, Path executable, Origin origin, boolean tls) {

    /// Where a program came from.
    public enum Origin {
        /// Carried by the testkit itself: always there, but built without TLS.
        EMBEDDED,
        /// Unpacked by `testkit/servers.sh`.
        UNPACKED,
        /// Found on the machine's PATH.
        INSTALLED
    }

    /// For instance `redis-7.0.15`, or `redis-7.0.15-embedded`: a name for reports and for
    /// `-Dservers`.
    public String name() {
        return origin == Origin.UNPACKED
                ? version.toString()
                : version + "-" + origin.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return name();
    }
}
