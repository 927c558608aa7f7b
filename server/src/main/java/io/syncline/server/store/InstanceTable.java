package io.syncline.server.store;

import io.syncline.engine.net.Endpoint;
import io.syncline.server.model.RegisteredInstance;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Registered instances.
public final class InstanceTable {
    private final Store store;

    InstanceTable(Store store) {
        this.store = store;
    }

    public void put(RegisteredInstance it) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        """
                                        INSERT INTO instance VALUES (:id, :account, :name, :topology,
                                            :addresses, :primary, :user, :password, :tls, :verify,
                                            :ca, :probe, :created)
                                        ON CONFLICT (id) DO UPDATE SET name = :name,
                                            topology = :topology, addresses = :addresses,
                                            primary_name = :primary, login = :user,
                                            sealed_password = :password, tls = :tls,
                                            verify_host = :verify, ca_pem = :ca, probe = :probe
                                        """)
                                .bind("id", it.id())
                                .bind("account", it.account())
                                .bind("name", it.name())
                                .bind("topology", it.topology().name())
                                .bind("addresses", Columns.json(it.addresses()))
                                .bind("primary", it.primaryName())
                                .bind("user", it.user())
                                .bind("password", it.sealedPassword())
                                .bind("tls", it.tls() ? 1 : 0)
                                .bind("verify", it.verifyHost() ? 1 : 0)
                                .bind("ca", it.caPem())
                                .bind("probe", it.probe())
                                .bind("created", it.created().toEpochMilli())
                                .execute());
    }

    public void probe(String id, String document) {
        store.jdbi()
                .useHandle(
                        h -> h.execute("UPDATE instance SET probe = ? WHERE id = ?", document, id));
    }

    public List<RegisteredInstance> of(String account) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM instance WHERE account = :a ORDER BY name")
                                .bind("a", account)
                                .map((row, c) -> instance(row))
                                .list());
    }

    public Optional<RegisteredInstance> find(String id) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM instance WHERE id = :id")
                                .bind("id", id)
                                .map((row, c) -> instance(row))
                                .findOne());
    }

    /// Removes it, and the tasks that were released while using it.
    public void remove(String id) {
        store.jdbi()
                .useTransaction(h -> {
                    h.execute(
                            "DELETE FROM task WHERE state = 'RELEASED'"
                                    + " AND (source_instance = ? OR target_instance = ?)",
                            id,
                            id);
                    h.execute("DELETE FROM instance WHERE id = ?", id);
                });
    }

    private static RegisteredInstance instance(ResultSet row) throws SQLException {
        return new RegisteredInstance(
                row.getString("id"),
                row.getString("account"),
                row.getString("name"),
                Endpoint.Topology.valueOf(row.getString("topology")),
                Columns.list(row.getString("addresses")),
                row.getString("primary_name"),
                row.getString("login"),
                row.getString("sealed_password"),
                row.getInt("tls") == 1,
                row.getInt("verify_host") == 1,
                row.getString("ca_pem"),
                row.getString("probe"),
                Columns.time(row, "created"));
    }
}
