package io.syncline.testkit;

import java.util.ArrayList;
import java.util.List;

/// One unit of a [Workload]: a command, or a transaction, whose fate is known as a whole.
///
/// @param key any of its keys: all lie in one slot
/// @param commands with MULTI and EXEC around them when they are a transaction
/// @param counts what it adds when it is done
record Step(int database, String key, List<List<Object>> commands, List<Count> counts) {

    /// What a counter is made of, and how its value is read.
    enum Kind {
        NUMBER("GET"),
        LENGTH("STRLEN"),
        ELEMENTS("LLEN");

        final String read;

        Kind(String read) {
            this.read = read;
        }
    }

    /// A key whose value tells how often it was written.
    record Counter(int database, String key, Kind kind) {}

    record Count(Counter counter, long amount) {}

    static Step single(int database, String key, Object... words) {
        return new Step(database, key, List.of(List.of(words)), List.of());
    }

    static Step counting(int database, String key, Kind kind, Object... words) {
        return new Step(
                database,
                key,
                List.of(List.of(words)),
                List.of(new Count(new Counter(database, key, kind), 1)));
    }

    static Step transaction(List<Step> steps) {
        List<List<Object>> commands = new ArrayList<>();
        List<Count> counts = new ArrayList<>();
        commands.add(List.of("MULTI"));
        for (Step step : steps) {
            commands.addAll(step.commands);
            counts.addAll(step.counts);
        }
        commands.add(List.of("EXEC"));
        Step first = steps.getFirst();
        return new Step(first.database, first.key, commands, counts);
    }
}
