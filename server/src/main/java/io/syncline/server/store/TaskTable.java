package io.syncline.server.store;

import io.syncline.server.lifecycle.Standing;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.Task;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Tasks.
public final class TaskTable {
    private final Store store;

    TaskTable(Store store) {
        this.store = store;
    }

    public void put(Task task) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        """
                                        INSERT INTO task VALUES (:id, :account, :name, :topology,
                                            :source, :sourceGrant, :target, :targetGrant, :settings,
                                            :alerts, :state, :startsAfter, :streaming, :since,
                                            :reason, :remedy, :epoch, :created, :createdBy,
                                            :copyAgain, :paused)
                                        ON CONFLICT (id) DO UPDATE SET name = :name,
                                            source_instance = :source, source_grant = :sourceGrant,
                                            target_instance = :target, target_grant = :targetGrant,
                                            settings = :settings, alerts = :alerts, state = :state,
                                            starts_after = :startsAfter, streaming = :streaming,
                                            since = :since, reason = :reason, remedy = :remedy,
                                            epoch = :epoch, copy_again = :copyAgain,
                                            paused = :paused
                                        """)
                                .bind("id", task.id())
                                .bind("account", task.account())
                                .bind("name", task.name())
                                .bind("topology", task.topology().name())
                                .bind("source", task.source().instance())
                                .bind("sourceGrant", task.source().grant())
                                .bind("target", task.target().instance())
                                .bind("targetGrant", task.target().grant())
                                .bind("settings", Columns.json(task.settings()))
                                .bind("alerts", Columns.json(task.alerts()))
                                .bind("state", task.state().name())
                                .bind("startsAfter", task.standing().startsAfterwards() ? 1 : 0)
                                .bind("streaming", task.standing().streaming() ? 1 : 0)
                                .bind("since", task.since().toEpochMilli())
                                .bind("reason", task.reason())
                                .bind("remedy", task.remedy())
                                .bind("epoch", task.epoch())
                                .bind("copyAgain", task.copyAgain() ? 1 : 0)
                                .bind("paused", Columns.json(task.paused()))
                                .bind("created", task.created().toEpochMilli())
                                .bind("createdBy", task.createdBy())
                                .execute());
    }

    /// Every task that is not released.
    public List<Task> all() {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM task WHERE state <> 'RELEASED'"
                                                + " ORDER BY created, id")
                                .map((row, c) -> task(row))
                                .list());
    }

    public Optional<Task> find(String id) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM task WHERE id = :id")
                                .bind("id", id)
                                .map((row, c) -> task(row))
                                .findOne());
    }

    private static Task task(ResultSet row) throws SQLException {
        return new Task(
                row.getString("id"),
                row.getString("account"),
                row.getString("name"),
                Task.Topology.valueOf(row.getString("topology")),
                new Task.Side(row.getString("source_instance"), row.getString("source_grant")),
                new Task.Side(row.getString("target_instance"), row.getString("target_grant")),
                Columns.map(row.getString("settings")),
                Columns.value(row.getString("alerts"), AlertRules.class),
                new Standing(
                        TaskState.valueOf(row.getString("state")),
                        row.getInt("starts_after") == 1,
                        row.getInt("streaming") == 1),
                Columns.time(row, "since"),
                row.getString("reason"),
                row.getString("remedy"),
                row.getInt("epoch"),
                row.getInt("copy_again") == 1,
                Columns.map(row.getString("paused")),
                Columns.time(row, "created"),
                row.getString("created_by"));
    }
}
