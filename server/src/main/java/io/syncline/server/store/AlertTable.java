package io.syncline.server.store;

import io.syncline.server.model.AlertChannel;
import io.syncline.server.model.AlertRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Channels and history of alerts.
public final class AlertTable {
    private final Store store;

    AlertTable(Store store) {
        this.store = store;
    }

    public void add(AlertChannel it) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO alert_channel VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                it.id(),
                                it.account(),
                                it.name(),
                                it.kind().name(),
                                it.address(),
                                it.template(),
                                it.sealedSecret(),
                                it.mail(),
                                it.created().toEpochMilli()));
    }

    public List<AlertChannel> channels(String account) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM alert_channel WHERE account = :a ORDER BY name")
                                .bind("a", account)
                                .map((row, c) -> channel(row))
                                .list());
    }

    public Optional<AlertChannel> channel(String id) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM alert_channel WHERE id = :id")
                                .bind("id", id)
                                .map((row, c) -> channel(row))
                                .findOne());
    }

    public void removeChannel(String id) {
        store.jdbi().useHandle(h -> h.execute("DELETE FROM alert_channel WHERE id = ?", id));
    }

    /// Records an alert.
    ///
    /// @return its id
    public long raise(String account, String task, Instant at, String rule, String text) {
        long id = store.nextId(at);
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, NULL, '')",
                                id,
                                account,
                                task,
                                at.toEpochMilli(),
                                rule,
                                text));
        return id;
    }

    public void delivered(long id, String delivery) {
        store.jdbi()
                .useHandle(
                        h -> h.execute("UPDATE alert SET delivery = ? WHERE id = ?", delivery, id));
    }

    /// Adds lines to what became of telling it.
    public void deliveredToo(long id, String delivery) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "UPDATE alert SET delivery = delivery || ? WHERE id = ?",
                                "\n" + delivery,
                                id));
    }

    public void over(long id, Instant at) {
        store.jdbi()
                .useHandle(h ->
                        h.execute("UPDATE alert SET over = ? WHERE id = ?", at.toEpochMilli(), id));
    }

    /// The newest first.
    public List<AlertRecord> history(String account, int limit) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM alert WHERE account = :a"
                                                + " ORDER BY id DESC LIMIT :limit")
                                .bind("a", account)
                                .bind("limit", limit)
                                .map((row, c) -> alert(row))
                                .list());
    }

    /// Alerts that stood when the last process ended.
    public List<AlertRecord> open() {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM alert WHERE over IS NULL ORDER BY id")
                                .map((row, c) -> alert(row))
                                .list());
    }

    private static AlertChannel channel(ResultSet row) throws SQLException {
        return new AlertChannel(
                row.getString("id"),
                row.getString("account"),
                row.getString("name"),
                AlertChannel.Kind.valueOf(row.getString("kind")),
                row.getString("address"),
                row.getString("template"),
                row.getString("sealed_secret"),
                row.getString("mail"),
                Columns.time(row, "created"));
    }

    private static AlertRecord alert(ResultSet row) throws SQLException {
        return new AlertRecord(
                row.getLong("id"),
                row.getString("account"),
                row.getString("task"),
                Columns.time(row, "at"),
                row.getString("rule"),
                row.getString("what"),
                Columns.timeOrNull(row, "over"),
                row.getString("delivery"));
    }
}
