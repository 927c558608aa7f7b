package io.syncline.engine.scan;

import io.syncline.engine.source.FeedMaker;
import io.syncline.engine.source.FeedWriter;
import io.syncline.engine.source.Position;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Makes the stream of a source that gives none: an RDB of what SCAN and DUMP tell, then each
/// change as the key's new state.
///
/// Weaker than a replica's stream, by nature: a state is read some time after the change, states in
/// between are never seen, keys are not copied in the order of their changes, transactions and
/// scripts are not kept together. What holds: when the source rests, the target becomes equal.
/// There is no position: each start copies everything.
public final class ScanMaker implements FeedMaker {
    private static final String WEAKER =
            "the source is read by scanning (--source-mode scan): states are copied, not commands; not"
                    + " promised are the order across keys, transactions as a whole, and every value"
                    + " in between; ";

    private final ScanSettings settings;
    private volatile SourceLink link;
    private final Goal goal = new Goal();

    public ScanMaker(ScanSettings settings) {
        this.settings = settings;
        this.link = new SourceLink(settings);
    }

    @Override
    public Start begin(@Nullable Position from) {
        link = new SourceLink(settings);
        goal.known(-1);
        byte[] id = new byte[Position.ID_LENGTH / 2];
        new SecureRandom().nextBytes(id);
        return new Start(HexFormat.of().formatHex(id), true, 0, -1);
    }

    @Override
    public void make(FeedWriter out) throws IOException {
        SourceLink source = link;
        Notifications notifications = new Notifications(settings, source);
        try (KeyLedger ledger = new KeyLedger(settings.names())) {
            notifications.listen();
            say(source, notifications.isComplete());
            Scan scan = new Scan(settings, source, ledger);
            scan.snapshot(out);
            out.snapshotEnded();
            new Following(settings, source, scan, notifications, out, goal).run();
        } catch (InterruptedIOException e) {
            // As asked: the feed just rests, and is closed next.
            System.getLogger(ScanMaker.class.getName())
                    .log(System.Logger.Level.DEBUG, "the scan ends", e);
        } finally {
            notifications.end();
            source.close();
        }
    }

    private void say(SourceLink source, boolean complete) {
        settings.warnings()
                .warn(
                        source.place(),
                        WEAKER
                                + (complete
                                        ? "changes are told by keyspace notifications"
                                        : "there are no complete keyspace notifications, so changes"
                                                + " are found by a full scan every "
                                                + settings.interval().toSeconds()
                                                + " s"),
                        "Use --source-mode psync where the source allows replication"
                                + (complete
                                        ? ""
                                        : "; or switch notifications on, with"
                                                + " --scan-set-notifications or at the source"));
    }

    @Override
    public void interrupt() {
        link.close();
    }

    @Override
    public String place() {
        return link.place() + " (scan)";
    }

    @Override
    public String gapRemedy() {
        return "A source that is scanned has no position: each start copies everything";
    }

    @Override
    public long knownOffset() {
        return goal.known();
    }

    @Override
    public void askForGoal() {
        goal.ask();
    }

    @Override
    public long goal() {
        return goal.reached();
    }
}
