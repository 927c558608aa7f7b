package io.syncline.engine.source;

import io.syncline.engine.bytes.ByteBuilder;
import java.io.IOException;

/// Puts made bytes into a feed's spool, waiting while that is full.
public final class FeedWriter {
    private final Feed feed;
    private long streamBytes;
    private boolean inStream;

    FeedWriter(Feed feed) {
        this.feed = feed;
        this.inStream = !feed.isFull();
    }

    /// The spool was closed: nobody reads any more.
    public static final class ClosedException extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedException() {
            super("the feed was closed");
        }
    }

    /// Appends bytes.
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int left = length;
        while (left > 0) {
            Spool.Block block = feed.spool().room();
            byte[] array = block == null ? null : block.array;
            if (block == null || array == null) {
                throw new ClosedException();
            }
            int count = Math.min(left, array.length - block.filled);
            System.arraycopy(bytes, at, array, block.filled, count);
            feed.received(count);
            feed.spool().filled(block, count, System.currentTimeMillis());
            at += count;
            left -= count;
        }
        if (inStream) {
            streamBytes += length;
        }
    }

    public void write(ByteBuilder bytes) throws IOException {
        write(bytes.array, 0, bytes.length);
    }

    /// Says that the snapshot is whole and commands follow.
    public void snapshotEnded() {
        inStream = true;
    }

    /// The stream's offset behind the last byte written.
    public long offset() {
        return feed.baseOffset() + streamBytes;
    }
}
