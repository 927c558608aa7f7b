package io.syncline.engine.etl;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.etl.Ruling.Fate;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.Arrays;

/// What the rules make of a command, by the keys that it names.
///
/// A command whose keys are all kept stays as it is, one whose keys are all dropped goes, and names
/// are replaced where they stand. Of a command over kept and dropped keys that part is done which
/// does the same by itself; where the kept one's value comes from a dropped one, nobody at the
/// target knows it, and the command is refused. Not for several threads at once.
public final class CommandRules {
    /// What is kept between commands; a huge one's copy is given back.
    private static final int SCRATCH_BYTES = 64 << 10;

    private static final String DROPPED_INPUT =
            "the ETL rules keep its result and drop a key that it reads";
    private static final String MIXED =
            "the ETL rules drop some of its keys and keep others, and it cannot be had by half";

    private static final String FAR =
            "its BY or GET names keys by a pattern, which the ETL rules may have dropped or renamed";

    private final KeyRules rules;
    private final KeyFinder finder = new KeyFinder();
    private final KeyFates fates = new KeyFates();
    private final ByteBuilder wire = new ByteBuilder(1 << 10);
    private final CommandParser parser = new CommandParser();
    private final CommandView made = new CommandView();
    private final CommandTable table = CommandTable.standard();
    private CommandSpec madeSpec = CommandSpec.UNKNOWN;
    private String reason = "";

    public CommandRules(KeyRules rules) {
        this.rules = rules;
    }

    /// What becomes of a command.
    public enum Verdict {
        AS_IS,
        /// [#command] is to be done instead.
        CHANGED,
        DROPPED,
        /// It cannot be done under the rules: [#reason].
        REFUSED
    }

    /// The command that takes the place of the one that was judged last.
    public CommandView command() {
        return made;
    }

    /// Of [#command].
    public CommandSpec spec() {
        return madeSpec;
    }

    /// Why the command that was judged last is refused.
    public String reason() {
        return reason;
    }

    /// Judges a command.
    ///
    /// @param database of the source
    public Verdict judge(int database, CommandView view, CommandSpec spec) {
        return switch (spec.kind()) {
            case DATA, SET, DELETE, EXPIRY, RESTORE, STREAM, UNKNOWN, EVAL ->
                    byKeys(database, database, view, spec);
            case COPY -> byKeys(database, copiedTo(database, view), view, spec);
            case MOVE -> move(database, view, spec);
            case PUBLISH,
                    FUNCTION,
                    SCRIPT,
                    SELECT,
                    MULTI,
                    EXEC,
                    FLUSHALL,
                    FLUSHDB,
                    SWAPDB,
                    CONTROL,
                    READ ->
                    Verdict.AS_IS;
        };
    }

