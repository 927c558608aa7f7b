package io.syncline.engine.source;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What the source has sent and the target has not taken: a queue of bytes, in memory first, then
/// in bounded disk segments.
///
/// One thread writes (the receiver), one reads (the applier). The receiver must never wait for a
/// slow target while there is room, since a source drops a replica that does not drain its socket.
/// Bytes travel in blocks: the writer fills the last block, the reader may already read what is
/// filled. When memory is full, the writer waits a little for a reader that is busy, since what
/// goes to disk costs more than it saves; for one that stands still, or stays behind, full blocks
/// go to disk. The oldest stay in memory, since they are needed first. A disk that takes nothing
/// (it is full, or went away) counts as used up, and is tried again.
///
/// The lock is taken once per read from the socket, never held over I/O to a socket.
public final class Spool implements Closeable {
    /// Large enough that hand-over costs nothing per command, small enough to pass on at once.
    static final int BLOCK_BYTES = 256 << 10;

    private static final long LEAST_BLOCKS = 4;

    /// A reader that has not finished a block for so long is not merely busy.
    private static final long READER_STANDS_NANOS = 200_000_000;

    /// Sources drop a replica whose output buffer stays above the soft limit for 60 s.
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /// How long a disk that took nothing is left alone.
    private static final long DISK_PAUSE_NANOS = 1_000_000_000L;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final long memoryLimit;
    private final long diskLimit;
    private final SpoolFile file;
    private final Runnable wakeReader;

    private final ArrayDeque<Block> blocks = new ArrayDeque<>();
    private final ArrayDeque<byte[]> free = new ArrayDeque<>();
    private Block tail;
    private long arrays = 1;
    private long diskBytes;
    private long written;
    private long taken;
    private boolean readerStarves;
    private long readerMovedNanos = System.nanoTime();
    private long waitingSinceNanos;
    private volatile boolean full;

    /// Why the disk took nothing when last tried; empty while it does.
    private volatile String diskFault = "";

    private long diskDueNanos;
    private boolean closed;
    private boolean ended;

    /// @param wakeReader called after each write while the reader may be waiting
    public Spool(
            long memoryBytes, long diskBytes, Path directory, String name, Runnable wakeReader) {
        // Whole blocks: with room for half a one, each block were given up and made anew.
        this.memoryLimit = Math.max(memoryBytes / BLOCK_BYTES, LEAST_BLOCKS) * BLOCK_BYTES;
        this.diskLimit = diskBytes;
        this.file = new SpoolFile(directory, name);
        this.wakeReader = wakeReader;
        this.tail = new Block(new byte[BLOCK_BYTES]);
        blocks.add(tail);
    }

    /// A run of bytes. `filled` grows under the lock until the block is full.
    static final class Block {
        byte @Nullable [] array;
        int filled;

        /// Where it lies on disk; -1 while in memory.
        long diskPosition = -1;

        final Arrivals arrivals = new Arrivals();

        Block(byte[] array) {
            this.array = array;
        }
    }

    /// Where the writer may put its next bytes.
    ///
    /// @return the block to fill, or null when the spool was closed
    public @Nullable Block room() {
        lock.lock();
        try {
            while (!closed) {
                byte[] array = tail.array;
                if (array != null && tail.filled < array.length) {
                    return tail;
                }
                if (!isMemoryLeft() && mayWaitForReader()) {
                    awaitReader();
                } else if (makeRoom()) {
                    tail = new Block(takeArray());
                    blocks.add(tail);
                    return tail;
                } else {
                    full = true;
                    awaitDisk();
                }
            }
            return null;
        } finally {
            full = false;
            lock.unlock();
        }
    }

    /// Says that `count` bytes were put behind `filled` of the block [#room] gave.
    public void filled(Block block, int count, long nowMillis) {
        lock.lock();
        try {
            block.filled += count;
            block.arrivals.add(block.filled, nowMillis);
            written += count;
            readerStarves = false;
        } finally {
            lock.unlock();
        }
        wakeReader.run();
    }

    private boolean isMemoryLeft() {
        boolean left = !free.isEmpty() || arrays * BLOCK_BYTES < memoryLimit;
        if (left && blocks.size() * 2L * BLOCK_BYTES <= memoryLimit) {
            waitingSinceNanos = 0;
        }
        // A reader that waits in the middle of one huge command must get more, whatever the limits.
        return left || readerStarves;
    }

    /// Whether to wait for a reader that is busy, rather than write to disk what it will want in a
    /// moment. Not for one that stands still, and not for long, since a source drops a replica that
    /// leaves its socket unread.
    private boolean mayWaitForReader() {
        long now = System.nanoTime();
        if (waitingSinceNanos == 0) {
            waitingSinceNanos = now;
        }
        return now - readerMovedNanos < READER_STANDS_NANOS
                && now - waitingSinceNanos < PATIENCE_NANOS;
    }

