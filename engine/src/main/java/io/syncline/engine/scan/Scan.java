package io.syncline.engine.scan;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.resp.ScanPage;
import io.syncline.engine.source.FeedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Walks over all keys of a source: once for an RDB, then as often as wanted to find what differs
/// from what the target was told.
final class Scan {
    private static final int MILLIS_PER_SECOND = 1000;
    private static final long PRIME = 0x9e3779b97f4a7c15L;

    private final ScanSettings settings;
    private final SourceLink source;
    private final KeyLedger ledger;

    /// Whether the node read last tells expiries as points in time.
    private boolean exact;

    private boolean leftOut;

    Scan(ScanSettings settings, SourceLink source, KeyLedger ledger) {
        this.settings = settings;
        this.source = source;
        this.ledger = ledger;
    }

    /// What is done between two pages of a long walk.
    @FunctionalInterface
    interface Between {
        void pages() throws IOException;
    }

    @FunctionalInterface
    private interface Page {
        void keys(List<ScannedKey> keys) throws IOException;
    }

    /// Writes an RDB of everything.
    void snapshot(FeedWriter out) throws IOException {
        ServerInfo info = source.ask(KeyReader::ask);
        TargetFormat format = TargetFormat.of(info.isValkey(), info.major(), info.minor());
        RdbWriter rdb = new RdbWriter(out, format.version());
        for (byte[] code : source.ask(KeyReader::functions)) {
            rdb.function(code);
        }
        KeyReader.Sink sink =
                new KeyReader.Sink() {
                    @Override
                    public void value(ScannedKey key, long expireAt, byte[] payload)
                            throws IOException {
                        if (!RdbWriter.takes(payload)) {
                            // The first comparison finds it missing, and writes it as a command.
                            leftOut = true;
                        } else if (ledger.note(key, print(expireAt, payload))) {
                            rdb.key(key.name(), expireAt, payload);
                        }
                    }

                    @Override
                    public void gone(ScannedKey key) {
                        // It went between SCAN and DUMP, and was never told of.
                    }
                };
        for (Map.Entry<Integer, Long> database : databases().entrySet()) {
            rdb.database(database.getKey(), database.getValue());
            walk(database.getKey(), keys -> values(keys, sink));
        }
        rdb.end();
    }

    /// Whether the snapshot lacks keys that cannot stand in an RDB.
    boolean leftOut() {
        return leftOut;
    }

    /// Writes what has changed since the target was last told, and deletes what has gone.
    void compare(StateWriter out, Between between) throws IOException {
        ledger.beginScan();
        for (int database : databases().keySet()) {
            walk(
                    database,
                    keys -> {
                        changed(keys, out);
                        between.pages();
                    });
        }
        ledger.missing(keys -> {
            for (ScannedKey key : source.ask(reader -> reader.absent(keys))) {
                if (ledger.remove(key)) {
                    out.gone(key);
                }
            }
        });
        ledger.tidy();
    }

    /// Reads keys that were told of: what is gone is deleted at the target, known or not.
    void told(List<ScannedKey> keys, StateWriter out) throws IOException {
        write(keys, true, out);
    }

    /// Writes those keys of a page that differ from what the target was told.
    private void changed(List<ScannedKey> keys, StateWriter out) throws IOException {
        write(keys, false, out);
    }

    private void write(List<ScannedKey> keys, boolean told, StateWriter out) throws IOException {
        values(
                keys,
                new KeyReader.Sink() {
                    @Override
                    public void value(ScannedKey key, long expireAt, byte[] payload)
                            throws IOException {
                        if (ledger.note(key, print(expireAt, payload))) {
                            out.value(key, expireAt, payload);
                        }
                    }

                    @Override
                    public void gone(ScannedKey key) throws IOException {
                        if (ledger.remove(key) || told) {
                            out.gone(key);
                        }
                    }
                });
    }

    /// How many keys the source says it has, less those that the target was told of.
    long surplus() throws IOException {
        long keys = databases().values().stream().mapToLong(Long::longValue).sum();
        return keys - ledger.size();
    }

    private Map<Integer, Long> databases() throws IOException {
        Map<Integer, Long> all = source.ask(KeyReader::ask).keysByDatabase();
        all.keySet().removeIf(database -> !settings.databases().test(database));
        return all;
    }

    private void walk(int database, Page page) throws IOException {
        String cursor = ScanPage.FIRST;
        do {
            String from = cursor;
            ScanPage found = source.ask(reader -> reader.scan(database, from));
            List<ScannedKey> keys = new ArrayList<>();
            for (byte[] name : found.keys()) {
                keys.add(new ScannedKey(database, name));
            }
            if (!keys.isEmpty()) {
                page.keys(keys);
            }
            cursor = found.cursor();
        } while (!cursor.equals(ScanPage.FIRST));
    }

    private void values(List<ScannedKey> keys, KeyReader.Sink sink) throws IOException {
        source.ask(reader -> {
            exact = reader.tellsExpiriesExactly();
            reader.values(keys, sink);
            return true;
        });
    }

    /// The payload's own checksum and the expiry; where that is computed from a rest of time, to
    /// the second.
    private long print(long expireAt, byte[] payload) {
        long checksum = 0;
        for (int i = payload.length - Long.BYTES; i < payload.length; i++) {
            checksum = (checksum << 8) | (payload[i] & 0xff);
        }
        long expiry =
                exact
                        ? expireAt
                        : Math.floorDiv(expireAt + MILLIS_PER_SECOND / 2, MILLIS_PER_SECOND);
        return (checksum ^ (expiry * PRIME)) * PRIME;
    }
}
