package io.syncline.engine.file;

import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Walks over the commands of an append-only file. Annotations (`#TS:...`, Redis 7.0 and later with
/// `aof-timestamp-enabled`) are passed over.
final class AofReader implements Closeable {
    private static final int BUFFER_BYTES = 256 << 10;

    /// `AOF_ANNOTATION_LINE_MAX_LEN` of aof.c.
    private static final int MAX_ANNOTATION = 1024;

    private final Path file;
    private final InputStream input;
    private final long until;
    private final CommandParser parser = new CommandParser();
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long read;

    /// The command found last; valid until [#next] is called again.
    final CommandView view = new CommandView();

    /// @param from where the first command begins
    /// @param until bytes from there on are not looked at
    AofReader(Path file, long from, long until) throws IOException {
        this.file = file;
        this.until = until;
        this.read = from;
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(from);
        input = Channels.newInputStream(channel);
    }

    /// Moves to the next command.
    ///
    /// @return whether there is another whole one; if not, what is left is an unfinished one
    boolean next() throws IOException {
        while (true) {
            if (position < limit) {
                byte first = buffer[position];
                if (first == '#') {
                    if (skipAnnotation()) {
                        continue;
                    }
                } else if (first != '*') {
                    throw malformed(
                            String.format("a command begins with 0x%02x, not with '*'", first));
                } else if (parse()) {
                    return true;
                }
            }
            if (!fill()) {
                return false;
            }
        }
    }

    private boolean parse() {
        try {
            if (!parser.parse(buffer, position, limit, view)) {
                return false;
            }
        } catch (RespFormatException e) {
            throw malformed(e.getMessage());
        }
        if (view.argumentCount == 0) {
            throw malformed("a command has no arguments");
        }
        position = view.end;
        return true;
    }

    private boolean skipAnnotation() {
        for (int at = position; at < limit; at++) {
            if (buffer[at] == '\n') {
                position = at + 1;
                return true;
            }
        }
        if (limit - position > MAX_ANNOTATION) {
            throw malformed("an annotation is longer than " + MAX_ANNOTATION + " bytes");
        }
        return false;
    }

    private boolean fill() throws IOException {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        if (limit == buffer.length) {
            long larger = Math.min(buffer.length * 2L, CommandParser.TOTAL_LENGTH_LIMIT);
            if (larger == buffer.length) {
                throw malformed("a command is longer than " + larger + " bytes");
            }
            buffer = Arrays.copyOf(buffer, (int) larger);
        }
        int room = (int) Math.min(buffer.length - limit, until - read);
        int count = room == 0 ? -1 : input.read(buffer, limit, room);
        if (count < 0) {
            return false;
        }
        limit += count;
        read += count;
        return true;
    }

    /// Where in the file the next command begins, or the unfinished one.
    long position() {
        return read - (limit - position);
    }

    private SynclineException malformed(@Nullable String what) {
        return SourceFiles.unusable(
                file,
                "at byte " + position() + " the append-only file is malformed: " + what,
                "Let the server's own redis-check-aof (or valkey-check-aof) --fix cut it there, on a"
                        + " copy; what it cuts is lost");
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
