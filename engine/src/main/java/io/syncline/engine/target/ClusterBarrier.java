package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What is done on every node of a cluster while nothing else is on its way: deleting the keys of a
/// shard that was flushed, and loading functions and scripts. All of it may be repeated.
final class ClusterBarrier {
    private final WriterSettings settings;
    private final TargetDialer dialer;
    private final ShardFlush flush;

    ClusterBarrier(WriterSettings settings, TargetDialer dialer) {
        this.settings = settings;
        this.dialer = dialer;
        this.flush = new ShardFlush(settings);
    }

    /// Deletes every key of the source shard's slots, and no key of ours: the flush of one shard
    /// must not wipe what others hold.
    ///
    /// @param slots which of them
    /// @param here in which slots of the target
    void deleteKeys(IntPredicate slots, IntPredicate here) throws IOException {
        for (Instance.Shard shard : settings.instance().shards()) {
            dialer.retrying(
                    shard::primary,
                    connection ->
                            flush.run(
                                    connection,
                                    0,
                                    slots,
                                    here,
                                    (deletes, count) ->
                                            ShardFlush.plain(connection, deletes, count)));
        }
    }

    /// Runs a command on every primary. FUNCTION LOAD replaces, since every shard of a cluster
    /// source streams it.
    ///
    /// @return why a node refused it for good; null when none did
    @Nullable String everywhere(CommandView command) throws IOException {
        byte[][] arguments = new byte[command.argumentCount][];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = command.argument(i);
        }
        boolean load =
                command.argumentCount >= 3
                        && command.isWord(0, "FUNCTION")
                        && command.isWord(1, "LOAD");
        if (load && !command.isWord(2, "REPLACE")) {
            byte[][] replacing = new byte[arguments.length + 1][];
            System.arraycopy(arguments, 0, replacing, 0, 2);
            replacing[2] = "REPLACE".getBytes(US_ASCII);
            System.arraycopy(arguments, 2, replacing, 3, arguments.length - 2);
            arguments = replacing;
        }
        byte[][] sent = arguments;
        String[] refusal = new String[1];
        for (Instance.Shard shard : settings.instance().shards()) {
            dialer.retrying(
                    shard::primary,
                    connection -> {
                        if (connection.call(sent) instanceof Reply.Failure failure
                                && !isHarmless(failure.text())) {
                            if (LaneFault.kindOf(failure.text()) == LaneFault.Kind.REFUSED) {
                                refusal[0] = failure.text();
                            } else {
                                throw new IOException(failure.text());
                            }
                        }
                    });
        }
        return refusal[0];
    }

    /// Another shard's stream has done the same before.
    private static boolean isHarmless(String error) {
        return error.contains("Library not found") || error.contains("already exists");
    }
}
