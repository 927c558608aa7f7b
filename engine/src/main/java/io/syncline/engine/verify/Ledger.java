package io.syncline.engine.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Settles pages in the order of their scans, whatever order workers finish their batches in: so a
/// cursor says that everything before it was counted and told exactly once.
final class Ledger {
    /// A scan may show a key twice while a table grows; of so many differences it is noticed.
    private static final int REMEMBERED_KEYS = 1 << 20;

    private final VerifyListener listener;
    private final List<Walk> walks = new ArrayList<>();
    private final Set<Named> told = new HashSet<>();
    private final Map<Difference.Kind, Long> byKind = new EnumMap<>(Difference.Kind.class);
    private long keys;
    private long targetKeys;
    private long repaired;
    private int open;

    Ledger(VerifyListener listener) {
        this.listener = listener;
    }

    private record Named(int database, Key key, Difference.Kind kind) {}

    /// Goes on from where an earlier run was.
    synchronized void restore(ResumeFile.Saved saved) {
        keys = saved.keys();
        targetKeys = saved.targetKeys();
        repaired = saved.repaired();
        byKind.putAll(saved.byKind());
    }

    synchronized void begin(Walk walk) {
        walks.add(walk);
    }

    synchronized void begin(Batch batch) {
        batch.walk().open().add(batch);
        open++;
    }

    /// Batches whose verdict is out, or waits for an earlier one's.
    synchronized int open() {
        return open;
    }

    synchronized void finish(Batch batch) {
        batch.finish();
        Walk walk = batch.walk();
        int whole = 0;
        int seen = 0;
        for (Batch each : walk.open()) {
            if (!each.isDone()) {
                break;
            }
            seen++;
            whole = each.cursor() == null ? whole : seen;
        }
        for (int i = 0; i < whole; i++) {
            settle(walk, walk.open().remove());
        }
    }

    private void settle(Walk walk, Batch batch) {
        open--;
        if (walk.isForward()) {
            keys += batch.keys().size();
        } else {
            targetKeys += batch.keys().size();
        }
        batch.found().forEach(this::tell);
        String cursor = batch.cursor();
        if (cursor != null) {
            walk.settle(cursor);
        }
    }

    private void tell(Difference difference) {
        Named named = new Named(difference.database(), difference.key(), difference.kind());
        if (told.size() < REMEMBERED_KEYS ? !told.add(named) : told.contains(named)) {
            return;
        }
        byKind.merge(difference.kind(), 1L, Long::sum);
        repaired += difference.repair().isDone() ? 1 : 0;
        listener.differs(difference);
    }

    synchronized void retrying(String place, int count, Duration elapsed, String reason) {
        listener.retrying(place, count, elapsed, reason);
    }

    synchronized void recovered(String place, Duration away) {
        listener.recovered(place, away);
    }

    synchronized void warn(String place, String text, String remedy) {
        listener.warned(place, text, remedy);
    }

    /// What a later run needs to go on from here.
    synchronized ResumeFile.Saved save() {
        Map<String, String> cursors = new TreeMap<>();
        for (Walk walk : walks) {
            cursors.put(walk.name(), walk.settled());
        }
        try {
            return new ResumeFile.Saved(
                    cursors, keys, targetKeys, repaired, byKind, listener.written());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized VerifyProgress progress(
            VerifyProgress.Phase phase, Walks.Totals totals, long bytes, long checking) {
        return new VerifyProgress(
                phase,
                keys,
                totals.source(),
                targetKeys,
                totals.target(),
                bytes,
                checking,
                byKind,
                repaired);
    }
}
