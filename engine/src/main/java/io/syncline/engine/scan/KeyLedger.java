package io.syncline.engine.scan;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the target was told: which keys, with which values. In memory by hashes, the names on disk.
final class KeyLedger implements Closeable {
    /// Stale names are kept until they are the larger part, but few do not matter.
    private static final int STALE_ALLOWED = 10_000;

    /// Missing keys looked for at once.
    private static final int MOST_AT_ONCE = 1_000;

    private final Path path;
    private final KeyTable table = new KeyTable();
    private NameFile names;

    KeyLedger(Path path) {
        this.path = path;
        try {
            names = new NameFile(path);
        } catch (IOException e) {
            throw full(e);
        }
    }

    private SynclineException full(IOException e) {
        return new SynclineException(
                ErrorCode.SPOOL_FULL,
                path.toString(),
                "the names of keys cannot be kept on disk: " + e.getMessage(),
                "Make room there, or name another directory with --spool-dir");
    }

    void beginScan() {
        table.beginScan();
    }

    /// A key is there, with this value.
    ///
    /// @return whether the target must be told
    boolean note(ScannedKey key, long print) {
        KeyTable.Noted noted = table.note(key, print);
        if (noted == KeyTable.Noted.NEW) {
            try {
                names.add(key);
            } catch (IOException e) {
                throw full(e);
            }
        }
        return noted != KeyTable.Noted.SAME;
    }

    /// A key is not there.
    ///
    /// @return whether the target must be told
    boolean remove(ScannedKey key) {
        return table.remove(key);
    }

    int size() {
        return table.size();
    }

    /// What to do with keys that the scan did not meet.
    @FunctionalInterface
    interface Missing {
        void keys(List<ScannedKey> keys) throws IOException;
    }

    /// Shows the keys that were there before this scan and that it did not meet.
    void missing(Missing missing) throws IOException {
        if (table.missing() == 0) {
            return;
        }
        List<ScannedKey> found = new ArrayList<>();
        names.each(key -> {
            if (table.isMissing(key)) {
                found.add(key);
                if (found.size() == MOST_AT_ONCE) {
                    missing.keys(found);
                    found.clear();
                }
            }
        });
        missing.keys(found);
    }

    /// Lets go of what is not needed any more, between two scans.
    void tidy() {
        table.forgetGone();
        if (names.count() <= 2L * table.size() + STALE_ALLOWED) {
            return;
        }
        try {
            KeyTable once = new KeyTable();
            NameFile fresh = new NameFile(path);
            names.each(key -> {
                if (table.isKept(key) && once.note(key, 0) == KeyTable.Noted.NEW) {
                    fresh.add(key);
                }
            });
            names.close();
            names = fresh;
        } catch (IOException e) {
            throw full(e);
        }
    }

    @Override
    public void close() {
        try {
            names.close();
        } catch (IOException e) {
            System.getLogger(KeyLedger.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing " + path, e);
        }
    }
}
