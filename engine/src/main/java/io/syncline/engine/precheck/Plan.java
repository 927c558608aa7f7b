package io.syncline.engine.precheck;

import io.syncline.engine.etl.KeyRules;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is about to be started, as far as checks need it.
///
/// @param databases source to target; empty: all to themselves
/// @param mayHoldKeys whether keys at the target are no reason to stop
/// @param resumes whether the target already knows this task
/// @param task its name; empty when it has none yet
/// @param spoolDirectory where waiting bytes may go to disk; null: not looked at
/// @param spoolDiskBytes how many of them per source shard
/// @param kind how the source is read
/// @param setsNotifications whether a scan may switch keyspace notifications on
/// @param rules for keys
/// @param commands names that a user gave, of commands to copy or to leave out
/// @param former what the task did before; null for nothing
/// @param bothWays whether what happens at the target comes back to the source
record Plan(
        SortedMap<Integer, Integer> databases,
        boolean mayHoldKeys,
        boolean resumes,
        String task,
        @Nullable Path spoolDirectory,
        long spoolDiskBytes,
        SourceKind kind,
        boolean setsNotifications,
        KeyRules rules,
        List<String> commands,
        Precheck.@Nullable Former former,
        boolean bothWays) {
    Plan {
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
        commands = List.copyOf(commands);
    }

    /// A source that is replicated.
    Plan(
            SortedMap<Integer, Integer> databases,
            boolean mayHoldKeys,
            boolean resumes,
            String task,
            @Nullable Path spoolDirectory,
            long spoolDiskBytes) {
        this(
                databases,
                mayHoldKeys,
                resumes,
                task,
                spoolDirectory,
                spoolDiskBytes,
                SourceKind.REPLICATED,
                false,
                KeyRules.NONE,
                List.of(),
                null,
                false);
    }

    Plan withTask(String name) {
        return with(name, spoolDirectory, spoolDiskBytes, kind, setsNotifications);
    }

    Plan withSpool(Path directory, long diskBytes) {
        return with(task, directory, diskBytes, kind, setsNotifications);
    }

    Plan withKind(SourceKind other) {
        return with(task, spoolDirectory, spoolDiskBytes, other, setsNotifications);
    }

    Plan withNotificationsSet(boolean wanted) {
        return with(task, spoolDirectory, spoolDiskBytes, kind, wanted);
    }

    Plan withRules(KeyRules other) {
        return with(other, commands, former, bothWays);
    }

    Plan withCommands(List<String> names) {
        return with(rules, names, former, bothWays);
    }

    Plan withFormer(Precheck.@Nullable Former run) {
        return with(rules, commands, run, bothWays);
    }

    Plan withBothWays() {
        return with(rules, commands, former, true);
    }

    private Plan with(
            KeyRules keys, List<String> names, Precheck.@Nullable Former run, boolean both) {
        return new Plan(
                databases,
                mayHoldKeys,
                resumes,
                task,
                spoolDirectory,
                spoolDiskBytes,
                kind,
                setsNotifications,
                keys,
                names,
                run,
                both);
    }

    private Plan with(
            String name,
            @Nullable Path directory,
            long diskBytes,
            SourceKind sourceKind,
            boolean notifications) {
        return new Plan(
                databases,
                mayHoldKeys,
                resumes,
                name,
                directory,
                diskBytes,
                sourceKind,
                notifications,
                rules,
                commands,
                former,
                bothWays);
    }

    /// Whether a database of the source is copied.
    boolean copies(int sourceDatabase) {
        return databases.isEmpty() || databases.containsKey(sourceDatabase);
    }

    /// Whether a database of the target is written to.
    boolean writes(int targetDatabase) {
        return databases.isEmpty() || databases.containsValue(targetDatabase);
    }

    /// The databases of the target that are needed: those named, or those that hold keys now.
    NavigableSet<Integer> needed(Iterable<Integer> sourceDatabasesWithKeys) {
        NavigableSet<Integer> needed = new TreeSet<>(databases.values());
        if (databases.isEmpty()) {
            sourceDatabasesWithKeys.forEach(needed::add);
        }
        return needed;
    }
}
