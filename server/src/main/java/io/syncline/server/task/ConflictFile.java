package io.syncline.server.task;

import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.Resolution;
import io.syncline.server.model.Conflict;
import io.syncline.server.report.ConflictLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One task's conflicts as lines of JSON, in two files: the present one and the one before it.
///
/// Each line carries its number, so the count survives restarts and the loss of old lines. A line
/// is one write, so a process that dies leaves whole lines, save when the disk is full.
final class ConflictFile {
    /// Of one file; twice that is kept: some hundred thousand conflicts.
    static final long MAX_BYTES = 32 << 20;

    /// Where the newest lines are looked for: more than the longest list needs.
    private static final int TAIL_BYTES = 2 << 20;

    /// A longer name is cut: the log should name a key, not hold it.
    private static final int LONGEST_KEY = 1 << 10;

    private static final JsonMapper JSON = new JsonMapper();
    private static final System.Logger LOG = System.getLogger(ConflictFile.class.getName());

    private final Path file;
    private final Path previous;
    private final InstantSource clock;
    private @Nullable OutputStream out;
    private long size;
    private long count = -1;
    private boolean broken;

    ConflictFile(Path folder, String task, InstantSource clock) {
        this.file = folder.resolve(task + ".jsonl");
        this.previous = folder.resolve(task + ".1.jsonl");
        this.clock = clock;
    }

    synchronized void add(Resolution resolution) {
        long number = count() + 1;
        count = number;
        try {
            byte[] line = ConflictLog.line(clock.instant(), cut(resolution), number);
            OutputStream open = opened();
            open.write(line);
            size += line.length;
            broken = false;
            if (size > MAX_BYTES) {
                close();
                Files.move(file, previous, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            // A full disk must not stop the data; it is said once.
            if (!broken) {
                LOG.log(System.Logger.Level.WARNING, "a conflict cannot be written to " + file, e);
            }
            broken = true;
        }
    }

    private static Resolution cut(Resolution it) {
        byte[] name = it.key().name();
        return name.length <= LONGEST_KEY
                ? it
                : new Resolution(
                        new KeyId(it.key().database(), Arrays.copyOf(name, LONGEST_KEY)),
                        it.cause(),
                        it.sourceMillis(),
                        it.targetMillis(),
                        it.winner());
    }

    private OutputStream opened() throws IOException {
        OutputStream open = out;
        if (open == null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            open =
                    Files.newOutputStream(
                            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            size = Files.size(file);
            out = open;
        }
        return open;
    }

    /// How many there were since the task was created.
    synchronized long count() {
        if (count < 0) {
            List<Conflict> last = latest(1);
            count = last.isEmpty() ? 0 : last.getFirst().number();
        }
        return count;
    }

    /// The newest first.
    synchronized List<Conflict> latest(int limit) {
        List<Conflict> found = new ArrayList<>();
        for (Path each : List.of(file, previous)) {
            if (found.size() < limit && Files.exists(each)) {
                List<String> lines = tail(each);
                for (int i = lines.size() - 1; i >= 0 && found.size() < limit; i--) {
                    Conflict conflict = parse(lines.get(i));
                    if (conflict != null) {
                        found.add(conflict);
                    }
                }
            }
        }
        return found;
    }

    private static List<String> tail(Path file) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long begin = Math.max(0, in.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (in.length() - begin)];
            in.seek(begin);
            in.readFully(bytes);
            List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return begin == 0 || lines.isEmpty() ? lines : lines.subList(1, lines.size());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "conflicts cannot be read from " + file, e);
            return List.of();
        }
    }

    /// @return null for a line that a full disk has cut
    private static @Nullable Conflict parse(String line) {
        try {
            JsonNode it = JSON.readTree(line);
            return new Conflict(
                    it.path("number").asLong(0),
                    Instant.parse(it.path("time").asString("")),
                    it.path("database").asInt(0),
                    it.path("key").asString(""),
                    it.path("cause").asString(""),
                    time(it, "sourceTime"),
                    time(it, "targetTime"),
                    it.path("winner").asString(""));
        } catch (JacksonException | java.time.DateTimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "not a line of conflicts", e);
            return null;
        }
    }

    private static @Nullable Instant time(JsonNode it, String name) {
        return it.has(name) ? Instant.parse(it.path(name).asString("")) : null;
    }

    /// Copies everything that is kept, the oldest first. Whoever takes it may be slow, and the task
    /// does not wait for that: what it adds meanwhile may be part of the copy.
    void copy(OutputStream to) throws IOException {
        try (InputStream kept = kept()) {
            kept.transferTo(to);
        }
    }

    /// Both files as they are between two conflicts: neither takes the other's place meanwhile.
    private synchronized InputStream kept() throws IOException {
        return new SequenceInputStream(read(previous), read(file));
    }

    private static InputStream read(Path file) throws IOException {
        return Files.exists(file) ? Files.newInputStream(file) : InputStream.nullInputStream();
    }

    /// Lets go of the file until the next conflict.
    synchronized void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing " + file, e);
        }
        out = null;
    }

    synchronized void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
        Files.deleteIfExists(previous);
    }
}
