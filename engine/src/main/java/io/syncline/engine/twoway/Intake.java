package io.syncline.engine.twoway;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// Makes of a streamed command what the pair works with: its keys, what it does to each, and what
/// is to be sent.
///
/// Commands that treat each key by itself are taken apart (`DEL a b`, `MSET`, and `MSETNX`, which
/// had its effect when it is streamed), so that a conflict on one key does not concern the others.
public final class Intake {
    /// The database of a key that stands for something that belongs to no database.
    private static final int NOWHERE = -1;

    /// How MIGRATE writes a key of a slot that is moved.
    static final String IMPORT = "RESTORE-ASKING";

    private static final KeyId LIBRARIES = new KeyId(NOWHERE, new byte[] {'f'});

    /// Says how a command is to be written at the other site.
    @FunctionalInterface
    public interface Wire {
        /// Appends what is to be sent.
        ///
        /// @param arrivedMillis when it came: what a relative expiry counts from
        /// @return how many commands were appended; 0: this one is not for the other site
        int write(
                CommandView view,
                CommandSpec spec,
                int database,
                long arrivedMillis,
                ByteBuilder out);

        /// Whether both sites' servers may make different things of a command, so that what it made
        /// is copied as it is.
        default boolean isResultCopied(CommandSpec spec) {
            return false;
        }
    }

    /// A command as it stands.
    public static final Wire VERBATIM =
            (view, spec, database, arrivedMillis, out) -> {
                view.copyTo(out);
                return 1;
            };

    private final Wire wire;
    private final IntUnaryOperator databases;
    private final EffectTable effects = EffectTable.standard();
    private final KeyFinder finder = new KeyFinder();
    private final ByteBuilder out = new ByteBuilder(256);
    private final ByteBuilder piece = new ByteBuilder(256);
    private final CommandParser pieceParser = new CommandParser();
    private final CommandView pieceView = new CommandView();

    /// @param databases from a site's own number of a database to the pair's
    public Intake(Wire wire, IntUnaryOperator databases) {
        this.wire = wire;
        this.databases = databases;
    }

    /// @param own the site's own number of the command's database
    /// @param database the pair's number
    void take(
            CommandView view,
            CommandSpec spec,
            int own,
            int database,
            long arrivedMillis,
            List<PairCommand> into) {
        int step = stepOfParts(spec);
        if (step == 0 || view.argumentCount <= step + 1) {
            one(view, spec, own, database, arrivedMillis, into);
            return;
        }
        for (int i = 1; i + step <= view.argumentCount; i += step) {
            piece.clear();
            RespWriter.array(piece, step + 1);
            if (step == 1) {
                RespWriter.bulk(piece, view.buffer, view.offsets[0], view.lengths[0]);
            } else {
                RespWriter.bulk(piece, "SET");
            }
            for (int j = i; j < i + step; j++) {
                RespWriter.bulk(piece, view.buffer, view.offsets[j], view.lengths[j]);
            }
            pieceParser.parse(piece.array, 0, piece.length, pieceView);
            one(pieceView, part(spec), own, database, arrivedMillis, into);
        }
    }

    private static CommandSpec part(CommandSpec spec) {
        return spec.kind() == CommandKind.DELETE ? spec : CommandTable.standard().find("SET");
    }

    private static int stepOfParts(CommandSpec spec) {
        return switch (spec.name()) {
            case "DEL", "UNLINK" -> 1;
            case "MSET", "MSETNX" -> 2;
            default -> 0;
        };
    }

    private void one(
            CommandView view,
            CommandSpec spec,
            int own,
            int database,
            long arrivedMillis,
            List<PairCommand> into) {
        if (spec.kind() == CommandKind.RESTORE && spec.name().equals(IMPORT)) {
            into.add(PairCommand.imported(key(view, 1, database)));
            return;
        }
        out.clear();
        int count = wire.write(view, spec, own, arrivedMillis, out);
        if (count == 0) {
            return;
        }
        EffectTable.Line line = effects.of(spec);
        into.add(
                new PairCommand(
                        database,
                        out.toBytes(),
                        count,
                        effects(view, spec, line, database),
                        spec.kind() == CommandKind.DELETE,
                        expires(view, spec),
                        line.opaque() || wire.isResultCopied(spec)));
    }

    /// SET has options only for an expiry by the time it stands in a stream.
    private static boolean expires(CommandView view, CommandSpec spec) {
        return spec.kind() == CommandKind.EXPIRY
                || spec.kind() == CommandKind.RESTORE
                || (spec.kind() == CommandKind.SET && view.argumentCount > 3);
    }

    private Effect[] effects(
            CommandView view, CommandSpec spec, EffectTable.Line line, int database) {
        Commutation commutation = line.commutation(view);
        int count = finder.find(view, spec);
        if (spec.kind() == CommandKind.MOVE && view.argumentCount > 2) {
            return new Effect[] {
                new Effect(key(view, 1, database), true, commutation),
                new Effect(key(view, 1, databases.applyAsInt(number(view, 2))), true, commutation)
            };
        }
        if (count == 0) {
            return new Effect[] {
                new Effect(LIBRARIES, true, Commutation.of(Commutation.Group.ANYTHING))
            };
        }
        int targetDatabase = database;
        if (spec.kind() == CommandKind.COPY) {
            for (int i = 3; i + 1 < view.argumentCount; i++) {
                if (view.isWord(i, "DB")) {
                    targetDatabase = databases.applyAsInt(number(view, i + 1));
                }
            }
        }
        Effect[] found = new Effect[count];
        for (int i = 0; i < count; i++) {
            boolean source = line.sources().isSource(i, count);
            found[i] =
                    new Effect(
                            key(view, finder.indexes[i], source ? database : targetDatabase),
                            !source,
                            source ? Commutation.ALONE : commutation);
        }
        return withoutRepeats(found);
    }

    /// A key that is named twice, as in `SMOVE a a x`, counts once, and as written if it ever is.
    private static Effect[] withoutRepeats(Effect[] found) {
        if (found.length == 1) {
            return found;
        }
        LinkedHashMap<KeyId, Effect> byKey = new LinkedHashMap<>();
        for (Effect effect : found) {
            byKey.merge(effect.key(), effect, (a, b) -> a.writes() ? a : b);
        }
        return byKey.values().toArray(Effect[]::new);
    }

    private static KeyId key(CommandView view, int index, int database) {
        return new KeyId(database, view.argument(index));
    }

    private static int number(CommandView view, int index) {
        try {
            return Integer.parseInt(view.text(index));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    view.text(0) + " names '" + view.text(index) + "', which is no database", e);
        }
    }
}
