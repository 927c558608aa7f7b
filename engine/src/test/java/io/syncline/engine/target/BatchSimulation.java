package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.Dialect;
import io.syncline.engine.command.Merger;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A random stream in one batch, and what must hold of the batch whatever is done to it.
final class BatchSimulation {
    private static final int INITIAL_DATABASE = 0;
    private static final String ID = "a".repeat(40);

    /// One command as it takes effect at a target: merged ones are told as their parts.
    private record Effect(int database, List<String> words) {}

    /// A command of the stream and what is known behind it.
    private record Said(List<Effect> effects, long offset, int database, boolean clean) {}

    private final SplittableRandom random;
    private final Batch batch;
    private final List<Said> said = new ArrayList<>();
    private long offset;
    private int sourceDatabase;
    private int selected = INITIAL_DATABASE;
    private boolean clean = true;

    BatchSimulation(SplittableRandom random) {
        this.random = random;
        boolean merge = random.nextInt(4) > 0;
        batch = new Batch(merge ? Merger.Rules.of(Dialect.redis(7, 0)) : Merger.Rules.NONE);
        offset = random.nextLong(1L << 40);
        batch.startOffset = offset;
        batch.endOffset = offset;
    }

    // ---- the stream ----

    void fill() {
        int count = 1 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(5) == 0) {
                offset += 23;
                sourceDatabase = random.nextInt(3);
            }
            if (random.nextInt(6) == 0 && clean) {
                transaction();
            } else {
                command();
            }
        }
        close();
    }

    private void transaction() {
        offset += 15;
        clean = false;
        for (int i = random.nextInt(4); i > 0; i--) {
            command();
        }
        offset += 14;
        clean = true;
        if (batch.commandCount > 0) {
            batch.endCommand(offset, sourceDatabase, true, false);
            if (!said.isEmpty()) {
                Said last = said.removeLast();
                said.add(new Said(last.effects, offset, sourceDatabase, true));
            }
        }
    }

    private void command() {
        List<String> words = words();
        ByteBuilder bytes = new ByteBuilder(64);
        RespWriter.command(bytes, words.toArray(new String[0]));
        CommandView view = parse(bytes.array, 0, bytes.length);
        offset += bytes.length;
        // Databases of the source are found three further on at the target.
        int database = sourceDatabase == 0 ? INITIAL_DATABASE : sourceDatabase + 3;
        select(database);
        int start = batch.wire.length;
        boolean joined = batch.merger.append(view, CommandTable.standard().find(view));
        if (!joined) {
            batch.beginCommandAt(start);
        }
        batch.endCommand(offset, sourceDatabase, clean, joined);
        said.add(new Said(effects(database, words), offset, sourceDatabase, clean));
    }

    private List<String> words() {
        String key = "k" + random.nextInt(3);
        String value = "v".repeat(random.nextInt(4)) + random.nextInt(100);
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> List.of("SET", key, value);
            case 3 -> List.of("DEL", key);
            case 4 -> List.of("RPUSH", key, value, "more");
            case 5 -> List.of("HSET", key, value, "x");
            case 6 -> List.of("ZADD", key, "1", value);
            default -> List.of("INCR", key);
        };
    }

    /// As [GuardedLane#select] does, without asking a target.
    private void select(int database) {
        if (database == selected) {
            return;
        }
        batch.merger.close();
        batch.beginCommand();
        RespWriter.command(batch.wire, "SELECT", Integer.toString(database));
        batch.endCommand(offset, sourceDatabase, false, false);
        selected = database;
    }

    private void close() {
        select(INITIAL_DATABASE);
        batch.merger.close();
        int records = random.nextInt(3);
        for (int i = 0; i < records; i++) {
            batch.beginCommand();
            RespWriter.command(batch.wire, "RPUSH", "refused", "{}");
            batch.endCommand(offset, sourceDatabase, clean, false);
        }
        batch.records = records;
        batch.beginCommand();
        RespWriter.array(batch.wire, 3);
        RespWriter.bulk(batch.wire, "SET");
        RespWriter.bulk(batch.wire, "checkpoint");
        batch.wire.putAscii("$" + Checkpoint.LENGTH + "\r\n");
        batch.valueAt = batch.wire.length;
        batch.wire
                .put(
                        new Checkpoint(1, Checkpoint.Phase.STREAMING, offset, sourceDatabase, ID, 0)
                                .encode())
                .putLineEnd();
        batch.endCommand(offset, sourceDatabase, clean, false);
        batch.unit(batch.commandCount, 0);
        batch.endOffset = offset;
    }

    // ---- what must hold ----

    void requireWhole() {
        assertThat(effectsOnWire()).isEqualTo(effects(said));
        requireCheckpoint(offset, sourceDatabase);
        requireStarts();
    }

    void cutAndRequire() {
        int command = pick();
        if (command < 0) {
            return;
        }
        long limit = batch.offsetBehind(command);
        if (batch.isMerged(command)) {
            int before = batch.commandCount;
            BatchSurgery.unmerge(batch, command);
            assertThat(batch.commandCount).isGreaterThanOrEqualTo(before);
            requireWhole();
        }
        boolean left = BatchSurgery.cutBefore(batch, command, INITIAL_DATABASE);
        int kept = 0;
        for (int i = 0; i < said.size() && said.get(i).offset < limit; i++) {
            if (said.get(i).clean) {
                kept = i + 1;
            }
        }
        if (!left) {
            return;
        }
        Said last = said.get(keptAt(batch.endOffset));
        assertThat(batch.endOffset).as("a cut before %s", command).isLessThan(limit);
        assertThat(last.clean).isTrue();
        int count = keptAt(batch.endOffset) + 1;
        assertThat(count).isLessThanOrEqualTo(kept);
        assertThat(effectsOnWire()).isEqualTo(effects(said.subList(0, count)));
        requireCheckpoint(batch.endOffset, last.database);
        requireStarts();
    }

    private int keptAt(long end) {
        for (int i = 0; i < said.size(); i++) {
            if (said.get(i).offset == end) {
                return i;
            }
        }
        throw new AssertionError(end + " is no boundary of the stream");
    }

    void removeAndRequire() {
        int command = pick();
        if (command < 0) {
            return;
        }
        if (batch.isMerged(command)) {
            BatchSurgery.unmerge(batch, command);
        }
        List<Effect> expected = new ArrayList<>();
        int at = 0;
        int inside = INITIAL_DATABASE;
        for (int i = 0; i < batch.commandCount - 1 - batch.records; i++) {
            CommandView view = BatchSurgery.view(batch, i);
            if (view.isWord(0, "SELECT")) {
                inside = Integer.parseInt(view.text(1));
            } else if (i != command) {
                expected.addAll(effects(inside, text(view)));
                at++;
            }
        }
        assertThat(BatchSurgery.databaseOf(batch, command, INITIAL_DATABASE))
                .isEqualTo(databaseAt(command));
        BatchSurgery.remove(batch, command);
        assertThat(at).isGreaterThanOrEqualTo(0);
        assertThat(effectsOnWire()).isEqualTo(expected);
        requireCheckpoint(offset, sourceDatabase);
        requireStarts();
    }

    private int databaseAt(int command) {
        int database = INITIAL_DATABASE;
        int from = 0;
        for (int i = 0; i < command; i++) {
            CommandView view = parse(batch.wire.array, from, batch.wire.length);
            if (view.isWord(0, "SELECT")) {
                database = Integer.parseInt(view.text(1));
            }
            from = view.end;
        }
        return database;
    }

    /// A command of the stream, by its index in the batch; -1 when there is none.
    private int pick() {
        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i < batch.commandCount - 1 - batch.records; i++) {
            if (!BatchSurgery.view(batch, i).isWord(0, "SELECT")) {
                candidates.add(i);
            }
        }
        return candidates.isEmpty() ? -1 : candidates.get(random.nextInt(candidates.size()));
    }

    private void requireStarts() {
        int from = 0;
        for (int i = 0; i < batch.commandCount; i++) {
            assertThat(batch.commandStarts[i]).as("start of command %s", i).isEqualTo(from);
            from = parse(batch.wire.array, from, batch.wire.length).end;
        }
        assertThat(from).isEqualTo(batch.wire.length);
        assertThat(batch.units[0]).isEqualTo(batch.commandCount);
    }

    private void requireCheckpoint(long at, int database) {
        CommandView last = BatchSurgery.view(batch, batch.commandCount - 1);
        Checkpoint checkpoint = Checkpoint.decode(last.argument(2));
        assertThat(checkpoint)
                .isEqualTo(new Checkpoint(1, Checkpoint.Phase.STREAMING, at, database, ID, 0));
        assertThat(BatchSurgery.databaseOf(batch, batch.commandCount - 1, INITIAL_DATABASE))
                .as("database that the checkpoint is written to")
                .isEqualTo(INITIAL_DATABASE);
        for (int i = 1; i <= batch.records; i++) {
            CommandView record = BatchSurgery.view(batch, batch.commandCount - 1 - i);
            assertThat(record.text(1)).isEqualTo("refused");
        }
    }

    private List<Effect> effectsOnWire() {
        List<Effect> all = new ArrayList<>();
        int database = INITIAL_DATABASE;
        int from = 0;
        for (int i = 0; i < batch.commandCount - 1 - batch.records; i++) {
            CommandView view = parse(batch.wire.array, from, batch.wire.length);
            if (view.isWord(0, "SELECT")) {
                database = Integer.parseInt(view.text(1));
            } else {
                all.addAll(effects(database, text(view)));
            }
            from = view.end;
        }
        return all;
    }

    private static List<Effect> effects(List<Said> commands) {
        return commands.stream().flatMap(command -> command.effects.stream()).toList();
    }

    /// What a command does, in parts that merging neither makes nor breaks.
    private static List<Effect> effects(int database, List<String> words) {
        String name = words.getFirst();
        boolean keys = name.equals("DEL") || name.equals("MSET") || name.equals("SET");
        int step =
                switch (name) {
                    case "SET", "MSET", "HSET", "ZADD" -> 2;
                    default -> 1;
                };
        List<Effect> parts = new ArrayList<>();
        if (words.size() == 2 && !keys) {
            return List.of(new Effect(database, words));
        }
        for (int i = keys ? 1 : 2; i < words.size(); i += step) {
            List<String> part = new ArrayList<>();
            part.add(name.equals("MSET") ? "SET" : name);
            if (!keys) {
                part.add(words.get(1));
            }
            part.addAll(words.subList(i, i + step));
            parts.add(new Effect(database, part));
        }
        return parts;
    }

    private static List<String> text(CommandView view) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < view.argumentCount; i++) {
            words.add(view.text(i));
        }
        return words;
    }

    private static CommandView parse(byte[] array, int from, int limit) {
        CommandView view = new CommandView();
        assertThat(new CommandParser().parse(array, from, limit, view)).isTrue();
        return view;
    }
}
