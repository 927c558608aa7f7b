package io.syncline.engine.source;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;

/// The part of a spool that lies on disk: append at the end, read once from the front, in segments
/// that are deleted as soon as they are read.
///
/// A segment's name is removed as soon as it is open, so that even a killed process leaves no file
/// behind (where the system allows that; elsewhere it goes when the segment is closed).
final class SpoolFile implements Closeable {
    /// Small enough that disk space comes back while reading.
    private static final long SEGMENT_BYTES = 64L << 20;

    private final Path directory;
    private final String name;
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private long end;
    private int created;

    SpoolFile(Path directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    private record Segment(long start, FileChannel channel) {}

    /// Writes one block and returns its position.
    synchronized long append(byte[] array, int length) throws IOException {
        Segment last = segments.peekLast();
        if (last == null || end - last.start >= SEGMENT_BYTES) {
            last = new Segment(end, open());
            segments.add(last);
        }
        ByteBuffer buffer = ByteBuffer.wrap(array, 0, length);
        long position = end;
        while (buffer.hasRemaining()) {
            last.channel.write(buffer, position - last.start + buffer.position());
        }
        end += length;
        return position;
    }

    private FileChannel open() throws IOException {
        Files.createDirectories(directory);
        Path path = directory.resolve(name + "-" + created++ + ".spool");
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        Files.deleteIfExists(path);
        return channel;
    }

    /// Reads a block written before; blocks are read in the order they were written.
    synchronized void read(long position, byte[] array, int length) throws IOException {
        while (segments.size() > 1 && secondStart() <= position) {
            segments.removeFirst().channel.close();
        }
        Segment segment = segments.getFirst();
        ByteBuffer buffer = ByteBuffer.wrap(array, 0, length);
        while (buffer.hasRemaining()) {
            int count = segment.channel.read(buffer, position - segment.start + buffer.position());
            if (count < 0) {
                throw new EOFException(
                        "[" + directory + "] a spool segment ends before its block does");
            }
        }
        if (position + length == end && segments.size() == 1) {
            segments.removeFirst().channel.close();
        }
    }

    private long secondStart() {
        return segments.stream().skip(1).findFirst().orElseThrow().start;
    }

    @Override
    public synchronized void close() throws IOException {
        while (!segments.isEmpty()) {
            segments.removeFirst().channel.close();
        }
    }
}
