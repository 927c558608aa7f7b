package io.syncline.engine.scan;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The names of all known keys, on disk: they are needed only when some have vanished, and would
/// take more memory than everything else. The file loses its name at once, so that nothing is left
/// whatever happens.
final class NameFile implements Closeable {
    private static final int BUFFER_BYTES = 64 << 10;

    /// `redis.conf` allows keys of 512 MB.
    private static final int LONGEST_NAME = 1 << 29;

    private final Path path;
    private final FileChannel channel;
    private final DataOutputStream out;
    private long count;

    NameFile(Path path) throws IOException {
        this.path = path;
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        Files.deleteIfExists(path);
        out =
                new DataOutputStream(
                        new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
    }

    void add(ScannedKey key) throws IOException {
        out.writeInt(key.database());
        out.writeInt(key.name().length);
        out.write(key.name());
        count++;
    }

    /// Names in the file, some of them perhaps twice.
    long count() {
        return count;
    }

    /// Hears every name.
    @FunctionalInterface
    interface Visitor {
        void name(ScannedKey key) throws IOException;
    }

    /// Shows every name, in the order in which they were added.
    void each(Visitor visitor) throws IOException {
        out.flush();
        DataInputStream in =
                new DataInputStream(new BufferedInputStream(new From(channel), BUFFER_BYTES));
        for (long left = count; left > 0; left--) {
            int database = in.readInt();
            int length = in.readInt();
            if (length < 0 || length > LONGEST_NAME) {
                throw new EOFException("[" + path + "] a name of " + length + " bytes");
            }
            byte[] name = new byte[length];
            in.readFully(name);
            visitor.name(new ScannedKey(database, name));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// Reads from the beginning without moving the place to write at.
    private static final class From extends InputStream {
        private final FileChannel channel;
        private long at;

        From(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int got = channel.read(ByteBuffer.wrap(bytes, offset, length), at);
            at += Math.max(0, got);
            return got;
        }
    }
}
