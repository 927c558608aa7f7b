package io.syncline.server.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/// The lock that says that one service alone uses a PostgreSQL database: two would take every task
/// from each other, for ever.
///
/// A session holds it, so it ends with us, however we end; but also with the server, whose restart
/// another service may be waiting for. So it is looked after, and taken again. While it is not
/// held, nothing is read or written; when another service has it, it is never tried again.
final class SoleUse implements AutoCloseable {
    /// A machine that loses its power says no farewell: within a minute the lock is free again.
    private static final String KEEP_ALIVE =
            "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10;"
                    + " SET tcp_keepalives_count = 3";

    /// The number is `syncline` in letters of a telephone's keys.
    private static final String LOCK = "SELECT pg_try_advisory_lock(79625463)";

    /// What was seen is believed for so long.
    private static final long LOOK_NANOS = 1_000_000_000;

    private static final int ANSWER_SECONDS = 5;

    private static final System.Logger LOG = System.getLogger(SoleUse.class.getName());

    private final String url;
    private @Nullable Connection session;
    private boolean taken;
    private long lookedNanos;

    private SoleUse(String url, Connection session) {
        this.url = url;
        this.session = session;
        lookedNanos = System.nanoTime();
    }

    /// Takes the lock; null when another service has it.
    static @Nullable SoleUse take(String url) throws SQLException {
        Connection session = lock(url);
        return session == null ? null : new SoleUse(url, session);
    }

    private static @Nullable Connection lock(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute(KEEP_ALIVE);
            try (ResultSet row = statement.executeQuery(LOCK)) {
                if (row.next() && row.getBoolean(1)) {
                    return connection;
                }
            }
        } catch (SQLException e) {
            close(connection);
            throw e;
        }
        close(connection);
        return null;
    }

    /// Whether it is held, as far as was seen within the last second; takes it again where it was
    /// lost.
    synchronized boolean isHeld() {
        long now = System.nanoTime();
        if (taken || now - lookedNanos < LOOK_NANOS) {
            return session != null;
        }
        try {
            Connection present = session;
            if (present == null || !present.isValid(ANSWER_SECONDS)) {
                session = null;
                close(present);
                session = lock(url);
                taken = session == null;
                LOG.log(
                        System.Logger.Level.WARNING,
                        taken
                                ? "another service has taken the store"
                                : "the store was locked again after its session had ended");
            }
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "the store cannot be locked", e);
        }
        lookedNanos = System.nanoTime();
        return session != null;
    }

    /// Whether another service has it. Then there is no way back.
    synchronized boolean isTaken() {
        return taken;
    }

    private static void close(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing", e);
        }
    }

    @Override
    public synchronized void close() {
        Connection present = session;
        session = null;
        taken = true;
        close(present);
    }
}
