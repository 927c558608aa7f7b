package io.syncline.engine.twoway;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/// Writes a pair's requests as commands, for one connection: it knows which database the connection
/// is left in.
///
/// A key is copied as RESTORE in the place of what is there, without an expiry, and PEXPIREAT; one
/// that is gone as DEL. With the expiry inside RESTORE a server whose clock is a little ahead would
/// delete the key without a word in its stream. With a DEL before it, a server that refuses the
/// value would have deleted the one it had.
public final class RequestEncoder {
    /// Writes the command that brings back a key's payload, in the form that the site knows.
    @FunctionalInterface
    public interface Restorer {
        /// Appends what writes the key, whether it is there or not, without its expiry.
        ///
        /// @return how many commands were appended
        int restore(KeyRecord record, ByteBuilder out);
    }

    /// RESTORE as it is.
    public static final Restorer PLAIN =
            (record, out) -> {
                byte[] payload = record.payload();
                RespWriter.array(out, 5);
                RespWriter.bulk(out, "RESTORE");
                RespWriter.bulk(out, record.key().name());
                RespWriter.bulk(out, "0");
                RespWriter.bulk(out, payload == null ? new byte[0] : payload);
                RespWriter.bulk(out, "REPLACE");
                return 1;
            };

    private static final int FIRST_CAPACITY = 4 << 10;
    private static final int KEPT_CAPACITY = 1 << 20;
    private static final int NOTHING_SELECTED = -1;

    private final PairKeys keys;
    private final IntUnaryOperator databases;
    private final Restorer restorer;
    private final ByteBuilder out = new ByteBuilder(FIRST_CAPACITY);
    private Owners owners = new Owners();
    private byte[] epoch = {};
    private int selected = 0;

    /// @param databases from the pair's number of a database to the site's
    public RequestEncoder(PairKeys keys, IntUnaryOperator databases, Restorer restorer) {
        this.keys = keys;
        this.databases = databases;
        this.restorer = restorer;
    }

    /// What the epoch key holds at the site.
    public void epoch(byte[] value) {
        epoch = value.clone();
    }

    /// The bytes of what was written since [#begin].
    public ByteBuilder out() {
        return out;
    }

    /// For every command that was written since [#begin], the keys it concerns. A new one each
    /// time, so it may be kept.
    public Owners owners() {
        return owners;
    }

    public void begin() {
        out.clearAndTrim(KEPT_CAPACITY);
        owners = new Owners();
    }

    /// WATCH, with as many SELECTs as there are databases.
    public void watch(Request.Watch watch) {
        TreeMap<Integer, List<KeyId>> byDatabase = new TreeMap<>();
        for (KeyId key : watch.keys()) {
            byDatabase
                    .computeIfAbsent(databases.applyAsInt(key.database()), d -> new ArrayList<>())
                    .add(key);
        }
        if (watch.epoch()) {
            byDatabase.computeIfAbsent(keys.database(), d -> new ArrayList<>());
        }
        byDatabase.forEach((database, watched) -> {
            select(database);
            boolean epoch = watch.epoch() && database == keys.database();
            if (epoch && keys.isBySlot()) {
                // A command of a cluster stays in one slot.
                one("WATCH", keys.epoch());
                owners.add(PairCommand.SERVING);
                epoch = false;
                if (watched.isEmpty()) {
                    return;
                }
            }
            RespWriter.array(out, 1 + watched.size() + (epoch ? 1 : 0));
            RespWriter.bulk(out, "WATCH");
            if (epoch) {
                RespWriter.bulk(out, keys.epoch());
            }
            watched.forEach(key -> RespWriter.bulk(out, key.name()));
            owners.add(PairCommand.SERVING);
        });
    }

    /// A command of words, about no key.
    public void plain(String... words) {
        RespWriter.command(out, words);
        owners.add(PairCommand.SERVING);
    }

    /// Reads the epoch and the offset behind a WATCH.
    public void fence() {
        get(keys.epoch());
        plain("INFO", "replication");
    }

    /// A whole transaction, from MULTI to EXEC.
    public void transaction(Request.Transaction transaction) {
        transaction(transaction, keys.marker());
    }

    /// The same with the marker in a key of its slot.
    ///
    /// It comes first, so that whoever reads the echo knows from the start whose it is; behind a
    /// flush, which would take it away.
    ///
    /// @param marker the key that the marker is written to
    public void transaction(Request.Transaction transaction, byte[] marker) {
        plain("MULTI");
        FlushScope flush = transaction.flush();
        if (flush != null && flush.isEvery()) {
            plain("FLUSHALL");
        } else if (flush != null) {
            for (int database : new TreeSet<>(flush.databases())) {
                select(databases.applyAsInt(database));
                plain("FLUSHDB");
            }
        }
        set(marker, MarkerCodec.encode(transaction.marker()));
        if (transaction.setEpoch()) {
            set(keys.epoch(), epoch);
        }
        for (PairCommand command : transaction.commands()) {
            command(command);
        }
        for (KeyRecord record : transaction.transfers()) {
            transfer(record);
        }
        plain("EXEC");
        // If it is void, so are its SELECTs; what follows may be written before that is known.
        selected = NOTHING_SELECTED;
    }

    /// SET of one of the pair's own keys, in its database.
    public void set(byte[] key, byte[] value) {
        select(keys.database());
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "SET");
        RespWriter.bulk(out, key);
        RespWriter.bulk(out, value);
        owners.add(PairCommand.SERVING);
    }

    /// GET of one of the pair's own keys, in its database.
    public void get(byte[] key) {
        select(keys.database());
        one("GET", key);
        owners.add(PairCommand.SERVING);
    }

    private void command(PairCommand command) {
        if (command.database >= 0) {
            select(databases.applyAsInt(command.database));
        }
        out.put(command.wire);
        for (int i = 0; i < command.count; i++) {
            owners.add(command);
        }
    }

    private void transfer(KeyRecord record) {
        PairCommand concerned = PairCommand.about(record.key());
        select(databases.applyAsInt(record.key().database()));
        if (record.payload() == null) {
            one("DEL", record.key().name());
            owners.add(concerned);
            return;
        }
        int count = restorer.restore(record, out);
        for (int i = 0; i < count; i++) {
            owners.add(concerned);
        }
        if (record.expiresMillis() != KeyRecord.NEVER) {
            RespWriter.array(out, 3);
            RespWriter.bulk(out, "PEXPIREAT");
            RespWriter.bulk(out, record.key().name());
            RespWriter.bulk(out, record.expiresMillis());
            owners.add(concerned);
        }
    }

    /// The offset, then DUMP and PTTL of each key, then the time, at one moment.
    ///
    /// @param expiry the command that tells a key's expiry
    public void records(Collection<KeyId> asked, String expiry) {
        plain("MULTI");
        plain("INFO", "replication");
        plain("TIME");
        for (KeyId key : asked) {
            select(databases.applyAsInt(key.database()));
            one("DUMP", key.name());
            one(expiry, key.name());
            PairCommand asking = PairCommand.about(key);
            owners.add(asking);
            owners.add(asking);
        }
        plain("EXEC");
    }

    private void one(String command, byte[] key) {
        RespWriter.array(out, 2);
        RespWriter.bulk(out, command);
        RespWriter.bulk(out, key);
    }

    private void select(int database) {
        if (database != selected) {
            plain("SELECT", Integer.toString(database));
            selected = database;
        }
    }
}
