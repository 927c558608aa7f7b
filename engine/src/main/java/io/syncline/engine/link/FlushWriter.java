package io.syncline.engine.link;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.Batch;
import io.syncline.engine.target.Batcher;
import io.syncline.engine.target.StreamTarget;
import java.util.TreeMap;

/// Applies FLUSHALL, FLUSHDB and SWAPDB to a standalone target: in the databases of the task, and
/// so that the task's own keys are there again in the same transaction.
final class FlushWriter {
    private final StreamTarget target;
    private final DatabaseMap databases;
    private final Batcher.Place place;

    FlushWriter(StreamTarget target, DatabaseMap databases, Batcher.Place place) {
        this.target = target;
        this.databases = databases;
        this.place = place;
    }

    void write(
            Batch batch, Batcher batcher, CommandView view, CommandSpec spec, int targetDatabase) {
        if (spec.kind() == CommandKind.FLUSHDB) {
            one(batch, batcher, targetDatabase, "FLUSHDB");
        } else if (spec.kind() == CommandKind.SWAPDB) {
            swap(batch, batcher, view);
        } else if (databases.isIdentity()) {
            one(batch, batcher, target.checkpointDatabase(), "FLUSHALL");
        } else {
            for (int database : new TreeMap<>(databases.targets()).values()) {
                one(batch, batcher, database, "FLUSHDB");
            }
        }
        target.restoreOwnKeys(batch, place);
    }

    private void one(Batch batch, Batcher batcher, int database, String... command) {
        target.select(batch, database, place.offset, place.database, place.clean);
        batch.merger.close();
        int start = batch.wire.length;
        RespWriter.command(batch.wire, command);
        batcher.note(batch, start, 1, place);
    }

    /// Only a swap of two databases that are both in the task, or both not, has a meaning.
    private void swap(Batch batch, Batcher batcher, CommandView view) {
        if (view.argumentCount != 3) {
            return;
        }
        int first = databases.target(Integer.parseInt(view.text(1)));
        int second = databases.target(Integer.parseInt(view.text(2)));
        if (first == DatabaseMap.EXCLUDED && second == DatabaseMap.EXCLUDED || first == second) {
            return;
        }
        if (first == DatabaseMap.EXCLUDED || second == DatabaseMap.EXCLUDED) {
            throw new io.syncline.engine.fault.SynclineException(
                    io.syncline.engine.fault.ErrorCode.FLUSH_MET,
                    "offset " + place.offset,
                    "the source ran SWAPDB between a database of the task and one that is not",
                    "Choose both databases or none, and synchronize anew");
        }
        one(batch, batcher, first, "SWAPDB", Integer.toString(first), Integer.toString(second));
        int own = target.checkpointDatabase();
        if (first == own || second == own) {
            target.select(
                    batch,
                    first == own ? second : first,
                    place.offset,
                    place.database,
                    place.clean);
            target.deleteOwnKeys(batch, place);
        }
    }
}
