package io.syncline.server.store;

import io.syncline.server.model.Grant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Grants between accounts.
public final class GrantTable {
    private final Store store;

    GrantTable(Store store) {
        this.store = store;
    }

    public void add(Grant grant) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        "INSERT INTO role_grant VALUES (:id, :account, :role,"
                                                + " :grantee, :instances, :created, NULL)")
                                .bind("id", grant.id())
                                .bind("account", grant.account())
                                .bind("role", grant.role())
                                .bind("grantee", grant.grantee())
                                .bind("instances", Columns.json(grant.instances()))
                                .bind("created", grant.created().toEpochMilli())
                                .execute());
    }

    /// Given or received by an account.
    public List<Grant> of(String account) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT * FROM role_grant WHERE account = :a OR grantee = :a"
                                                + " ORDER BY created")
                                .bind("a", account)
                                .map((row, c) -> grant(row))
                                .list());
    }

    public Optional<Grant> find(String id) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM role_grant WHERE id = :id")
                                .bind("id", id)
                                .map((row, c) -> grant(row))
                                .findOne());
    }

    /// The grant that stands, by the two accounts and the role's name.
    public Optional<Grant> standing(String account, String role, String grantee) {
        return of(account).stream()
                .filter(g ->
                        g.revoked() == null
                                && g.account().equals(account)
                                && g.role().equals(role)
                                && g.grantee().equals(grantee))
                .findFirst();
    }

    public void revoke(String id, Instant now) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "UPDATE role_grant SET revoked = ? WHERE id = ?",
                                now.toEpochMilli(),
                                id));
    }

    private static Grant grant(ResultSet row) throws SQLException {
        return new Grant(
                row.getString("id"),
                row.getString("account"),
                row.getString("role"),
                row.getString("grantee"),
                Columns.list(row.getString("instances")),
                Columns.time(row, "created"),
                Columns.timeOrNull(row, "revoked"));
    }
}
