package io.syncline.server.store;

import io.syncline.server.model.AuditEntry;
import java.time.Instant;
import java.util.List;

/// Who did what. Only grows.
public final class AuditTable {
    private final Store store;

    AuditTable(Store store) {
        this.store = store;
    }

    public void add(
            String account,
            Instant at,
            String actor,
            String action,
            String subject,
            String detail) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
                                store.nextId(at),
                                account,
                                at.toEpochMilli(),
                                actor,
                                action,
                                subject,
                                detail));
    }

    /// The newest first.
    ///
    /// @param before only entries with a smaller id
    public List<AuditEntry> of(String account, long before, int limit) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM audit WHERE account = :a AND id < :before"
                                                + " ORDER BY id DESC LIMIT :limit")
                                .bind("a", account)
                                .bind("before", before)
                                .bind("limit", limit)
                                .map((row, c) ->
                                        new AuditEntry(
                                                row.getLong("id"),
                                                row.getString("account"),
                                                Columns.time(row, "at"),
                                                row.getString("actor"),
                                                row.getString("action"),
                                                row.getString("subject"),
                                                row.getString("detail")))
                                .list());
    }
}
