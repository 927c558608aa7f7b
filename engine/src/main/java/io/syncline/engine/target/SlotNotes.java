package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.NodeFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Keeps what a pipeline notes about slots of a cluster source, beside its checkpoint.
final class SlotNotes {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final NodeFinder finder;
    private final byte[] key;
    private final byte[] checkpoint;

    SlotNotes(WriterSettings settings, TargetDialer dialer, NodeFinder finder) {
        this.settings = settings;
        this.dialer = dialer;
        this.finder = finder;
        this.key = settings.keys().slots(settings.pipeline());
        this.checkpoint = settings.keys().checkpoint(settings.pipeline());
    }

    static SlotNotes inCluster(WriterSettings settings, TargetDialer dialer) {
        int slot = Slots.of(settings.keys().slots(settings.pipeline()));
        return new SlotNotes(settings, dialer, settings.instance().slotFinder(slot));
    }

    byte[] key() {
        return key.clone();
    }

    /// The last note; null when there is none.
    byte @Nullable [] read() {
        byte[][] found = new byte[1][];
        dialer.retrying(
                finder,
                connection -> {
                    Reply reply = call(connection, "GET".getBytes(UTF_8), key);
                    found[0] = reply instanceof Reply.Bulk bulk ? bulk.bytes() : null;
                });
        return found[0];
    }

    /// Writes a note by itself, unless another process runs the task by now.
    ///
    /// @param generation of this process
    void write(byte[] note, long generation) {
        dialer.retrying(finder, connection -> write(connection, note, generation));
    }

    private void write(Connection connection, byte[] note, long generation) throws IOException {
        call(connection, "WATCH".getBytes(UTF_8), checkpoint);
        Reply present = call(connection, "GET".getBytes(UTF_8), checkpoint);
        Checkpoint found =
                present instanceof Reply.Bulk bulk ? Checkpoint.decode(bulk.bytes()) : null;
        if (found != null && found.generation() > generation) {
            throw new SynclineException(
                    ErrorCode.SUPERSEDED,
                    dialer.place(),
                    "another process runs the task " + settings.keys().task(),
                    "Leave that one running, or stop it and start this one again");
        }
        call(connection, "MULTI".getBytes(UTF_8));
        call(connection, "SET".getBytes(UTF_8), key, note);
        if (!(call(connection, "EXEC".getBytes(UTF_8)) instanceof Reply.Items)) {
            throw new IOException("the checkpoint changed while slots were noted");
        }
    }

    private static Reply call(Connection connection, byte[]... words) throws IOException {
        return CheckpointStore.accept(connection, connection.call(words));
    }
}
