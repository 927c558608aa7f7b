package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Writes to a standalone target: one lane, one chain of transactions, any database.
public final class StandaloneWriter implements TargetWriter {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final GuardedLane lane;
    private final SlotBook slots;
    private final CommandParser parser = new CommandParser();
    private final CommandView rewritten = new CommandView();
    private @Nullable Batch batch;
    private int openedAt;
    private long sentOffset;
    private boolean streaming;

    /// Connects to nothing yet.
    public StandaloneWriter(WriterSettings settings) {
        this.settings = settings;
        this.dialer = new TargetDialer(settings);
        this.lane = new GuardedLane(settings, dialer);
        this.slots =
                new StandaloneSlotBook(
                        new SlotNotes(settings, dialer, settings.instance().primaryFinder()),
                        (key, value, behind) ->
                                own(settings.database(), behind, bytes("SET"), key, value),
                        lane::flushShard);
    }

    @Override
    public @Nullable Checkpoint takeOver(long first) {
        return lane.takeOver(first);
    }

    @Override
    public void beginSnapshot() {
        lane.beginSnapshot();
        streaming = false;
        batch = null;
        sentOffset = 0;
    }

    @Override
    public void beginStreaming(Place from, boolean fresh) {
        lane.beginStreaming(from.offset, from.database, from.replicationId);
        streaming = true;
        batch = null;
        sentOffset = from.offset;
    }

    private Batch begin(int database, Place behind) throws RewindException {
        Batch open = batch;
        if (open == null) {
            open = lane.begin(sentOffset);
            batch = open;
        }
        lane.select(open, database, behind);
        return open;
    }

    @Override
    public void append(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        Batch to = begin(database, behind);
        int start = to.wire.length;
        boolean joined = to.merger.append(command, spec);
        if (!joined) {
            to.beginCommandAt(start);
        }
        to.endCommand(behind.offset, behind.database, behind.clean, joined);
        to.sourceCommands++;
        sendIfFull(to, behind);
    }

    @Override
    public ByteBuilder open(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        return open(database, behind);
    }

    @Override
    public ByteBuilder open(int database, ByteSlice key, boolean repeatable, Place behind)
            throws RewindException {
        return open(database, behind);
    }

    private ByteBuilder open(int database, Place behind) throws RewindException {
        Batch to = begin(database, behind);
        openedAt = to.wire.length;
        return to.wire;
    }

    @Override
    public void close(int commands, Place behind) throws RewindException {
        Batch to = batch;
        if (to == null || commands == 0) {
            return;
        }
        to.merger.close();
        int from = openedAt;
        for (int i = 0; i < commands; i++) {
            boolean last = i == commands - 1;
            to.beginCommandAt(from);
            to.endCommand(behind.offset, behind.database, behind.clean && last, false);
            if (!last) {
                parser.parse(to.wire.array, from, to.wire.length, rewritten);
                from = rewritten.end;
            }
        }
        rewritten.forget();
        to.sourceCommands++;
        sendIfFull(to, behind);
    }

    private void sendIfFull(Batch full, Place behind) throws RewindException {
        if (behind.clean
                && (full.wire.length >= settings.batchBytes()
                        || full.commandCount >= settings.batchCommands()
                        || settings.throttle().isTurn(full.sourceCommands, full.wire.length))) {
            send(full, behind);
        }
    }

    @Override
    public void endTransaction(Place behind) throws RewindException {
        Batch open = batch;
        if (open != null && open.commandCount > 0) {
            open.endCommand(behind.offset, behind.database, true, false);
            sendIfFull(open, behind);
        }
    }

    @Override
    public void flush(Place place) throws RewindException {
        Batch open = batch;
        if (open != null && place.clean) {
            send(open, place);
        }
    }

    @Override
    public void checkpoint(Place place) throws RewindException {
        if (place.clean && (batch != null || place.offset > sentOffset || lane.hasUnrecorded())) {
            send(begin(settings.database(), place), place);
        }
    }

    private void noteQuiet(Place place) throws RewindException {
        own(
                settings.database(),
                place,
                bytes("HSET"),
                settings.keys().manifest(),
                QuietNote.field(settings.pipeline()),
                QuietNote.text(place.quietFrom, place.offset));
    }

    private void send(Batch full, Place place) throws RewindException {
        if (streaming && place.quietFrom < place.offset) {
            noteQuiet(place);
        }
        batch = null;
        settings.throttle().await(full.sourceCommands, full.wire.length);
        sentOffset = place.offset;
        lane.send(full, place);
    }

