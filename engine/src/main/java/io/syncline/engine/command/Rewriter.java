package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.EnumSet;
import java.util.Set;

/// Replaces commands whose streamed form would do something else at the target, or be refused.
///
/// - An expiry that is relative (sources before 7.0 stream it so) becomes absolute, counted from
///   the command's arrival, so that lag does not extend it.
/// - The link's extension is added to every expiry.
/// - Forms that only a replica may be sent (`XTRIM key MAXLEN = n LIMIT m`, `RESTORE-ASKING`, IDMP
///   with an explicit id) become what a client may send.
/// - Forms newer than the target become older ones of the same effect, where there are any. Where
///   there is none, the command stays, is refused by the target, and the link's policy for refused
///   commands decides: nothing is silently left out.
/// - Databases in `MOVE` and `COPY` are mapped.
///
/// A command in the stream has taken effect at the source. A condition that it carries (NX, GT,
/// IFEQ) was true there, and is left out where the command is rewritten anyway.
///
/// Which kinds a link needs rewritten is decided once: between modern servers, without extension,
/// nearly nothing is looked at. Not for several threads at once.
public final class Rewriter {
    /// The command stays as it is.
    public static final int LEAVE = 0;

    /// The command has no meaning at the target.
    public static final int DROP = -1;

    private final RewriteRules rules;
    private final ExpiryHold hold;
    private final Set<CommandKind> concernedKinds = EnumSet.noneOf(CommandKind.class);
    private final boolean datedConcerned;
    private final boolean gotFieldsConcerned;
    private final ExpiryRewriter expiries;
    private final RestoreRewriter restores;

    /// One that holds no expiry.
    public Rewriter(RewriteRules rules) {
        this(rules, ExpiryHold.NONE);
    }

    /// @param hold asked for every expiry of a key
    public Rewriter(RewriteRules rules, ExpiryHold hold) {
        this.rules = rules;
        this.hold = hold;
        expiries = new ExpiryRewriter(rules, hold);
        restores = new RestoreRewriter(rules, hold);
        datedConcerned = !rules.target().knowsFormsOf7();
        gotFieldsConcerned = !rules.target().knowsHgetdel();
        for (CommandKind kind : CommandKind.values()) {
            if (isConcerned(kind)) {
                concernedKinds.add(kind);
            }
        }
    }

    private boolean isConcerned(CommandKind kind) {
        Dialect target = rules.target();
        return switch (kind) {
            case SET, RESTORE, STREAM -> true;
            case EXPIRY ->
                    !rules.source().streamsAbsoluteExpiry()
                            || rules.extendExpiryMillis() > 0
                            || rules.tracedExpiry()
                            || !target.knowsFormsOf7()
                            || !target.knowsHsetex()
                            || !target.knowsMsetex();
            case DELETE -> !target.knowsFormsOf4();
            case FLUSHALL, FLUSHDB -> !target.knowsFormsOf62();
            case MOVE -> !rules.databases().isIdentity();
            case COPY -> !rules.databases().isIdentity() || isCopyScripted();
            case PUBLISH -> !target.knowsFormsOf7();
            case DATA,
                    SELECT,
                    MULTI,
                    EXEC,
                    EVAL,
                    SWAPDB,
                    FUNCTION,
                    SCRIPT,
                    CONTROL,
                    READ,
                    UNKNOWN ->
                    false;
        };
    }

    /// Whether the target takes `SET key value PXAT time`.
    public boolean targetKnowsAbsoluteSet() {
        return rules.target().knowsFormsOf62();
    }

    /// Whether the target takes `RESTORE key time payload ABSTTL`, IDLETIME and FREQ.
    public boolean targetKnowsAbsoluteRestore() {
        return rules.target().knowsFormsOf5();
    }

    /// Whether the target knows `PEXPIRETIME`.
    public boolean targetTellsExpiryTime() {
        return rules.target().knowsFormsOf7();
    }

    /// Whether the target knows `UNLINK`.
    public boolean targetKnowsUnlink() {
        return rules.target().knowsFormsOf4();
    }

    /// Whether the target takes `RESTORE ... REPLACE`.
    public boolean targetKnowsReplace() {
        return rules.target().knowsReplace();
    }

    /// Whether [#rewrite] has to be asked. Plain `SET`, the commonest command, never.
    public boolean concerns(CommandView view, CommandSpec spec) {
        if (concernedKinds.contains(spec.kind())) {
            return spec.kind() != CommandKind.SET || view.argumentCount > 3;
        }
        if (spec.kind() == CommandKind.EXPIRY && hold.isActive()) {
            return true;
        }
        return (spec.flags() & CommandSpec.DATED) != 0
                && (datedConcerned || (gotFieldsConcerned && spec.name().equals("HGETDEL")));
    }

