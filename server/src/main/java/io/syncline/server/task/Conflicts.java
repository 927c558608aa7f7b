package io.syncline.server.task;

import io.syncline.engine.twoway.Resolution;
import io.syncline.server.model.Conflict;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The conflicts of two-way tasks, in files of the data folder: there may be thousands a second,
/// written on the thread that keeps both sides equal, which is no work for a database.
public final class Conflicts {
    private static final System.Logger LOG = System.getLogger(Conflicts.class.getName());

    private final Path folder;
    private final InstantSource clock;
    private final Map<String, ConflictFile> files = new ConcurrentHashMap<>();

    Conflicts(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    private ConflictFile of(String task) {
        return files.computeIfAbsent(task, id -> new ConflictFile(folder, id, clock));
    }

    void add(String task, Resolution resolution) {
        of(task).add(resolution);
    }

    /// How many a task has had.
    public long count(String task) {
        return of(task).count();
    }

    /// The newest first.
    public List<Conflict> latest(String task, int limit) {
        return of(task).latest(limit);
    }

    /// Copies all that are kept of a task as lines of JSON, the oldest first.
    public void copy(String task, OutputStream to) throws IOException {
        of(task).copy(to);
    }

    /// To be called when a task's link has ended.
    void rest(String task) {
        of(task).close();
    }

    void forget(String task) {
        try {
            of(task).delete();
            files.remove(task);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "conflicts of " + task + " were not removed", e);
        }
    }
}
