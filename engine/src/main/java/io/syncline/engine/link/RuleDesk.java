package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.etl.CommandRules;
import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Refusal;
import org.jspecify.annotations.Nullable;

/// Puts the task's rules for keys to work in one pipeline, and counts what they did. Belongs to the
/// applier.
final class RuleDesk {
    private final Workshop shop;
    private final KeyRules rules;
    private final CommandRules commands;
    private final DatabaseMap databases;
    private final Progress progress;

    /// Keys of several shards of a cluster may get one name.
    private final boolean mayMingle;

    private final ByteBuilder name = new ByteBuilder(256);
    private final ByteSlice renamed = new ByteSlice();

    RuleDesk(Workshop shop) {
        this.shop = shop;
        this.rules = shop.options().rules();
        this.commands = new CommandRules(rules);
        this.databases = shop.databases();
        this.progress = shop.progress();
        this.mayMingle =
                shop.options().source().topology() == Endpoint.Topology.CLUSTER
                        && !rules.meetings().isEmpty();
    }

    /// The name under which a snapshot's key is written, valid until the next one is asked for;
    /// null when it is dropped.
    ///
    /// @param database of the target
    @Nullable ByteSlice nameOf(int database, ByteSlice key) {
        if (rules.isEmpty()) {
            return key;
        }
        name.clear();
        return switch (rules.in(databases.source(database))
                .of(key.array, key.offset, key.length, name)) {
            case KEPT -> key;
            case DROPPED -> {
                progress.dropped.incrementAndGet();
                yield null;
            }
            case RENAMED -> {
                progress.renamed.incrementAndGet();
                yield renamed.set(name.array, 0, name.length);
            }
        };
    }

    /// Judges a command of the stream.
    ///
    /// @param database of the target
    CommandRules.Verdict judge(int database, CommandView view, CommandSpec spec) {
        CommandRules.Verdict verdict = commands.judge(databases.source(database), view, spec);
        switch (verdict) {
            case DROPPED -> progress.dropped.incrementAndGet();
            case CHANGED -> progress.renamed.incrementAndGet();
            case AS_IS, REFUSED -> {}
        }
        return verdict;
    }

    /// What takes the place of a command that was judged CHANGED.
    CommandView command() {
        return commands.command();
    }

    CommandSpec spec() {
        return commands.spec();
    }

    /// Why FLUSHALL, FLUSHDB or SWAPDB cannot be done under the rules; empty when it can.
    String objection(CommandSpec flush) {
        if (flush.kind() == CommandKind.SWAPDB) {
            return rules.namesDatabases()
                    ? "it gives keys to other ETL rules than those they came by"
                    : "";
        }
        return mayMingle
                ? "it empties one shard of the source, and by the ETL rules keys of several shards"
                        + " may have one name, so that this shard's cannot be told"
                : "";
    }

    /// Records a command that cannot be done under the rules.
    ///
    /// @param database of the target
    /// @param offset behind the command
    /// @return why the task stops at it; null when it goes on without
    @Nullable SynclineException refuse(CommandView view, int database, long offset) {
        return refuse(view, database, offset, commands.reason());
    }

    @Nullable SynclineException refuse(CommandView view, int database, long offset, String reason) {
        return refuse(
                view,
                database,
                offset,
                reason,
                "Start the task again with other --etl rules, or choose --on-refused skip to go on"
                        + " without such commands");
    }

    /// Records a command that brings a key from a database that is left out.
    ///
    /// @param database of the target; [DatabaseMap#EXCLUDED] for a command that brings none
    /// @return why the task stops at it; null when it goes on
    @Nullable SynclineException entered(CommandView view, int database, long offset) {
        if (database == DatabaseMap.EXCLUDED) {
            return null;
        }
        return refuse(
                view,
                database,
                offset,
                "it brings the key from a database that is left out, whose value nobody at the"
                        + " target knows",
                "Choose --on-refused skip to go on without such keys, or give the task both"
                        + " databases and synchronize anew");
    }

    private @Nullable SynclineException refuse(
            CommandView view, int database, long offset, String reason, String remedy) {
        Refusal refusal = Refusal.of(view, offset, database, reason);
        if (shop.refused(refusal)) {
            shop.writer().record(refusal);
            return null;
        }
        return new SynclineException(
                ErrorCode.COMMAND_REFUSED,
                shop.place() + " offset " + offset,
                refusal.command()
                        + " on key '"
                        + refusal.key()
                        + "' in database "
                        + database
                        + " cannot be done: "
                        + reason,
                remedy);
    }

    /// Records a command over a user's key and one of ours, which cannot be had by half.
    void mixed(CommandView view, int database, long offset) {
        String reason = "it mixes a key that is copied with one that never is";
        Refusal refusal = Refusal.of(view, offset, database, reason);
        shop.refused(refusal);
        shop.writer().record(refusal);
    }
}