    @Override
    public void broadcast(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException {
        append(database, command, spec, behind);
    }

    // ---- FLUSHALL, FLUSHDB, SWAPDB: in the databases of the task, and so that the task's own keys
    // are there again in the same transaction ----

    @Override
    public void flushDatabases(
            int database, CommandView command, CommandSpec spec, IntPredicate among, Place behind)
            throws RewindException {
        DatabaseMap databases = settings.databases();
        if (settings.ofShard() && spec.kind() != CommandKind.SWAPDB) {
            flushShard(
                    spec.kind() == CommandKind.FLUSHDB
                            ? each -> each == database
                            : databases::isTarget,
                    among,
                    command,
                    behind);
            return;
        }
        if (spec.kind() == CommandKind.FLUSHDB) {
            one(database, behind, "FLUSHDB");
        } else if (spec.kind() == CommandKind.SWAPDB) {
            swap(command, behind);
        } else if (databases.isIdentity()) {
            one(settings.database(), behind, "FLUSHALL");
        } else {
            for (int each : new TreeMap<>(databases.targets()).values()) {
                one(each, behind, "FLUSHDB");
            }
        }
        restoreOwnKeys(behind);
    }

    /// All before the flush is in the target first, inside a transaction of the source, too: there
    /// the rest of it is a transaction of its own. A flush that is read again finds nothing behind
    /// it in the target yet.
    private void flushShard(
            IntPredicate databases, IntPredicate among, CommandView command, Place behind)
            throws RewindException {
        boolean clean = behind.clean;
        behind.offset -= command.length();
        behind.clean = true;
        try {
            checkpoint(behind);
            lane.drain();
            lane.flushShard(databases, among);
        } finally {
            behind.offset += command.length();
            behind.clean = clean;
        }
    }

    private void one(int database, Place behind, String... command) throws RewindException {
        Batch to = begin(database, behind);
        to.merger.close();
        to.beginCommand();
        RespWriter.command(to.wire, command);
        to.endCommand(behind.offset, behind.database, behind.clean, false);
        to.sourceCommands++;
    }

    /// Only a swap of two databases that are both in the task, or both not, has a meaning.
    private void swap(CommandView view, Place behind) throws RewindException {
        DatabaseMap databases = settings.databases();
        int first = databases.target(Integer.parseInt(view.text(1)));
        int second = databases.target(Integer.parseInt(view.text(2)));
        if (first == second) {
            return;
        }
        if (first == DatabaseMap.EXCLUDED || second == DatabaseMap.EXCLUDED) {
            throw new SynclineException(
                    ErrorCode.FLUSH_MET,
                    "offset " + behind.offset,
                    "the source ran SWAPDB between a database of the task and one that is not",
                    "Choose both databases or none, and synchronize anew");
        }
        one(first, behind, "SWAPDB", Integer.toString(first), Integer.toString(second));
        int own = settings.database();
        if (first == own || second == own) {
            deleteOwnKeys(first == own ? second : first, behind);
        }
    }

    private void restoreOwnKeys(Place behind) throws RewindException {
        OwnKeys keys = settings.keys();
        own(settings.database(), behind, bytes("SET"), keys.guard(settings.pipeline()), bytes("1"));
        for (var field : settings.manifest().entrySet()) {
            own(
                    settings.database(),
                    behind,
                    bytes("HSET"),
                    keys.manifest(),
                    bytes(field.getKey()),
                    bytes(field.getValue()));
        }
    }

    /// A swap has carried the task's own keys into another database.
    private void deleteOwnKeys(int database, Place behind) throws RewindException {
        OwnKeys keys = settings.keys();
        int pipeline = settings.pipeline();
        own(
                database,
                behind,
                bytes("DEL"),
                keys.checkpoint(pipeline),
                keys.guard(pipeline),
                keys.manifest(),
                keys.refused());
    }

    private void own(int database, Place behind, byte[]... command) throws RewindException {
        Batch to = begin(database, behind);
        to.merger.close();
        to.beginCommand();
        RespWriter.array(to.wire, command.length);
        for (byte[] argument : command) {
            RespWriter.bulk(to.wire, argument);
        }
        to.endCommand(behind.offset, behind.database, behind.clean, false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public SlotBook slots() {
        return slots;
    }

    // ---- what others ask ----

    @Override
    public void check() throws RewindException {
        lane.check();
    }

    @Override
    public void drain() throws RewindException {
        lane.drain();
    }

    @Override
    public boolean isIdle() {
        return batch == null && lane.isIdle();
    }

    @Override
    public void record(Refusal refusal) {
        lane.record(refusal);
    }

    @Override
    public long appliedOffset() {
        return lane.appliedOffset();
    }

    @Override
    public long appliedCommands() {
        return lane.appliedCommands();
    }

    @Override
    public long appliedBytes() {
        return lane.appliedBytes();
    }

    @Override
    public String place() {
        return dialer.place();
    }

    @Override
    public void abort() {
        dialer.abort();
    }

    @Override
    public void close() {
        dialer.abort();
        lane.close();
    }
}
