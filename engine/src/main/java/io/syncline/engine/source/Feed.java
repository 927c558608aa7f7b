package io.syncline.engine.source;

import io.syncline.engine.fault.Failure;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What came of one PSYNC that the source accepted: how it began, and its bytes in a spool. Lives
/// on over any number of reconnections, as long as the source continues the same stream.
public final class Feed {
    /// Why no more bytes come.
    public enum Ending {
        /// The link to the source broke before the snapshot was complete.
        SNAPSHOT_BROKEN,
        /// The source no longer holds our position; what it sends instead is in [#successor()].
        GAP,
        /// The source is a promoted replica, with the stream up to [#sharedOffset()] only.
        BEHIND,
        /// For good: see [#failure()].
        FAILED,
        /// The shard was dissolved: this is its stream's end.
        GONE,
        STOPPED
    }

    private static final long UNKNOWN = -1;

    private final ReplicaStream.Opening opening;
    private final Spool spool;
    private final long baseOffset;
    private final int baseDatabase;
    private final int markLength;
    private volatile String replicationId;
    private final AtomicInteger continuations = new AtomicInteger();
    private final AtomicLong received = new AtomicLong();
    private volatile long snapshotBytes;
    private volatile @Nullable Ending ending;
    private volatile @Nullable Failure failure;
    private volatile @Nullable Feed successor;
    private volatile long sharedOffset = UNKNOWN;

    Feed(ReplicaStream.Opening opening, @Nullable Position from, Spool spool) {
        this.opening = opening;
        this.spool = spool;
        baseDatabase = from == null ? 0 : from.database();
        replicationId = opening.replicationId();
        if (opening instanceof ReplicaStream.Opening.Full full) {
            baseOffset = full.offset();
            snapshotBytes = full.length();
            markLength = full.mark().length;
        } else if (from != null) {
            baseOffset = from.offset();
            snapshotBytes = 0;
            markLength = 0;
        } else {
            throw new IllegalArgumentException("a partial opening has a position");
        }
    }

    /// Whether a snapshot comes first.
    public boolean isFull() {
        return opening instanceof ReplicaStream.Opening.Full;
    }

    /// The bytes that stand behind the snapshot when it has no announced length; empty otherwise.
    public byte[] mark() {
        return opening instanceof ReplicaStream.Opening.Full full
                ? full.mark().clone()
                : new byte[0];
    }

    /// The snapshot's bytes, or -1 when the source did not say and it is not read to its end yet.
    public long snapshotBytes() {
        return snapshotBytes;
    }

    /// The applier read the snapshot to its end: now it is known which stream byte is which.
    ///
    /// @param bytes of the snapshot, without the mark
    public void snapshotEnded(long bytes) {
        snapshotBytes = bytes + markLength;
    }

    public Spool spool() {
        return spool;
    }

    /// The id of the stream as the source calls it now.
    public String replicationId() {
        return replicationId;
    }

    /// Another connection goes on with the stream; before its first byte.
    void continueAs(String id) {
        replicationId = id;
        continuations.incrementAndGet();
    }

    /// How often another connection went on with the stream: what comes then is as old as the
    /// outage was long.
    public int continuations() {
        return continuations.get();
    }

    /// The stream byte that stands before the first one of the stream in this feed.
    public long baseOffset() {
        return baseOffset;
    }

    /// The database that the first command without a SELECT is for; that behind a snapshot is the
    /// snapshot's to say.
    public int baseDatabase() {
        return baseDatabase;
    }

    void received(int count) {
        received.addAndGet(count);
    }

    /// All bytes put into the spool.
    long receivedBytes() {
        return received.get();
    }

    /// The last stream byte that was received; -1 while that is not known.
    public long receivedOffset() {
        long before = snapshotBytes;
        return before == UNKNOWN ? UNKNOWN : baseOffset + Math.max(0, received.get() - before);
    }

    public @Nullable Ending ending() {
        return ending;
    }

    public @Nullable Failure failure() {
        return failure;
    }

    public @Nullable Feed successor() {
        return successor;
    }

    /// The last stream byte that the new primary has too; -1 unless that ended the feed.
    public long sharedOffset() {
        return sharedOffset;
    }

    void endBehind(long shared) {
        sharedOffset = shared;
        end(Ending.BEHIND, null, null);
    }

    void end(Ending how, @Nullable Failure why, @Nullable Feed next) {
        failure = why;
        successor = next;
        ending = how;
        spool.end();
    }
}