    /// Appends what is to be sent instead of a command.
    ///
    /// @param arrivalMillis when the command arrived from the source, in Unix time
    /// @return how many commands were appended (they belong into one transaction), [#LEAVE] or
    ///   [#DROP]
    public int rewrite(CommandView view, CommandSpec spec, long arrivalMillis, ByteBuilder out) {
        return switch (spec.kind()) {
            case SET -> expiries.set(view, arrivalMillis, out);
            case EXPIRY -> expiries.expiry(view, spec.name(), arrivalMillis, out);
            case RESTORE -> restores.restore(view, spec.name(), arrivalMillis, out);
            case STREAM -> StreamRewriter.rewrite(view, spec.name(), rules.target(), out);
            case DELETE -> delete(view, spec, out);
            case FLUSHALL, FLUSHDB -> flush(view, out);
            case MOVE -> move(view, out);
            case COPY -> copy(view, out);
            case DATA -> DatedRewriter.rewrite(view, spec.name(), rules.target(), out);
            // Nobody at an older target can have subscribed to such a channel.
            case PUBLISH -> spec.name().equals("SPUBLISH") ? DROP : LEAVE;
            case SELECT, MULTI, EXEC, EVAL, SWAPDB, FUNCTION, SCRIPT, CONTROL, READ, UNKNOWN ->
                    LEAVE;
        };
    }

    private int delete(CommandView view, CommandSpec spec, ByteBuilder out) {
        if (rules.target().knowsFormsOf4() || !spec.name().equals("UNLINK")) {
            return LEAVE;
        }
        RespWriter.array(out, view.argumentCount);
        RespWriter.bulk(out, "DEL");
        copyArguments(view, 1, view.argumentCount, out);
        return 1;
    }

    private int flush(CommandView view, ByteBuilder out) {
        if (view.argumentCount != 2) {
            return LEAVE;
        }
        if (view.isWord(1, "ASYNC") && rules.target().knowsFormsOf4()) {
            return LEAVE;
        }
        RespWriter.array(out, 1);
        copyArguments(view, 0, 1, out);
        return 1;
    }

    /// A key that moves to a database which is left out is gone for the target.
    private int move(CommandView view, ByteBuilder out) {
        if (view.argumentCount != 3) {
            return LEAVE;
        }
        int source = database(view, 2);
        int target = rules.databases().target(source);
        if (source < 0 || target == source) {
            return LEAVE;
        }
        if (target == DatabaseMap.EXCLUDED) {
            RespWriter.array(out, 2);
            RespWriter.bulk(out, "DEL");
            copyArguments(view, 1, 2, out);
            return 1;
        }
        RespWriter.array(out, 3);
        copyArguments(view, 0, 2, out);
        RespWriter.bulk(out, target);
        return 1;
    }

    private boolean isCopyScripted() {
        return !rules.target().knowsFormsOf62() && rules.target().streamsEffects();
    }

    private int copy(CommandView view, ByteBuilder out) {
        for (int i = 3; i + 1 < view.argumentCount; i++) {
            if (view.isWord(i, "DB")) {
                int source = database(view, i + 1);
                int target = source < 0 ? source : rules.databases().target(source);
                if (target == DatabaseMap.EXCLUDED && source >= 0) {
                    return DROP;
                }
                if (source >= 0 && isCopyScripted()) {
                    return ScriptedRewriter.copy(view, target, out);
                }
                if (source < 0 || target == source) {
                    return LEAVE;
                }
                RespWriter.array(out, view.argumentCount);
                copyArguments(view, 0, i + 1, out);
                RespWriter.bulk(out, target);
                copyArguments(view, i + 2, view.argumentCount, out);
                return 1;
            }
        }
        return isCopyScripted() ? ScriptedRewriter.copy(view, -1, out) : LEAVE;
    }

    /// The target's database into which a command of a database that is left out brings a key;
    /// [DatabaseMap#EXCLUDED] where it brings none.
    public int entered(CommandView view, CommandSpec spec) {
        int into = -1;
        if (spec.kind() == CommandKind.MOVE && view.argumentCount == 3) {
            into = database(view, 2);
        }
        for (int i = 3; spec.kind() == CommandKind.COPY && i + 1 < view.argumentCount; i++) {
            into = view.isWord(i, "DB") ? database(view, i + 1) : into;
        }
        return into < 0 ? DatabaseMap.EXCLUDED : rules.databases().target(into);
    }

    /// A database number, or -1 when it is none.
    private static int database(CommandView view, int index) {
        long number = Decimal.parse(view.buffer, view.offsets[index], view.lengths[index]);
        return number >= 0 && number < DatabaseMap.DATABASE_LIMIT ? (int) number : -1;
    }

    /// Copies arguments `from` to `until`, which is not copied.
    static void copyArguments(CommandView view, int from, int until, ByteBuilder out) {
        for (int i = from; i < until; i++) {
            RespWriter.bulk(out, view.buffer, view.offsets[i], view.lengths[i]);
        }
    }
}
