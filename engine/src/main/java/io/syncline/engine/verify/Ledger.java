package io.syncline.engine.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
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
    private long repaired;
    private int open;

    Ledger(VerifyListener listener) {
        this.listener = listener;
    }

    private record Named(int database, Key key, Difference.Kind kind) {}

    /// Goes on from where an earlier run was.
    synchronized void restore(ResumeFile.Saved saved) {
        repaired = saved.repaired();
        byKind.putAll(saved.byKind());
    }

    /// Walks count and are kept in a state file; those of some slots only are none of that.
    synchronized void begin(Walk walk) {
        walks.add(walk);
    }

    synchronized void begin(KeyBatch batch) {
        batch.walk().open().add(batch);
        open++;
    }

    /// A walk whose keys are proved to be right without a look at them.
    synchronized void settle(Walk walk, long keys) {
        walk.settle(Walk.END);
        walk.count(keys);
    }

    private long keys(boolean forward) {
        return walks.stream()
                .filter(walk -> walk.isForward() == forward)
                .mapToLong(Walk::keys)
                .sum();
    }

    /// Begins a walk anew, at another process.
    ///
    /// @return false while batches of the old one are open
    synchronized boolean restart(Walk walk, String process) {
        if (!walk.open().isEmpty()) {
            return false;
        }
        walk.restart(process);
        return true;
    }

    /// Batches whose verdict is out, or waits for an earlier one's.
    synchronized int open() {
        return open;
    }

    synchronized void finish(KeyBatch batch) {
        batch.finish();
        Walk walk = batch.walk();
        int whole = 0;
        int seen = 0;
        for (KeyBatch each : walk.open()) {
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

    private void settle(Walk walk, KeyBatch batch) {
        open--;
        walk.count(batch.keys().size());
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

    synchronized void retrying(VerifyListener.Fault fault) {
        listener.retrying(fault);
    }

    synchronized void recovered(VerifyListener.Fault last) {
        listener.recovered(last.side(), last.place(), last.elapsed());
    }

    synchronized void warn(String place, String text, String remedy) {
        listener.warned(place, text, remedy);
    }

    /// What a later run needs to go on from here.
    ///
    /// @param layout of the clusters at the start
    synchronized ResumeFile.Saved save(String layout) {
        Map<String, ResumeFile.Reached> reached = new TreeMap<>();
        for (Walk walk : walks) {
            reached.put(
                    walk.name(),
                    new ResumeFile.Reached(walk.settled(), walk.keys(), walk.passed()));
        }
        try {
            return new ResumeFile.Saved(reached, layout, repaired, byKind, listener.written());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized VerifyProgress progress(
            VerifyProgress.Phase phase, Walks.Totals totals, long bytes, long checking) {
        return new VerifyProgress(
                phase,
                keys(true),
                totals.source(),
                keys(false),
                totals.target(),
                bytes,
                checking,
                byKind,
                repaired,
                scanned());
    }

    /// How much of all scans is done, by what nodes announced; 0 while that is nothing.
    private double scanned() {
        long announced = walks.stream().mapToLong(Walk::announced).sum();
        long passed = walks.stream().mapToLong(Walk::passed).sum();
        return announced == 0 ? 0 : (double) passed / announced;
    }
}
