package io.syncline.engine.target;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Merger;
import io.syncline.engine.etl.KeyHomes;
import io.syncline.engine.net.RetryListener;
import io.syncline.engine.resp.ErrorKind;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;

/// What a target writer is made of.
///
/// @param keys names of the task's own keys
/// @param manifest what the task's own hash holds
/// @param pipeline index of the pipeline
/// @param database where the checkpoint lives
/// @param instance the target
/// @param start number of this start of the task
/// @param slots of the source shard; all of them for a standalone source
/// @param homes tells where keys of the target are at home at the source
/// @param written the slots of a cluster target that may be written to; those of the source's
///   shard, unless keys have other names
/// @param ofShard whether the source is one shard of a cluster, so that a flush of it concerns its
///   slots' keys only
/// @param excluded tells keys that are never copied, our own among them
/// @param batchCommands most commands in a batch, after merging
/// @param batchBytes most bytes in a batch, unless one command or source transaction is larger
/// @param windowBytes most bytes sent to a node and not yet answered
/// @param throttle ceilings shared by all pipelines
/// @param retry how long to go on trying when the target is away; zero: not at all
/// @param answerLimit how long an answer may take before a connection counts as broken
/// @param listener hears of retries
/// @param refusals decides about commands the target refuses
/// @param merges which neighbouring commands may be joined
/// @param databases which databases of the source go where
/// @param markedSnapshot whether a snapshot's writes carry marks too, where they could do without
/// @param wake called when the owner should look: answers came, or a fault
public record WriterSettings(
        OwnKeys keys,
        Map<String, String> manifest,
        int pipeline,
        int database,
        Instance instance,
        long start,
        BitSet slots,
        KeyHomes homes,
        BitSet written,
        boolean ofShard,
        CommandFilter excluded,
        int batchCommands,
        int batchBytes,
        long windowBytes,
        Throttle throttle,
        Duration retry,
        Duration answerLimit,
        RetryListener listener,
        RefusalHandler refusals,
        Merger.Rules merges,
        DatabaseMap databases,
        boolean markedSnapshot,
        Runnable wake) {

    /// With the answers of one node, on one connection.
    Patience patience(String place) {
        return new Patience(answerLimit, retry, listener, place);
    }

    /// Whether the keys of one slot of a cluster source may be in any slot of the target.
    boolean isSpread() {
        return ofShard && homes.moveKeys();
    }

    /// Decides about refused commands, on the owner's thread.
    @FunctionalInterface
    public interface RefusalHandler {
        /// Hears of one; it is recorded in the target in any case.
        ///
        /// @return whether to go on without it; otherwise the writer throws COMMAND_REFUSED
        boolean skip(Refusal refusal);

        /// Whether a command that the account has no right to run is waited for, since someone may
        /// give the right back, and not refused at once.
        default boolean waitsForRights() {
            return true;
        }
    }

    /// What a fault is to this task: a right that is missing may pass within the retry time.
    LaneFault judged(LaneFault fault) {
        boolean waits =
                fault.kind() == LaneFault.Kind.REFUSED
                        && ErrorKind.of(fault.text()) == ErrorKind.NOPERM
                        && refusals.waitsForRights()
                        && !retry.isZero();
        return waits
                ? new LaneFault(
                        LaneFault.Kind.NOT_NOW, fault.batch(), -1, fault.text(), fault.sinceNanos())
                : fault;
    }
}
