package io.syncline.server.store;

import io.syncline.server.model.ApiToken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Sessions and tokens, by the fingerprints of their secrets.
public final class LoginTable {
    private final Store store;

    LoginTable(Store store) {
        this.store = store;
    }

    public void addSession(String fingerprint, String user, Instant now, Instant expires) {
        store.jdbi()
                .useHandle(h ->
                        h.execute(
                                "INSERT INTO session VALUES (?, ?, ?, ?)",
                                fingerprint,
                                user,
                                now.toEpochMilli(),
                                expires.toEpochMilli()));
    }

    /// The user of a session that is still good.
    public Optional<String> userOfSession(String fingerprint, Instant now) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery(
                                        "SELECT member FROM session"
                                                + " WHERE fingerprint = :f AND expires > :now")
                                .bind("f", fingerprint)
                                .bind("now", now.toEpochMilli())
                                .mapTo(String.class)
                                .findOne());
    }

    public void endSession(String fingerprint) {
        store.jdbi()
                .useHandle(
                        h -> h.execute("DELETE FROM session WHERE fingerprint = ?", fingerprint));
    }

    /// Logs a user out everywhere.
    ///
    /// @return how many sessions there were
    public int endSessionsOf(String user) {
        return store.jdbi()
                .withHandle(h -> h.execute("DELETE FROM session WHERE member = ?", user));
    }

    /// Revokes all tokens of a user.
    ///
    /// @return how many there were
    public int removeTokensOf(String user) {
        return store.jdbi().withHandle(h -> h.execute("DELETE FROM token WHERE member = ?", user));
    }

    public void forgetExpired(Instant now) {
        store.jdbi()
                .useHandle(h ->
                        h.execute("DELETE FROM session WHERE expires <= ?", now.toEpochMilli()));
    }

    public void addToken(ApiToken token, String fingerprint) {
        store.jdbi()
                .useHandle(h ->
                        h.createUpdate(
                                        "INSERT INTO token VALUES (:id, :member, :name,"
                                                + " :fingerprint, :created, :expires, NULL)")
                                .bind("id", token.id())
                                .bind("member", token.user())
                                .bind("name", token.name())
                                .bind("fingerprint", fingerprint)
                                .bind("created", token.created().toEpochMilli())
                                .bind("expires", Columns.millis(token.expires()))
                                .execute());
    }

    /// The token with this fingerprint, if it is still good; remembers its use.
    public Optional<ApiToken> useToken(String fingerprint, Instant now) {
        Optional<ApiToken> found =
                store.jdbi()
                        .withHandle(h ->
                                h.createQuery(
                                                "SELECT * FROM token WHERE fingerprint = :f AND"
                                                        + " (expires IS NULL OR expires > :now)")
                                        .bind("f", fingerprint)
                                        .bind("now", now.toEpochMilli())
                                        .map((row, c) -> token(row))
                                        .findOne());
        // Once a minute is enough to know that it is used, and spares a write per request.
        found.filter(t -> t.used() == null || t.used().isBefore(now.minusSeconds(60)))
                .ifPresent(t ->
                        store.jdbi()
                                .useHandle(h ->
                                        h.execute(
                                                "UPDATE token SET used = ? WHERE id = ?",
                                                now.toEpochMilli(),
                                                t.id())));
        return found;
    }

    public List<ApiToken> tokens(String user) {
        return store.jdbi()
                .withHandle(h ->
                        h.createQuery("SELECT * FROM token WHERE member = :u ORDER BY created")
                                .bind("u", user)
                                .map((row, c) -> token(row))
                                .list());
    }

    public boolean removeToken(String id, String user) {
        return store.jdbi()
                .withHandle(h ->
                        h.execute("DELETE FROM token WHERE id = ? AND member = ?", id, user) > 0);
    }

    private static ApiToken token(ResultSet row) throws SQLException {
        return new ApiToken(
                row.getString("id"),
                row.getString("member"),
                row.getString("name"),
                Columns.time(row, "created"),
                Columns.timeOrNull(row, "expires"),
                Columns.timeOrNull(row, "used"));
    }
}
