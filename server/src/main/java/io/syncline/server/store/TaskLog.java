package io.syncline.server.store;

import io.syncline.engine.link.LinkEvent;
import io.syncline.server.model.CheckResult;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RefusedCommand;
import io.syncline.server.model.TaskEntry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/// What is remembered of each task beside its state: events, precheck, refused commands.
public final class TaskLog {
    /// Enough for months of a quiet task; the oldest go first.
    private static final int MAX_ENTRIES = 2_000;

    /// A task that skips what is refused could fill the disk.
    private static final int MAX_REFUSED = 10_000;

    /// One place of one stream. Another history of the source has other offsets; that the same
    /// command on the same key stands at the same one is what will not happen.
    private static final String SAME =
            "task = :task AND shard = :shard AND stream_at = :offset AND db = :db"
                    + " AND command = :command AND key_name = :key";

    private final Store store;

    TaskLog(Store store) {
        this.store = store;
    }

    public void add(
            String task,
            Instant at,
            TaskEntry.Level level,
            String kind,
            String text,
            String remedy) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO task_entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                                store.nextId(at),
                                task,
                                at.toEpochMilli(),
                                level.name(),
                                kind,
                                text,
                                remedy));
    }

    /// The newest first.
    ///
    /// @param before only entries with a smaller id
    public List<TaskEntry> entries(String task, long before, int limit) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM task_entry WHERE task = :t AND id < :before"
                                                + " ORDER BY id DESC LIMIT :limit")
                                .bind("t", task)
                                .bind("before", before)
                                .bind("limit", limit)
                                .map((row, c) -> entry(row))
                                .list());
    }

    /// Replaces the last precheck by a new one; what was confirmed and is found again stays so.
    public void checks(String task, List<CheckResult> results) {
        store.jdbi()
                .useTransaction(h -> {
                    h.execute("DELETE FROM check_result WHERE task = ?", task);
                    for (CheckResult it : results) {
                        h.createUpdate(
                                        "INSERT INTO check_result VALUES (:task, :position, :name,"
                                                + " :severity, :place, :code, :found, :remedy, :by, :at)")
                                .bind("task", task)
                                .bind("position", it.position())
                                .bind("name", it.check())
                                .bind("severity", it.severity())
                                .bind("place", it.place())
                                .bind("code", it.code())
                                .bind("found", it.found())
                                .bind("remedy", it.remedy())
                                .bind("by", it.confirmedBy())
                                .bind("at", Columns.millis(it.confirmedAt()))
                                .execute();
                    }
                });
    }

    public List<CheckResult> checks(String task) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM check_result WHERE task = :t ORDER BY position")
                                .bind("t", task)
                                .map((row, c) -> check(row))
                                .list());
    }

    public void confirm(String task, int position, String by, Instant at) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "UPDATE check_result SET confirmed_by = ?, confirmed_at = ?"
                                        + " WHERE task = ? AND position = ?",
                                by,
                                at.toEpochMilli(),
                                task,
                                position));
    }

    /// Adds a command; one that was sent again and refused again stays one entry.
    public void refused(RefusedCommand it) {
        store.jdbi()
                .useTransaction(h -> {
                    int known =
                            h.createUpdate(
                                            "UPDATE refused_command SET at = :at, reason = :reason,"
                                                    + " decision = :decision WHERE "
                                                    + SAME)
                                    .bind("at", it.at().toEpochMilli())
                                    .bind("reason", it.reason())
                                    .bind("decision", it.decision())
                                    .bind("task", it.task())
                                    .bind("shard", it.shard())
                                    .bind("offset", it.offset())
                                    .bind("db", it.database())
                                    .bind("command", it.command())
                                    .bind("key", it.key())
                                    .execute();
                    if (known == 0) {
                        h.execute(
                                "INSERT INTO refused_command VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                store.nextId(it.at()),
                                it.task(),
                                it.at().toEpochMilli(),
                                it.shard(),
                                it.offset(),
                                it.database(),
                                it.command(),
                                it.key(),
                                it.reason(),
                                it.decision());
                    }
                });
    }

    /// Whether a user wants this one left out.
    public boolean skips(String task, LinkEvent.Refused it) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                                "SELECT COUNT(*) FROM refused_command WHERE "
                                                        + SAME
                                                        + " AND decision IN ('skip', 'skipped')")
                                        .bind("task", task)
                                        .bind("shard", it.shard())
                                        .bind("offset", it.offset())
                                        .bind("db", it.database())
                                        .bind("command", it.command())
                                        .bind("key", it.key())
                                        .mapTo(int.class)
                                        .one()
                                > 0);
    }

    public List<RefusedCommand> refused(String task, int limit) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM refused_command WHERE task = :t"
                                                + " ORDER BY id DESC LIMIT :limit")
                                .bind("t", task)
                                .bind("limit", limit)
                                .map((row, c) -> refusal(row))
                                .list());
    }

    public void decide(String task, long id, String decision) {
        int found =
                store.jdbi()
                        .withHandle(h ->
                                h.execute(
                                        "UPDATE refused_command SET decision = ?"
                                                + " WHERE task = ? AND id = ?",
                                        decision,
                                        task,
                                        id));
        if (found == 0) {
            throw Problem.notFound("refused command", Long.toString(id));
        }
    }

    /// Forgets all of a task.
    public void forget(String task) {
        store.jdbi()
                .useTransaction(h -> {
                    for (String table :
                            List.of("task_entry", "check_result", "refused_command", "sample")) {
                        h.execute("DELETE FROM " + table + " WHERE task = ?", task);
                    }
                    // Those of its directions.
                    h.execute("DELETE FROM sample WHERE task LIKE ?", task + "/%");
                });
    }

    /// Keeps the newest of each kind.
    public void trim(String task) {
        trim(task, "task_entry", MAX_ENTRIES);
        trim(task, "refused_command", MAX_REFUSED);
    }

    private void trim(String task, String table, int keep) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        ("DELETE FROM %1$s WHERE task = :t AND id <= (SELECT id FROM"
                                                        + " %1$s WHERE task = :t ORDER BY id DESC LIMIT 1"
                                                        + " OFFSET :keep)")
                                                .formatted(table))
                                .bind("t", task)
                                .bind("keep", keep)
                                .execute());
    }

    private static TaskEntry entry(ResultSet row) throws SQLException {
        return new TaskEntry(
                row.getLong("id"),
                row.getString("task"),
                Columns.time(row, "at"),
                TaskEntry.Level.valueOf(row.getString("level")),
                row.getString("kind"),
                row.getString("what"),
                row.getString("remedy"));
    }

    private static CheckResult check(ResultSet row) throws SQLException {
        return new CheckResult(
                row.getString("task"),
                row.getInt("position"),
                row.getString("name"),
                row.getString("severity"),
                row.getString("place"),
                row.getString("code"),
                row.getString("found"),
                row.getString("remedy"),
                row.getString("confirmed_by"),
                Columns.timeOrNull(row, "confirmed_at"));
    }

    private static RefusedCommand refusal(ResultSet row) throws SQLException {
        return new RefusedCommand(
                row.getLong("id"),
                row.getString("task"),
                Columns.time(row, "at"),
                row.getInt("shard"),
                row.getLong("stream_at"),
                row.getInt("db"),
                row.getString("command"),
                row.getString("key_name"),
                row.getString("reason"),
                row.getString("decision"));
    }
}
