package io.syncline.engine.target;

import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.StreamTarget.RewindException;
import org.jspecify.annotations.Nullable;

/// Fills batches command by command and sends them when they are full.
///
/// Not for several threads: it belongs to the applier.
public final class Batcher {
    private final StreamTarget target;
    private final Limits limits;
    private final Throttle throttle;
    private final CommandParser parser = new CommandParser();
    private final CommandView rewritten = new CommandView();
    private @Nullable Batch batch;
    private long sentOffset;

    /// When a batch is full.
    ///
    /// @param commands most commands, after merging
    /// @param bytes most bytes, unless one command or one transaction of the source is larger
    public record Limits(int commands, int bytes) {}

    public Batcher(StreamTarget target, Limits limits, Throttle throttle) {
        this.target = target;
        this.limits = limits;
        this.throttle = throttle;
    }

    /// Starts behind a position that stands in the target.
    public void reset(long offset) {
        batch = null;
        sentOffset = offset;
    }

    /// The batch to fill.
    ///
    /// @param database of the target that the next command is for
    /// @param place where the stream stands before the command
    public Batch open(int database, Place place) throws RewindException {
        Batch open = batch;
        if (open == null) {
            open = target.begin(sentOffset);
            batch = open;
        }
        target.select(open, database, place.offset, place.database, place.clean);
        return open;
    }

    /// Where the stream stands. Mutable, since it changes with each command.
    public static final class Place {
        /// Last stream byte that was read.
        public long offset;

        /// The source's database for the next command.
        public int database;

        /// Outside any transaction of the source.
        public boolean clean = true;

        public String replicationId = Checkpoint.NO_ID;
    }

    /// Appends a command as it is, joined to its neighbour where that is the same.
    public void append(Batch to, CommandView view, CommandSpec spec, Place behind) {
        int start = to.wire.length;
        boolean joined = to.merger.append(view, spec);
        if (!joined) {
            to.beginCommandAt(start);
        }
        to.endCommand(behind.offset, behind.database, behind.clean, joined);
        to.sourceCommands++;
    }

    /// Notes commands that were written to the batch's end by someone else.
    ///
    /// @param start where the first one begins
    /// @param count how many there are
    public void note(Batch to, int start, int count, Place behind) {
        int from = start;
        for (int i = 0; i < count; i++) {
            to.beginCommandAt(from);
            to.endCommand(behind.offset, behind.database, behind.clean && i == count - 1, false);
            if (i < count - 1) {
                parser.parse(to.wire.array, from, to.wire.length, rewritten);
                from = rewritten.end;
            }
        }
        to.sourceCommands++;
    }

    /// The stream has passed the end of a transaction: behind the last command a checkpoint may
    /// stand.
    public void cleanHere(Place place) {
        Batch open = batch;
        if (open != null && open.commandCount > 0) {
            open.endCommand(place.offset, place.database, true, false);
        }
    }

    /// Sends the batch if it is full and may end here.
    public void sendIfFull(Place place) throws RewindException {
        Batch open = batch;
        if (open != null
                && place.clean
                && (open.wire.length >= limits.bytes || open.commandCount >= limits.commands)) {
            send(place);
        }
    }

    /// Sends what there is, if it may end here.
    public void flush(Place place) throws RewindException {
        if (batch != null && place.clean) {
            send(place);
        }
    }

    /// Sends a checkpoint even without data.
    public void checkpoint(Place place) throws RewindException {
        if (place.clean && (batch != null || place.offset > sentOffset || target.hasUnrecorded())) {
            open(target.checkpointDatabase(), place);
            send(place);
        }
    }

    private void send(Place place) throws RewindException {
        Batch full = batch;
        if (full == null) {
            return;
        }
        batch = null;
        throttle.await(full.sourceCommands, full.wire.length);
        sentOffset = place.offset;
        target.send(full, place.offset, place.database, place.replicationId);
    }

    public boolean isEmpty() {
        return batch == null;
    }

    /// The stream position behind everything sent.
    public long sentOffset() {
        return sentOffset;
    }
}
