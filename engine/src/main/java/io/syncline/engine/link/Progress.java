package io.syncline.engine.link;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The numbers of one pipeline, written by its threads and read by whoever shows them.
final class Progress {
    static final long UNKNOWN = -1;

    volatile Phase phase = Phase.STARTING;
    volatile String source;
    volatile String replicationId = "";
    volatile String retrying = "";
    final AtomicLong snapshotBytesRead = new AtomicLong();
    volatile long snapshotBytesTotal = UNKNOWN;
    final AtomicLong snapshotKeys = new AtomicLong();
    final AtomicLong snapshotKeysTotal = new AtomicLong(UNKNOWN);

    /// Commands of the snapshot so far: orders what a sweep deletes behind it.
    volatile long snapshotOffset;

    volatile long receivedOffset = UNKNOWN;

    /// Read from the stream and looked at, applied or not.
    volatile long processedOffset = UNKNOWN;

    volatile long appliedOffset = UNKNOWN;
    volatile long sourceOffset = UNKNOWN;
    volatile long lagMillis = UNKNOWN;
    final AtomicLong refused = new AtomicLong();

    /// Keys of snapshots and commands of the stream that the user's rules left out.
    final AtomicLong dropped = new AtomicLong();

    /// Likewise, that were written under another name, or without some of their keys.
    final AtomicLong renamed = new AtomicLong();

    final AtomicInteger snapshots = new AtomicInteger();
    final AtomicInteger resumes = new AtomicInteger();

    Progress(String source) {
        this.source = source;
    }

    /// As far as the source is known to be: it is asked seldom, and may have sent more since.
    long knownSourceOffset() {
        long asked = sourceOffset;
        return asked < 0 ? asked : Math.max(asked, receivedOffset);
    }

    long lagBytes() {
        long from = knownSourceOffset();
        long to = appliedOffset;
        return from < 0 || to < 0 ? UNKNOWN : Math.max(0, from - to);
    }
}
