package io.syncline.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.model.Problem;
import io.syncline.server.security.OwnerOnly;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
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
    private static final String OPTION = "--store";

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
            throw bad(OPTION, "the URL is neither jdbc:sqlite: nor jdbc:postgresql:", null);
        }
        String place = url.isEmpty() ? folder.resolve(FILE).toString() : OPTION;
        if (url.isEmpty()) {
            makeFile(folder.resolve(FILE));
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
        HikariDataSource migrating = open(config, place);
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
            throw bad(place, "its tables cannot be brought up to date: " + why(e), e);
        }
        return new Store(open(config, place), url.isEmpty() ? folder.resolve(FILE) : null, sole);
    }

    /// Fails when another service uses the database.
    private static SoleUse sole(HikariDataSource source, String url) {
        SoleUse sole;
        try {
            sole = SoleUse.take(url);
        } catch (SQLException e) {
            source.close();
            throw bad(OPTION, "it cannot be locked: " + firstLine(e), e);
        }
        if (sole == null) {
            source.close();
            throw bad(OPTION, "another service uses it", null);
        }
        return sole;
    }

    /// SQLite takes an empty file for an empty database, and gives its other files the same rights.
    private static void makeFile(Path file) {
        try {
            Files.createFile(file, OwnerOnly.file());
        } catch (FileAlreadyExistsException e) {
            // Somebody's database: its rights are theirs.
            return;
        } catch (IOException e) {
            throw bad(file.toString(), "it cannot be made: " + e.getMessage(), e);
        }
    }

    private static HikariDataSource open(HikariConfig config, String place) {
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            throw bad(place, "it cannot be opened: " + why(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /// What the database itself says: what is around it speaks of scripts and pools.
    private static String why(Exception e) {
        Exception innermost = e;
        for (Throwable at = e; at != null; at = at.getCause()) {
            innermost = at instanceof SQLException said ? said : innermost;
        }
        return firstLine(innermost);
    }

    /// @param place the file, or the option of a database that somebody else runs
    private static SynclineException bad(String place, String reason, @Nullable Exception cause) {
        String remedy =
                place.equals(OPTION)
                        ? "Write jdbc:postgresql://host/database?user=U&password=P, or leave the option"
                                + " out for a file in --data"
                        : reason.matches("(?s).*SQLITE_(NOTADB|CORRUPT).*")
                                ? "Put its copy back, with the master.key of that time"
                                : "Check that its disk has room and that this user may write there, or"
                                        + " name another folder with --data";
        return new SynclineException(
                new Failure(ErrorCode.BAD_OPTION, place, reason, remedy), cause);
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

    /// Everything in it that is encrypted, by the id of what it belongs to.
    public Map<String, String> sealed() {
        return jdbi.withHandle(h ->
                h.createQuery(
                                "SELECT id, sealed_password AS sealed FROM instance"
                                        + " WHERE sealed_password <> ''"
                                        + " UNION ALL SELECT id, sealed_secret FROM alert_channel"
                                        + " WHERE sealed_secret <> ''")
                        .collectRows(
                                Collectors.toMap(
                                        row -> row.getColumn("id", String.class),
                                        row -> row.getColumn("sealed", String.class))));
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
