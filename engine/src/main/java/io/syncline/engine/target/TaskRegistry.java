package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What the target remembers of a task: one small hash. It counts starts, which is how a later
/// process outranks an earlier one, and says what was found at the very first.
public final class TaskRegistry {
    /// Counts starts of the task.
    static final String STARTS = "starts";

    /// `1` when the target was empty at the first start, so that all keys in it are of our making.
    static final String OWNED = "owned";

    /// The databases that the position counts for, as a user writes them.
    static final String DATABASES = "databases";

    private static final String RULES = "rules:";

    /// What was read, without secrets.
    private static final String SOURCE = "source";

    private static final String ALL = "all";
    private static final String SHARD = "shard:";
    private static final String GONE = "gone";

    private final OwnKeys keys;
    private final int database;

    private TaskRegistry(OwnKeys keys, int database) {
        this.keys = keys;
        this.database = database;
    }

    /// The database that holds, or will hold, the task's own keys: where they are found, else the
    /// first of the candidates.
    ///
    /// @param candidates databases of the target that the task writes to
    public static TaskRegistry find(
            Connection connection, OwnKeys keys, Iterable<Integer> candidates) throws IOException {
        int first = -1;
        for (int database : candidates) {
            first = first < 0 ? database : first;
            select(connection, database);
            Reply exists = call(connection, "EXISTS".getBytes(UTF_8), keys.manifest());
            if (exists instanceof Reply.Whole found && found.value() > 0) {
                return new TaskRegistry(keys, database);
            }
        }
        return new TaskRegistry(keys, Math.max(0, first));
    }

    public int database() {
        return database;
    }

