package io.syncline.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.model.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/// The open database, and the tables in it.
public final class Store implements AutoCloseable {
    /// SQLite has one writer; more connections only help readers.
    private static final int CONNECTIONS = 8;

    /// A statement waits so long for another one's write; statements take milliseconds.
    private static final int BUSY_MILLIS = 10_000;

    private static final long CONNECT_MILLIS = 5_000;

    /// After a connection could not be had, nobody waits for one for so long: data that flow must
    /// not stand still at each line of a log that cannot be written.
    private static final long AWAY_NANOS = 10_000_000_000L;

    private static final String FILE = "syncline.db";

    /// Classes of SQL states: no connection, no resources, ends or begins.
    private static final List<String> AWAY = List.of("08", "53", "57P");

    private static final String AWAY_FILE =
            "(?s)\\[SQLITE_(IOERR|FULL|CANTOPEN|READONLY|BUSY|CORRUPT|NOTADB).*";

    private static final System.Logger LOG = System.getLogger(Store.class.getName());

    private final HikariDataSource source;
    private final Jdbi jdbi;

    /// The embedded database; null for one that somebody else runs.
    private final @Nullable Path file;

    /// Null where the data folder's lock says enough.
    private final @Nullable SoleUse sole;

    private final AtomicReference<@Nullable Long> awaySince = new AtomicReference<>();

    /// Time-ordered and unique within a process: milliseconds, then a counter.
    private final AtomicLong lastId = new AtomicLong();

    private Store(HikariDataSource source, @Nullable Path file, @Nullable SoleUse sole) {
        this.sole = sole;
        this.file = file;
        this.source = source;
        this.jdbi = Jdbi.create(this::connection);
    }

    private Connection connection() throws SQLException {
        Long since = awaySince.get();
        if (since != null && System.nanoTime() - since < AWAY_NANOS) {
            throw new SQLTransientConnectionException("the database was away a moment ago");
        }
        if (sole != null && !sole.isHeld()) {
            awaySince.set(System.nanoTime());
            throw new SQLTransientConnectionException("the database's lock is not ours");
        }
        try {
            Connection connection = source.getConnection();
            awaySince.set(null);
            return connection;
        } catch (SQLTransientConnectionException e) {
            awaySince.set(System.nanoTime());
            throw e;
        }
    }

    /// Opens a database and brings its tables up to date.
    ///
    /// @param url `jdbc:sqlite:...` or `jdbc:postgresql:...`; empty: a file in `folder`
    public static Store open(String url, Path folder) {
        boolean embedded = url.isEmpty() || url.startsWith("jdbc:sqlite:");
        if (!embedded && !url.startsWith("jdbc:postgresql:")) {
            throw bad("the URL is neither jdbc:sqlite: nor jdbc:postgresql:", null);
        }
        HikariConfig config = new HikariConfig();
        config.setPoolName("store");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(CONNECT_MILLIS);
        if (embedded) {
            config.setJdbcUrl(url.isEmpty() ? "jdbc:sqlite:" + folder.resolve(FILE) : url);
            config.addDataSourceProperty("journal_mode", "WAL");
            config.addDataSourceProperty("synchronous", "NORMAL");
            config.addDataSourceProperty("foreign_keys", "true");
            config.addDataSourceProperty("busy_timeout", Integer.toString(BUSY_MILLIS));
            // A transaction that reads first and writes then could not wait for another writer.
            config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
        } else {
            config.setJdbcUrl(url);
        }
        // Gone when the tables are as they shall be: a connection of SQLite that has read them
        // before counts their columns wrongly, once.
        HikariDataSource migrating = open(config);
        SoleUse sole = embedded ? null : sole(migrating, url);
        try (migrating) {
            Flyway.configure(Store.class.getClassLoader())
                    .dataSource(migrating)
                    .locations("classpath:io/syncline/server/store")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            if (sole != null) {
                sole.close();
            }
            throw bad("its tables cannot be brought up to date: " + firstLine(e), e);
        }
        return new Store(open(config), url.isEmpty() ? folder.resolve(FILE) : null, sole);
    }

    /// Fails when another service uses the database.
    private static SoleUse sole(HikariDataSource source, String url) {
        SoleUse sole;
        try {
            sole = SoleUse.take(url);
        } catch (SQLException e) {
            source.close();
            throw bad("it cannot be locked: " + firstLine(e), e);
        }
        if (sole == null) {
            source.close();
            throw bad("another service uses it", null);
        }
        return sole;
    }

    private static HikariDataSource open(HikariConfig config) {
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw bad("it cannot be opened: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static SynclineException bad(String reason, @Nullable Exception cause) {
        return new SynclineException(
                new Failure(
                        ErrorCode.BAD_OPTION,
                        "--store",
                        reason,
                        "Write jdbc:postgresql://host/database?user=U&password=P, or leave the option"
                                + " out for a file in --data"),
                cause);
    }

    /// `SQLite 3.54.1`, for the system page.
    public String product() {
        try (var connection = source.getConnection()) {
            var data = connection.getMetaData();
            return data.getDatabaseProductName() + " " + data.getDatabaseProductVersion();
        } catch (SQLException e) {
            throw new Problem(
                    Problem.Code.UNAVAILABLE,
                    "store",
                    "the database does not answer: " + firstLine(e),
                    "Check that it runs, and try again");
        }
    }

    /// Whether it answers, and has our tables: a file that was removed while it is open still
    /// answers, but forgets all at the next start.
    public boolean isReady() {
        if (file != null && !Files.exists(file)) {
            return false;
        }
        try {
            return jdbi.withHandle(handle ->
                    handle.createQuery("SELECT COUNT(*) FROM account").mapTo(int.class).one())
                    > 0;
        } catch (JdbiException e) {
            LOG.log(System.Logger.Level.WARNING, "the database does not answer", e);
            return false;
        }
    }

    /// Looks after the lock. To be called about once a second.
    ///
    /// @return whether another service uses the database: then this one must end
    public boolean isTaken() {
        return sole != null && !sole.isHeld() && sole.isTaken();
    }

    /// Whether a statement failed because the database is away, and not because of what it says.
    public static boolean isAway(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof SQLException e) {
                String state = e.getSQLState() == null ? "" : e.getSQLState();
                return e instanceof SQLTransientException
                        || AWAY.stream().anyMatch(state::startsWith)
                        || String.valueOf(e.getMessage()).matches(AWAY_FILE);
            }
        }
        return false;
    }

    /// An id larger than every one before.
    long nextId(Instant now) {
        long floor = now.toEpochMilli() << 12;
        return lastId.updateAndGet(last -> Math.max(last + 1, floor));
    }

    Jdbi jdbi() {
        return jdbi;
    }

    public AccountTable accounts() {
        return new AccountTable(this);
    }

    public LoginTable logins() {
        return new LoginTable(this);
    }

    public InstanceTable instances() {
        return new InstanceTable(this);
    }

    public GrantTable grants() {
        return new GrantTable(this);
    }

    public TaskTable tasks() {
        return new TaskTable(this);
    }

    public TaskLog taskLog() {
        return new TaskLog(this);
    }

    public SampleTable samples() {
        return new SampleTable(this);
    }

    public VerificationTable verifications() {
        return new VerificationTable(this);
    }

    public AlertTable alerts() {
        return new AlertTable(this);
    }

    public AuditTable audit() {
        return new AuditTable(this);
    }

    @Override
    public void close() {
        if (sole != null) {
            sole.close();
        }
        source.close();
    }
}
