package io.syncline.server.boot;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// One service at a time works with a data folder. The operating system forgets the lock when the
/// process ends, however it ends.
final class DataLock implements AutoCloseable {
    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    static DataLock take(Path folder) {
        try {
            FileChannel channel =
                    FileChannel.open(
                            folder.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new SynclineException(
                        ErrorCode.BAD_OPTION,
                        "--data",
                        "another service works with the folder '" + folder + "'",
                        "Stop it, or name another folder");
            }
            return new DataLock(channel);
        } catch (IOException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "--data",
                            "the folder '" + folder + "' cannot be written to",
                            "Name a folder that this user may write to"),
                    e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the data folder's lock cannot be given back", e);
        }
    }
}
