package io.syncline.engine.twoway;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandView;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Gathers the commands of one site's stream into units: follows SELECT, holds MULTI ... EXEC
/// together, and tells the pair's own transactions from users'.
///
/// A server leaves MULTI and EXEC out when only one command of a transaction had an effect, so a
/// marker that stands alone is a transaction whose data changed nothing.
public final class UnitReader {
    /// What `databases` answers for one that is not synchronized.
    public static final int EXCLUDED = -1;

    /// Beats are written every second: what stands behind one was written no later than this after
    /// it, unless the pair could not write at all. Without a beat for long, a write counts as made
    /// when the silence began: of all guesses the one that never beats a write that is dated.
    private static final long BEAT_MILLIS = 1_500;

    private final CommandTable table = CommandTable.standard();
    private final KeyFinder finder = new KeyFinder();
    private final Intake intake;
    private final PairKeys keys;
    private final IntUnaryOperator databases;
    private final FlushRule flushRule;
    private List<PairCommand> commands = new ArrayList<>();
    private @Nullable Marker marker;
    private int slot = StreamUnit.NO_SLOT;
    private boolean inTransaction;

    /// Whether the rest of this transaction is our own echo and tells only what it deletes.
    private boolean echo;

    /// Where the last flush stands in the stream. Until the other site has it, each key that we
    /// write behind it counts.
    private long flushedAt = -1;

    private boolean snapshot;

    /// Jobs that copy slots to here, and all their slots.
    private final Map<String, BitSet> jobs = new HashMap<>();

    private final BitSet copied = new BitSet();
    private @Nullable JobMark job;
    private boolean unknownJob;
    private @Nullable String foreignKey;
    private long beatMillis = -1;
    private long begun;
    private long offset;
    private int own;
    private int database;

    /// What to do with FLUSHALL, FLUSHDB, SWAPDB.
    @FunctionalInterface
    public interface FlushRule {
        /// Adds what the pair is to do; may refuse by an exception.
        ///
        /// @param database of the command, by the pair's number
        void met(CommandView view, CommandSpec spec, int database, List<FlushScope> into);
    }

    /// @param databases from the site's own number of a database to the pair's, or [#EXCLUDED]
    public UnitReader(
            Intake intake,
            PairKeys keys,
            IntUnaryOperator databases,
            FlushRule flushRule,
            long offset,
            int own) {
        this.intake = intake;
        this.keys = keys;
        this.databases = databases;
        this.flushRule = flushRule;
        this.offset = offset;
        begun = offset;
        select(own);
    }

    private void select(int own) {
        this.own = own;
        database = databases.applyAsInt(own);
    }

    /// The offset behind what was taken.
    public long offset() {
        return offset;
    }

    /// Some key of another task that was written at this site, together with data, since the last
    /// call; null when there was none. Such a task would make a ring of the pair.
    public @Nullable String takeForeignKey() {
        String found = foreignKey;
        foreignKey = null;
        return found;
    }

    /// Whether slots were moved here by a job of which the beginning was not read.
    public boolean isJobUnknown() {
        return unknownJob;
    }

    /// Takes the stream's next command.
    ///
    /// An expiry that is told relatively counts from the arrival, never from an earlier time: a key
    /// that expires too soon at the other site is deleted here as well.
    ///
    /// @param arrivedMillis when it came, by our clock
    /// @return a unit that this command completes; null within a transaction
    public @Nullable StreamUnit take(CommandView view, long arrivedMillis) {
        long writtenMillis = written(arrivedMillis);
        offset += view.length();
        if (view.argumentCount == 0) {
            return inTransaction ? null : end(writtenMillis);
        }
        CommandSpec spec = table.find(view);
        switch (spec.kind()) {
            case SELECT -> select(Integer.parseInt(view.text(1)));
            case MULTI -> inTransaction = true;
            case EXEC -> inTransaction = false;
            case FLUSHALL, FLUSHDB, SWAPDB -> flush(view, spec);
            case CONTROL -> control(view);
            case READ, PUBLISH -> {}
            case DATA,
                    SET,
                    DELETE,
                    EXPIRY,
                    RESTORE,
                    STREAM,
                    MOVE,
                    COPY,
                    EVAL,
                    FUNCTION,
                    SCRIPT,
                    UNKNOWN ->
                    data(view, spec, arrivedMillis);
        }
        return inTransaction ? null : end(writtenMillis);
    }

