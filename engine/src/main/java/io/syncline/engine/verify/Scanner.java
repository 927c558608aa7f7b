package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Slots;
import io.syncline.engine.etl.KeyPattern;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.net.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One thread that scans the databases of one node, one after the other, and hands out their keys
/// in batches.
final class Scanner {
    /// A scan of so many keeps a server busy for well under a millisecond.
    private static final int SCAN_COUNT = 1_000;

    /// What one pipeline reads; its answers wait in the server.
    private static final int BATCH_KEYS = 256;

    /// A limit on keys is kept within a quarter of a second.
    private static final int BATCHES_PER_SECOND = 4;

    private static final int PAUSE_MILLIS = 5;
    private static final int PARTS_PER_PERCENT = 10_000;

    private final Worker.Run run;
    private final Side side;
    private final List<Walk> walks;
    private final VerifyOptions.Scope scope;
    private final CommandFilter filter =
            new CommandFilter(FilterRules.standard(), CommandTable.standard());
    private final Names names;
    private final int batchKeys;

    /// One alone is looked for by the server, where keys have the names that it fits.
    private final List<KeyPattern> patterns;

    /// @param walks of one node
    Scanner(Worker.Run run, Side side, List<Walk> walks) {
        this.run = run;
        this.side = side;
        this.walks = walks;
        this.scope = run.options().scope();
        this.names = new Names(run.options());
        this.patterns = scope.patterns().stream().map(KeyPattern::new).toList();
        long rate = run.options().limits().keysPerSecond();
        this.batchKeys =
                rate == 0 ? BATCH_KEYS : Math.clamp(rate / BATCHES_PER_SECOND, 1, BATCH_KEYS);
    }

    /// The top of a thread: whatever goes wrong ends the run.
    void scan() {
        try {
            for (Walk walk : walks) {
                if (!walk.settled().equals(Walk.END)) {
                    scan(walk);
                }
            }
        } catch (CancelledException e) {
            // The ledger knows how far the batches came.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SynclineException e) {
            run.fail(e.failure());
        } catch (RuntimeException | Error e) {
            run.fail(Worker.unexpected(e));
        }
    }

    private void scan(Walk walk) throws InterruptedException {
        String cursor = walk.settled();
        Backoff backoff = new Backoff(run.options().retry(), System.nanoTime());
        IOException fault = null;
        while (!cursor.equals(Walk.END)) {
            String process = walk.process();
            try (NodeLink link = new NodeLink(connect(walk), new Digest(0, 0))) {
                cursor = process.equals(walk.process()) ? cursor : Walk.BEGIN;
                link.answers().hold(Integer.MAX_VALUE);
                link.select(walk.isForward() ? walk.place().source() : walk.place().target());
                while (!cursor.equals(Walk.END)) {
                    cursor = page(link, walk, cursor);
                    if (fault != null) {
                        run.recovered(fault, backoff);
                        fault = null;
                    }
                    backoff = new Backoff(run.options().retry(), System.nanoTime());
                }
            } catch (IOException e) {
                fault = e;
                Worker.pause(backoff, run, e);
                follow(walk);
            }
        }
    }

    /// Connects to the walk's node; if another process is there now, the walk begins anew, since
    /// the cursors of one mean nothing to another.
    private Connection connect(Walk walk) throws IOException {
        Connection connection = side.connect(walk.node());
        try {
            String process = ServerInfo.read(connection).runId();
            if (!process.equals(walk.process())) {
                while (!run.ledger().restart(walk, process)) {
                    run.pace().pause(PAUSE_MILLIS);
                }
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /// A failover may have brought what the walk is of to another node.
    private void follow(Walk walk) {
        try {
            walk.move(side.where(walk));
        } catch (IOException e) {
            // The next try will say so, if that does not pass.
            System.getLogger(Scanner.class.getName())
                    .log(System.Logger.Level.DEBUG, "finding " + walk.name(), e);
        }
    }

    /// @return the cursor behind the page
    private String page(NodeLink link, Walk walk, String cursor)
            throws IOException, InterruptedException {
        Answer[] page = Answer.items(link.call(command(walk, cursor)));
        if (page.length != 2) {
            throw new NodeException(link.address(), "SCAN is answered in no known form");
        }
        String text = Answer.text(page[0]);
        String next = text.equals("0") ? Walk.END : text;
        List<byte[]> keys = new ArrayList<>();
        for (Answer item : Answer.items(page[1])) {
            if (!(item instanceof Answer.Bytes key)) {
                continue;
            }
            if (concerns(walk, key.head())) {
                keys.add(key.head());
            } else if (walk.isForward()) {
                // Counts mean nothing where a key is left out: another one may be shown twice.
                run.desk().doubt();
            }
        }
        // Between pages only: nothing of a page is settled before all of it was handed out.
        while (run.desk().checking() > Desk.CHECKING_LIMIT
                || run.ledger().open() > Desk.OPEN_LIMIT) {
            run.pace().pause(PAUSE_MILLIS);
        }
        for (int from = 0; from == 0 || from < keys.size(); from += batchKeys) {
            int to = Math.min(keys.size(), from + batchKeys);
            hand(new KeyBatch(walk, keys.subList(from, to), to == keys.size() ? next : null));
        }
        walk.passed(next.equals(Walk.END) ? walk.announced() : SCAN_COUNT);
        return next;
    }

    private byte[][] command(Walk walk, String cursor) {
        byte[] count = bytes(Integer.toString(SCAN_COUNT));
        return !isMatchedThere(walk)
                ? new byte[][] {bytes("SCAN"), bytes(cursor), bytes("COUNT"), count}
                : new byte[][] {
                    bytes("SCAN"),
                    bytes(cursor),
                    bytes("MATCH"),
                    bytes(scope.patterns().getFirst()),
                    bytes("COUNT"),
                    count
                };
    }

    /// Whether the server picks the keys that fit: a pattern is of names at the source.
    private boolean isMatchedThere(Walk walk) {
        return patterns.size() == 1 && (walk.isForward() || names.areSame());
    }

    private boolean concerns(Walk walk, byte[] key) {
        return (!walk.isPartial() || walk.slots().get(Slots.of(key)))
                && !filter.isExcluded(key, 0, key.length)
                && (patterns.isEmpty() || isMatchedThere(walk) || fits(walk, key))
                && (scope.percent() == 100 || isSampled(key, scope.percent()))
                && (!walk.isForward() || names.isCarried(walk.place().source(), key));
    }

    private boolean fits(Walk walk, byte[] key) {
        List<byte[]> origins =
                walk.isForward() ? List.of(key) : names.origins(walk.place().target(), key);
        return origins == null
                || origins.stream()
                        .map(names::shown)
                        .anyMatch(name -> patterns.stream().anyMatch(each -> each.fits(name)));
    }

    /// The same keys in each run and at both sides: by a hash of the name (FNV-1a, then mixed,
    /// since its upper bits hardly move for short names).
    static boolean isSampled(byte[] key, double percent) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : key) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
        return Long.remainderUnsigned(hash ^ (hash >>> 29), 100L * PARTS_PER_PERCENT)
                < percent * PARTS_PER_PERCENT;
    }

    private void hand(KeyBatch batch) throws InterruptedException {
        run.ledger().begin(batch);
        while (!run.desk().offer(batch)) {
            run.pace().check();
        }
    }
}
