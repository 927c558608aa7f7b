package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.resp.CommandView;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// One pipeline's way into its target: commands in stream order go in, batches with checkpoints go
/// out, and what became of them is known exactly after any fault.
///
/// Belongs to one thread, the applier; only [#appliedOffset], the counters, [#abort] and [#place]
/// may be asked by others. Methods that may write mend broken connections themselves, within the
/// retry time; they throw [io.syncline.engine.fault.SynclineException] when that is over or trying
/// again cannot help, and [StoppedException] after [#abort].
public interface TargetWriter extends Closeable {
    /// A command of a stream that is larger need not be sent before [#flush]: what it was read into
    /// can be given back first, and memory holds it twice instead of three times. A sixteenth of
    /// what the process should need in all: three times that is bearable.
    int HUGE_BYTES = 16 << 20;

    /// Makes this process the only writer of the pipeline.
    ///
    /// @param first the first generation of this start of the task
    /// @return the checkpoint found; null for a pipeline that never wrote one
    /// @throws RewindException when the target has lost writes that it had acknowledged
    @Nullable Checkpoint takeOver(long first) throws RewindException;

    /// Writes down that a snapshot begins: from here on there is no position to resume from.
    void beginSnapshot();

    /// Writes down a position to stream from.
    ///
    /// @param from is quiet no more where the target turns out to have something from behind it
    /// @param fresh whether offsets count anew, as behind a complete snapshot; else it was found
    void beginStreaming(Place from, boolean fresh) throws RewindException;

    /// Appends a command as it is, joined to its neighbour where that is the same.
    ///
    /// @param database of the target
    /// @param behind where the stream stands behind the command
    void append(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException;

    /// Opens the buffer for commands that replace the given one; [#close] must follow.
    ///
    /// @return null when the command cannot be placed there as it is, because its keys are in
    ///   different slots: then nothing is open
    @Nullable ByteBuilder open(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException;

    /// Opens the buffer for commands on one key; [#close] must follow.
    ///
    /// @param repeatable whether applying the commands twice would do no harm, as with RESTORE of a
    ///   whole value; then they need no checkpoint of their own
    ByteBuilder open(int database, ByteSlice key, boolean repeatable, Place behind)
            throws RewindException;

    /// Notes the commands written to the open buffer.
    ///
    /// @param commands how many were written; 0 for none
    void close(int commands, Place behind) throws RewindException;

    /// The stream has passed the end of a source's transaction.
    void endTransaction(Place behind) throws RewindException;

    /// Applies FLUSHALL, FLUSHDB or SWAPDB of the source to what the task wrote.
    ///
    /// @param slots of a source's shard: those that the shard owned when it ran the command
    void flushDatabases(
            int database, CommandView command, CommandSpec spec, IntPredicate slots, Place behind)
            throws RewindException, IOException;

    /// Applies a command that concerns every node (functions, scripts), in stream order.
    void broadcast(int database, CommandView command, CommandSpec spec, Place behind)
            throws RewindException, IOException;

    /// Notes about the source's slots.
    SlotBook slots();

    /// Sends what there is, if it may end here.
    void flush(Place place) throws RewindException;

    /// Writes down how far the stream was read, even without data since.
    void checkpoint(Place place) throws RewindException;

    /// Looks after connections and answers; to be called whenever the applier was woken.
    void check() throws RewindException;

    /// Waits until everything sent is applied.
    void drain() throws RewindException;

    /// Whether everything appended was sent and everything sent is applied.
    boolean isIdle();

    /// Puts a refusal into the target's list of refused commands.
    void record(Refusal refusal);

    /// The last stream byte up to which everything is durable in the target; -1 while unknown.
    long appliedOffset();

    /// Commands of the source applied in streaming.
    long appliedCommands();

    /// Stream bytes applied.
    long appliedBytes();

    /// The node last written to, for messages.
    String place();

    /// Ends waiting for a target that is away: waiting calls throw [StoppedException].
    void abort();

    @Override
    void close();
}