    private void awaitReader() {
        try {
            long left = READER_STANDS_NANOS;
            while (left > 0 && !closed && !isMemoryLeft()) {
                left = room.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            interrupted();
        }
    }

    /// Until the reader has taken something, or it is time to try the disk again.
    private void awaitDisk() {
        long takenBefore = taken;
        long diskBefore = diskBytes;
        long left = diskFault.isEmpty() ? Long.MAX_VALUE : diskDueNanos - System.nanoTime();
        try {
            while (left > 0
                    && !closed
                    && !readerStarves
                    && taken == takenBefore
                    && diskBytes == diskBefore) {
                left = room.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            interrupted();
        }
    }

    private void interrupted() {
        // The receiver ends by closing its spool and its socket, which it looks at next.
        Thread.currentThread().interrupt();
        closed = true;
    }

    private boolean makeRoom() {
        if (isMemoryLeft()) {
            return true;
        }
        if (diskBytes + BLOCK_BYTES > diskLimit || tail == blocks.peekFirst() || !isDiskDue()) {
            return false;
        }
        byte[] array = tail.array;
        if (array != null) {
            try {
                tail.diskPosition = file.append(array, tail.filled);
            } catch (IOException e) {
                // Other kinds say little but a path.
                boolean plain = e.getClass() == IOException.class;
                diskFault = plain ? String.valueOf(e.getMessage()) : e.toString();
                diskDueNanos = System.nanoTime() + DISK_PAUSE_NANOS;
                return false;
            }
            diskFault = "";
            tail.array = null;
            diskBytes += tail.filled;
            free.add(array);
        }
        return true;
    }

    private boolean isDiskDue() {
        return diskFault.isEmpty() || System.nanoTime() >= diskDueNanos;
    }

    private byte[] takeArray() {
        byte[] array = free.poll();
        if (array == null) {
            array = new byte[BLOCK_BYTES];
            arrays++;
        }
        return array;
    }

    /// No more will be written; the reader gets what is there and then sees the end.
    public void end() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        wakeReader.run();
    }

    /// Whether the writer waits for room: the source is not read meanwhile.
    public boolean isFull() {
        return full;
    }

    /// Why the disk takes nothing, in the system's words; empty while it does.
    String diskFault() {
        return diskFault;
    }

    /// Bytes written and not yet read.
    public long waitingBytes() {
        lock.lock();
        try {
            return written - taken;
        } finally {
            lock.unlock();
        }
    }

    public long diskBytes() {
        lock.lock();
        try {
            return diskBytes;
        } finally {
            lock.unlock();
        }
    }

    /// The one reader's place in the spool.
    public Reader reader() {
        return new Reader();
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            ended = true;
            blocks.clear();
            free.clear();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        wakeReader.run();
        file.close();
    }

    /// A window on the bytes that are there: `array[position..limit)`. The reader moves `position`.
    ///
    /// A window's array is reused once the reader has left it.
    public final class Reader {
        public byte[] array = new byte[0];
        public int position;
        public int limit;
        private @Nullable Block current;

        /// When the byte before `position` arrived, by our clock.
        public long arrivedMillis() {
            lock.lock();
            try {
                Block block = current;
                return block == null ? 0 : block.arrivals.at(position);
            } finally {
                lock.unlock();
            }
        }

        /// Widens the window, or moves on to the next block when this one is used up.
        ///
        /// @param starving whether the reader holds an incomplete command, so that limits must
        ///   yield
        /// @return whether there are bytes at `position` now that were not there before
        public boolean advance(boolean starving) throws IOException {
            Block load = null;
            lock.lock();
            try {
                if (closed) {
                    return false;
                }
                Block block = current;
                if (block == null) {
                    block = blocks.getFirst();
                    current = block;
                    array = requireArray(block);
                    position = 0;
                    limit = 0;
                }
                if (limit < block.filled) {
                    taken += block.filled - limit;
                    limit = block.filled;
                    return true;
                }
                if (position < limit || blocks.size() == 1) {
                    if (starving && !readerStarves) {
                        readerStarves = true;
                        room.signalAll();
                    }
                    return false;
                }
                blocks.removeFirst();
                readerMovedNanos = System.nanoTime();
                byte[] old = array;
                Block next = blocks.getFirst();
                if (next.array == null) {
                    next.array = old;
                    load = next;
                } else if (arrays * BLOCK_BYTES > memoryLimit) {
                    arrays--;
                } else {
                    free.add(old);
                }
                current = next;
                array = requireArray(next);
                position = 0;
                limit = next.filled;
                taken += limit;
                room.signalAll();
            } finally {
                lock.unlock();
            }
            if (load != null) {
                file.read(load.diskPosition, array, limit);
                lock.lock();
                try {
                    diskBytes -= limit;
                    room.signalAll();
                } finally {
                    lock.unlock();
                }
            }
            return limit > 0 || advance(starving);
        }
    }

    /// Whether the reader has taken everything and nothing more will come.
    public boolean atEnd() {
        lock.lock();
        try {
            return closed || (ended && written == taken && blocks.size() == 1);
        } finally {
            lock.unlock();
        }
    }

    private static byte[] requireArray(Block block) {
        byte[] array = block.array;
        if (array == null) {
            throw new IllegalStateException("a block on disk was not loaded");
        }
        return array;
    }
}
