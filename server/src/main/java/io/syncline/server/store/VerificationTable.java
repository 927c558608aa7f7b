package io.syncline.server.store;

import io.syncline.server.model.VerificationPlan;
import io.syncline.server.model.VerificationRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Verifications of tasks, and what is planned.
public final class VerificationTable {
    private final Store store;

    VerificationTable(Store store) {
        this.store = store;
    }

    public void put(VerificationRun run) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        """
                                        INSERT INTO verification VALUES (:id, :task, :kind, :by,
                                            :options, :state, :created, :ended, :numbers, :reason,
                                            :remedy)
                                        ON CONFLICT (id) DO UPDATE SET state = :state,
                                            ended = :ended, numbers = :numbers, reason = :reason,
                                            remedy = :remedy
                                        """)
                                .bind("id", run.id())
                                .bind("task", run.task())
                                .bind("kind", run.kind().name())
                                .bind("by", run.by())
                                .bind("options", Columns.json(run.options()))
                                .bind("state", run.state().name())
                                .bind("created", run.created().toEpochMilli())
                                .bind("ended", Columns.millis(run.ended()))
                                .bind("numbers", Columns.json(run.numbers()))
                                .bind("reason", run.reason())
                                .bind("remedy", run.remedy())
                                .execute());
    }

    /// The newest first.
    public List<VerificationRun> of(String task, int limit) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM verification WHERE task = :t"
                                                + " ORDER BY created DESC, id LIMIT :limit")
                                .bind("t", task)
                                .bind("limit", limit)
                                .map((row, c) -> run(row))
                                .list());
    }

    public Optional<VerificationRun> find(String id) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM verification WHERE id = :id")
                                .bind("id", id)
                                .map((row, c) -> run(row))
                                .findOne());
    }

    /// The newest run of the whole keyspace that has a verdict.
    public Optional<VerificationRun> lastVerdict(String task) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM verification WHERE task = :t"
                                                + " AND kind <> 'INCREMENTAL'"
                                                + " AND state IN ('EQUAL', 'DIFFERENT')"
                                                + " ORDER BY created DESC LIMIT 1")
                                .bind("t", task)
                                .map((row, c) -> run(row))
                                .findOne());
    }

    /// Those that are not over.
    public List<VerificationRun> open() {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM verification WHERE ended IS NULL ORDER BY created")
                                .map((row, c) -> run(row))
                                .list());
    }

    public void remove(String id) {
        store.jdbi().useHandle(h -> h.execute("DELETE FROM verification WHERE id = ?", id));
    }

    /// What is planned for a task.
    public VerificationPlan plan(String task) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT plan FROM verification_plan WHERE task = :t")
                                .bind("t", task)
                                .mapTo(String.class)
                                .findOne()
                                .map(json -> Columns.value(json, VerificationPlan.class))
                                .orElse(VerificationPlan.NONE));
    }

    public void plan(String task, VerificationPlan plan) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO verification_plan VALUES (?, ?)"
                                        + " ON CONFLICT (task) DO UPDATE SET plan = EXCLUDED.plan",
                                task,
                                Columns.json(plan)));
    }

    /// Forgets all of a task.
    public void forget(String task) {
        store.jdbi()
                .useTransaction(h -> {
                    h.execute("DELETE FROM verification WHERE task = ?", task);
                    h.execute("DELETE FROM verification_plan WHERE task = ?", task);
                });
    }

    private static VerificationRun run(ResultSet row) throws SQLException {
        return new VerificationRun(
                row.getString("id"),
                row.getString("task"),
                VerificationRun.Kind.valueOf(row.getString("kind")),
                row.getString("asked_by"),
                Columns.map(row.getString("options")),
                VerificationRun.State.valueOf(row.getString("state")),
                Columns.time(row, "created"),
                Columns.timeOrNull(row, "ended"),
                Columns.value(row.getString("numbers"), VerificationRun.Numbers.class),
                row.getString("reason"),
                row.getString("remedy"));
    }
}