    /// @param other the database of the last key
    private Verdict byKeys(int database, int other, CommandView view, CommandSpec spec) {
        int count = finder.find(view, spec);
        if (count == 0) {
            return spec.kind() == CommandKind.EVAL
                    ? refuse(
                            "it is a script that names no keys, so no rule can tell what it writes")
                    : Verdict.AS_IS;
        }
        fates.begin(view);
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            fates.judge(rules.in(last ? other : database), finder.indexes[i]);
        }
        if (fates.dropped() == count) {
            return Verdict.DROPPED;
        }
        if (spec.name().equals("SORT")
                && readsByPattern(view)
                && !fates.isDropped(finder.indexes[count - 1])) {
            return refuse(FAR);
        }
        if (fates.dropped() > 0) {
            return partly(view, spec, count);
        }
        return fates.renamed() == 0 ? Verdict.AS_IS : renamed(view);
    }

    /// `BY pattern` and `GET pattern` name keys by what is in the value.
    private static boolean readsByPattern(CommandView sort) {
        for (int i = 2; i + 1 < sort.argumentCount; i++) {
            if (sort.isWord(i, "BY") || sort.isWord(i, "GET")) {
                i++;
                for (int at = 0; at < sort.lengths[i]; at++) {
                    if (sort.buffer[sort.offsets[i] + at] == '*') {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private Verdict renamed(CommandView view) {
        open(view.argumentCount);
        for (int i = 0; i < view.argumentCount; i++) {
            put(view, i);
        }
        return done();
    }

    // ---- some keys are dropped, some are kept ----

    private Verdict partly(CommandView view, CommandSpec spec, int count) {
        int last = finder.indexes[count - 1];
        return switch (spec.name()) {
            case "DEL", "UNLINK", "TOUCH" -> each(view, spec.name(), 1);
            case "MSET", "MSETNX" -> each(view, "MSET", 2);
            case "JSON.MSET", "TS.MADD" -> each(view, spec.name(), 3);
            case "MSETEX" -> pairsWithOptions(view, count);
            case "RENAME", "RENAMENX" ->
                    fates.isDropped(2) ? of(view, "DEL", 1) : refuse(DROPPED_INPUT);
            case "SMOVE" -> fates.isDropped(2) ? of(view, "SREM", 1, 3) : of(view, "SADD", 2, 3);
            case "RPOPLPUSH", "BRPOPLPUSH" -> popped(view, "RPOP");
            case "LMOVE", "BLMOVE" -> popped(view, view.isWord(3, "LEFT") ? "LPOP" : "RPOP");
            case "BITOP" -> result(2);
            case "SORT", "GEORADIUS", "GEORADIUSBYMEMBER" -> result(last);
            case "COPY" -> result(2);
            case "SINTERSTORE",
                    "SUNIONSTORE",
                    "SDIFFSTORE",
                    "ZINTERSTORE",
                    "ZUNIONSTORE",
                    "ZDIFFSTORE",
                    "ZRANGESTORE",
                    "GEOSEARCHSTORE",
                    "PFMERGE",
                    "CMS.MERGE",
                    "TDIGEST.MERGE" ->
                    result(1);
            default -> refuse(MIXED);
        };
    }

    /// The rest of a command that treats each of its keys by itself. A `MSETNX` in a stream has set
    /// its keys, so nothing is asked again.
    private Verdict each(CommandView view, String name, int step) {
        int kept = 0;
        for (int i = 1; i < view.argumentCount; i += step) {
            kept += fates.isDropped(i) ? 0 : Math.min(step, view.argumentCount - i);
        }
        open(kept + 1);
        RespWriter.bulk(wire, name);
        for (int i = 1; i < view.argumentCount; i += step) {
            for (int j = i; !fates.isDropped(i) && j < view.argumentCount && j < i + step; j++) {
                put(view, j);
            }
        }
        return done();
    }

    /// `MSETEX n key value ... [NX|XX] [PXAT ms|KEEPTTL]`; its condition was true.
    private Verdict pairsWithOptions(CommandView view, int count) {
        int options = 2 + 2 * count;
        int words = 0;
        for (int i = options; i < view.argumentCount; i++) {
            words += isCondition(view, i) ? 0 : 1;
        }
        int kept = count - fates.dropped();
        open(2 + 2 * kept + words);
        put(view, 0);
        RespWriter.bulk(wire, kept);
        for (int i = 2; i < options; i += 2) {
            if (!fates.isDropped(i)) {
                put(view, i);
                put(view, i + 1);
            }
        }
        for (int i = options; i < view.argumentCount; i++) {
            if (!isCondition(view, i)) {
                put(view, i);
            }
        }
        return done();
    }

    private static boolean isCondition(CommandView view, int index) {
        return view.isWord(index, "NX") || view.isWord(index, "XX");
    }

    /// The element that a kept list has lost to a dropped one.
    private Verdict popped(CommandView view, String name) {
        return fates.isDropped(2) ? of(view, name, 1) : refuse(DROPPED_INPUT);
    }

    /// A command that only reads the keys beside its result.
    private Verdict result(int argument) {
        return fates.isDropped(argument) ? Verdict.DROPPED : refuse(DROPPED_INPUT);
    }

    private Verdict of(CommandView view, String name, int... arguments) {
        open(1 + arguments.length);
        RespWriter.bulk(wire, name);
        for (int argument : arguments) {
            put(view, argument);
        }
        return done();
    }

    // ---- commands over two databases ----

    private static int copiedTo(int database, CommandView copy) {
        for (int i = 3; i + 1 < copy.argumentCount; i++) {
            if (copy.isWord(i, "DB")) {
                return database(copy, i + 1, database);
            }
        }
        return database;
    }

    private static int database(CommandView view, int index, int otherwise) {
        String number = view.text(index);
        return number.matches("[0-9]{1,9}") ? Integer.parseInt(number) : otherwise;
    }

    /// `MOVE key db`: the same key under the rules of two databases.
    private Verdict move(int database, CommandView view, CommandSpec spec) {
        if (view.argumentCount != 3) {
            return byKeys(database, database, view, spec);
        }
        fates.begin(view);
        Fate there = fates.judge(rules.in(database(view, 2, database)), 1);
        byte[] nameThere = fates.name(1);
        fates.begin(view);
        Fate here = fates.judge(rules.in(database), 1);
        if (here == Fate.DROPPED) {
            return there == Fate.DROPPED ? Verdict.DROPPED : refuse(DROPPED_INPUT);
        }
        if (there == Fate.DROPPED) {
            return of(view, "DEL", 1);
        }
        if (!Arrays.equals(nameThere, fates.name(1))) {
            return refuse("the ETL rules give the key another name in the other database");
        }
        return here == Fate.RENAMED ? renamed(view) : Verdict.AS_IS;
    }

    // ---- writing ----

    private Verdict refuse(String why) {
        reason = why;
        return Verdict.REFUSED;
    }

    private void open(int arguments) {
        wire.clearAndTrim(SCRATCH_BYTES);
        RespWriter.array(wire, arguments);
    }

    /// An argument, by its new name where it is a key that has one.
    private void put(CommandView view, int argument) {
        if (!fates.putName(argument, wire)) {
            RespWriter.bulk(wire, view.buffer, view.offsets[argument], view.lengths[argument]);
        }
    }

    private Verdict done() {
        parser.parse(wire.array, 0, wire.length, made);
        madeSpec = table.find(made);
        return Verdict.CHANGED;
    }
}
