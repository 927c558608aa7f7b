package io.syncline.testkit;

import java.time.Duration;

/// What a [FaultProxy] does to the bytes of one direction.
public sealed interface Fault {
    /// Both sides see an orderly end of the connection (FIN).
    record Cut() implements Fault {}

    /// Both sides see a reset (RST), as when a machine lost its connections.
    record Reset() implements Fault {}

    /// Nothing more passes, the connection stays open, as when a cable is pulled.
    record Stall() implements Fault {}

    /// Everything passes this much later. Not more than a socket buffer is on its way, so a long
    /// delay limits the throughput too.
    record Delay(Duration by) implements Fault {
        public Delay {
            if (by.isNegative()) {
                throw new IllegalArgumentException("a delay of " + by + " lies in the past");
            }
        }
    }

    /// This many bytes more pass, counted from now, then the connection ends as by [Cut].
    record Truncate(long afterBytes) implements Fault {
        public Truncate {
            if (afterBytes < 0) {
                throw new IllegalArgumentException("cannot let " + afterBytes + " bytes pass");
            }
        }
    }

    /// Not more than this many bytes pass in a second.
    record Throttle(long bytesPerSecond) implements Fault {
        public Throttle {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException(
                        "a throttle of " + bytesPerSecond + " bytes/s is a Stall");
            }
        }
    }
}