    /// Registers one more start.
    ///
    /// @param owned whether the target is empty, which counts at the first start only
    /// @param databases as a user writes them: `0,3:5`, or `all`
    /// @param copiesAll whether everything is copied anew in any case
    /// @return the number of this start, larger than every one before
    /// @throws SynclineException when there are databases that the task has no position for: what
    ///   they held before would be missed without a word
    public long start(
            Connection connection,
            boolean owned,
            String source,
            String databases,
            boolean copiesAll)
            throws IOException {
        String before = read(connection).getOrDefault(DATABASES, databases);
        if (!copiesAll && takesOnMore(before, databases)) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    connection.address().toString(),
                    "task "
                            + keys.task()
                            + " was started for databases "
                            + before
                            + "; it can give some up, not take on more ("
                            + databases
                            + ")",
                    "Give the others a task of their own, or remove this one's position with"
                            + " ./syncline sweep to copy all again");
        }
        set(connection, "HSET", DATABASES, databases);
        set(connection, "HSETNX", OWNED, owned ? "1" : "0");
        set(connection, "HSETNX", "created", Long.toString(System.currentTimeMillis()));
        set(connection, "HSET", SOURCE, source);
        Reply starts =
                call(
                        connection,
                        "HINCRBY".getBytes(UTF_8),
                        keys.manifest(),
                        STARTS.getBytes(UTF_8),
                        "1".getBytes(UTF_8));
        if (starts instanceof Reply.Whole number) {
            return number.value();
        }
        throw new IOException("HINCRBY is answered with " + starts);
    }

    /// Whether there are databases now, each as a user writes it, that were not among those before.
    public static boolean takesOnMore(String before, String now) {
        if (before.equals(ALL)) {
            // Each of the same number; 3:5 writes to where nothing of 3 was.
            return now.contains(":");
        }
        return !List.of(before.split(",", -1)).containsAll(List.of(now.split(",", -1)));
    }

    private void set(Connection connection, String command, String field, String value)
            throws IOException {
        call(
                connection,
                command.getBytes(UTF_8),
                keys.manifest(),
                field.getBytes(UTF_8),
                value.getBytes(UTF_8));
    }

    /// Everything in the hash; empty for a task that never started.
    public Map<String, String> read(Connection connection) throws IOException {
        select(connection, database);
        Reply reply = call(connection, "HGETALL".getBytes(UTF_8), keys.manifest());
        Map<String, String> fields = new LinkedHashMap<>();
        if (reply instanceof Reply.Items items) {
            for (int i = 0; i + 1 < items.items().size(); i += 2) {
                fields.put(text(items.items().get(i)), text(items.items().get(i + 1)));
            }
        }
        return fields;
    }

    /// Notes which nodes of the source a pipeline is for, or that its shard is no more.
    ///
    /// @param ids of the nodes; none for a shard that was dissolved
    /// @return what stands in [#shardField] now
    public String noteShard(Connection connection, int pipeline, Collection<String> ids)
            throws IOException {
        String note = ids.isEmpty() ? GONE : String.join(",", ids);
        select(connection, database);
        set(connection, "HSET", shardField(pipeline), note);
        return note;
    }

    /// The field of [#noteShard].
    public static String shardField(int pipeline) {
        return SHARD + pipeline;
    }

    /// The nodes that each pipeline was for, by pipeline; none for one whose shard was dissolved.
    public static SortedMap<Integer, Set<String>> shards(Map<String, String> manifest) {
        SortedMap<Integer, Set<String>> shards = new TreeMap<>();
        manifest.forEach((field, value) -> {
            if (field.startsWith(SHARD)) {
                shards.put(
                        Integer.parseInt(field.substring(SHARD.length())),
                        value.equals(GONE) ? Set.of() : Set.of(value.split(",", -1)));
            }
        });
        return shards;
    }

    /// Notes under which rules for keys a pipeline's position counts.
    ///
    /// @param print of the rules; empty for none
    public void noteRules(Connection connection, int pipeline, String print) throws IOException {
        select(connection, database);
        set(connection, "HSET", ruleField(pipeline), print);
    }

    /// The field of [#noteRules].
    public static String ruleField(int pipeline) {
        return RULES + pipeline;
    }

    /// The print of the rules under which a pipeline's position counts; empty for none.
    public static String rules(Map<String, String> manifest, int pipeline) {
        return manifest.getOrDefault(ruleField(pipeline), "");
    }

    /// What the task has read until now, as a URI; empty when that is not known.
    public static String source(Map<String, String> manifest) {
        return manifest.getOrDefault(SOURCE, "");
    }

    /// Whether the task writes to one of these databases of the target; to none where it never
    /// started.
    public static boolean writes(Map<String, String> manifest, IntPredicate databases) {
        if (manifest.isEmpty()) {
            return false;
        }
        String written = manifest.getOrDefault(DATABASES, ALL);
        return written.equals(ALL)
                || Arrays.stream(written.split(",", -1))
                        .mapToInt(each -> Integer.parseInt(each.substring(each.indexOf(':') + 1)))
                        .anyMatch(databases);
    }

    /// Whether all keys at the target were made by this task.
    public static boolean isOwned(Map<String, String> manifest) {
        return "1".equals(manifest.get(OWNED));
    }

    /// What to say when a start could not be registered within the retry time.
    public static SynclineException exhausted(String place, Duration retry, String reason) {
        return TargetErrors.exhausted(place, retry, reason);
    }

    /// One pipeline's checkpoint; null when it has none.
    public @Nullable Checkpoint checkpoint(Connection connection, int pipeline) throws IOException {
        select(connection, database);
        return new CheckpointStore(keys.checkpoint(pipeline), keys.guard(pipeline))
                .read(connection);
    }

    /// What a pipeline noted about slots of its source; null for nothing.
    public byte @Nullable [] slotNote(Connection connection, int pipeline) throws IOException {
        select(connection, database);
        Reply reply = call(connection, "GET".getBytes(UTF_8), keys.slots(pipeline));
        return reply instanceof Reply.Bulk bulk ? bulk.bytes() : null;
    }

    private static String text(Reply reply) {
        return reply instanceof Reply.Bulk bulk ? bulk.utf8() : "";
    }

    private static void select(Connection connection, int database) throws IOException {
        call(connection, "SELECT".getBytes(UTF_8), Integer.toString(database).getBytes(UTF_8));
    }

    private static Reply call(Connection connection, byte[]... arguments) throws IOException {
        return CheckpointStore.accept(connection, connection.call(arguments));
    }
}