    private void control(CommandView view) {
        JobMark mark = JobMark.of(view);
        if (mark == null) {
            return;
        }
        if (mark.begins()) {
            jobs.put(mark.name(), mark.slots());
        } else if (jobs.remove(mark.name()) == null) {
            unknownJob |= mark.successful();
            return;
        }
        job = mark;
        copied.clear();
        jobs.values().forEach(copied::or);
    }

    /// When it was written, as well as is known: so that the later of two writes can win.
    private long written(long arrivedMillis) {
        return beatMillis < 0 ? arrivedMillis : Math.min(arrivedMillis, beatMillis + BEAT_MILLIS);
    }

    private StreamUnit end(long millis) {
        StreamUnit.Kind kind;
        if (marker != null) {
            kind = StreamUnit.Kind.PAIR;
        } else if (snapshot) {
            kind = StreamUnit.Kind.SNAPSHOT;
        } else if (commands.isEmpty()) {
            kind = StreamUnit.Kind.CONTROL;
        } else {
            kind = StreamUnit.Kind.LOCAL;
        }
        List<PairCommand> taken = commands.isEmpty() ? List.of() : commands;
        StreamUnit unit =
                new StreamUnit(
                        kind,
                        offset,
                        own,
                        millis,
                        taken,
                        marker,
                        (int) (offset - begun),
                        slot,
                        job);
        if (!commands.isEmpty()) {
            commands = new ArrayList<>();
        }
        marker = null;
        job = null;
        echo = false;
        slot = StreamUnit.NO_SLOT;
        snapshot = false;
        begun = offset;
        return unit;
    }

    /// What our own transaction wrote is known from when it was sent, save for the keys that it
    /// copies as a whole or makes anew, where the order of what happened to them counts.
    private boolean isPlainEcho(Marker of) {
        return of.transfers().isEmpty()
                && of.remade().isEmpty()
                && of.known().offset() >= flushedAt;
    }

    private void flush(CommandView view, CommandSpec spec) {
        if (spec.kind() == CommandKind.FLUSHDB && database == EXCLUDED) {
            return;
        }
        List<FlushScope> scopes = new ArrayList<>();
        flushRule.met(view, spec, database, scopes);
        for (FlushScope scope : scopes) {
            commands.add(new PairCommand(scope));
            flushedAt = offset;
        }
    }

    private void data(CommandView view, CommandSpec spec, long arrivedMillis) {
        if ((echo && spec.kind() != CommandKind.DELETE) || isOwn(view, spec)) {
            return;
        }
        if (database != EXCLUDED) {
            intake.take(view, spec, own, database, arrivedMillis, commands);
        }
    }

    /// Whether every key of a command is the pair's own, or another task's.
    private boolean isOwn(CommandView view, CommandSpec spec) {
        int count = finder.find(view, spec);
        int owned = 0;
        for (int i = 0; i < count; i++) {
            int at = finder.indexes[i];
            byte[] buffer = view.buffer;
            int from = view.offsets[at];
            int length = view.lengths[at];
            if (!keys.isOfAnyTask(buffer, from, length)) {
                continue;
            }
            owned++;
            if (!copied.isEmpty() && copied.get(Slots.of(buffer, from, length))) {
                // Another one's, of which a job makes a copy.
                continue;
            }
            if (keys.isMembership(buffer, from, length)) {
                continue;
            }
            if (!keys.isOfTask(buffer, from, length)) {
                // What another task left behind may be removed, or moved, at any time.
                foreignKey = isMoved(spec) ? foreignKey : view.text(at);
            } else if (own == keys.database() && keys.isMarker(buffer, from, length)) {
                if (spec.kind() == CommandKind.SET && view.argumentCount > 2) {
                    Marker found = MarkerCodec.decode(view.argument(2));
                    marker = found;
                    echo = isPlainEcho(found);
                    slot = keys.isBySlot() ? Slots.of(buffer, from, length) : slot;
                }
            } else if (keys.isBeat(buffer, from, length)) {
                beat(view, spec);
            } else if (!keys.isEpoch(buffer, from, length) && !keys.isFloor(buffer, from, length)) {
                snapshot |= !isMoved(spec);
            }
        }
        return count > 0 && owned == count;
    }

    /// What a move of the slot does to a key; or somebody who removes it.
    private static boolean isMoved(CommandSpec spec) {
        return spec.kind() == CommandKind.DELETE || spec.name().equals(Intake.IMPORT);
    }

    private void beat(CommandView view, CommandSpec spec) {
        if (spec.kind() == CommandKind.SET && view.argumentCount > 2) {
            try {
                beatMillis = Math.max(beatMillis, Long.parseLong(view.text(2)));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "the pair's beat is '" + view.text(2) + "', which is no time", e);
            }
        }
    }
}
