package io.syncline.server.store;

import io.syncline.server.model.Account;
import io.syncline.server.model.Role;
import io.syncline.server.model.User;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Accounts and their users.
public final class AccountTable {
    private final Store store;

    AccountTable(Store store) {
        this.store = store;
    }

    public void add(Account account) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate("INSERT INTO account VALUES (:id, :name, :root, :created)")
                                .bind("id", account.id())
                                .bind("name", account.name())
                                .bind("root", account.root() ? 1 : 0)
                                .bind("created", account.created().toEpochMilli())
                                .execute());
    }

    public List<Account> all() {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM account ORDER BY name")
                                .map((row, c) -> account(row))
                                .list());
    }

    public Optional<Account> find(String id) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM account WHERE id = :id")
                                .bind("id", id)
                                .map((row, c) -> account(row))
                                .findOne());
    }

    public void addUser(User user) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        "INSERT INTO member VALUES"
                                                + " (:id, :account, :name, :role, :hash, :created)")
                                .bind("id", user.id())
                                .bind("account", user.account())
                                .bind("name", user.name())
                                .bind("role", user.role().code())
                                .bind("hash", user.passwordHash())
                                .bind("created", user.created().toEpochMilli())
                                .execute());
    }

    public List<User> users(String account) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM member WHERE account = :a ORDER BY name")
                                .bind("a", account)
                                .map((row, c) -> user(row))
                                .list());
    }

    public boolean hasUsers() {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT COUNT(*) FROM member").mapTo(long.class).one() > 0);
    }

    public Optional<User> user(String id) {
        return user("id", id);
    }

    public Optional<User> userByName(String name) {
        return user("name", name);
    }

    private Optional<User> user(String column, String value) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM member WHERE " + column + " = :value")
                                .bind("value", value)
                                .map((row, c) -> user(row))
                                .findOne());
    }

    public void change(String user, Role role, String hash) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        "UPDATE member SET role = :role, password_hash = :hash"
                                                + " WHERE id = :id")
                                .bind("role", role.code())
                                .bind("hash", hash)
                                .bind("id", user)
                                .execute());
    }

    /// Removes a user with sessions and tokens.
    public void removeUser(String user) {
        store.jdbi()
                .useTransaction(h -> {
                    h.execute("DELETE FROM session WHERE member = ?", user);
                    h.execute("DELETE FROM token WHERE member = ?", user);
                    h.execute("DELETE FROM member WHERE id = ?", user);
                });
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getString("id"),
                row.getString("name"),
                row.getInt("root") == 1,
                Columns.time(row, "created"));
    }

    private static User user(ResultSet row) throws SQLException {
        return new User(
                row.getString("id"),
                row.getString("account"),
                row.getString("name"),
                Role.ofCode(row.getString("role")),
                row.getString("password_hash"),
                Columns.time(row, "created"));
    }
}
