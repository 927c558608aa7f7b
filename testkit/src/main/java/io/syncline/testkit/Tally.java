package io.syncline.testkit;

import io.syncline.testkit.Step.Count;
import io.syncline.testkit.Step.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;

/// What became of the steps of a [Workload]; written by all its connections.
final class Tally {
    /// Distinct refusals that are kept for messages.
    private static final int MOST_REFUSALS = 20;

    private final Map<Counter, Sum> sums = new ConcurrentHashMap<>();
    private final Set<String> refusals = new ConcurrentSkipListSet<>();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder unknown = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder retried = new LongAdder();
    final LongAdder reconnects = new LongAdder();

    private static final class Sum {
        final LongAdder acknowledged = new LongAdder();
        final LongAdder unknown = new LongAdder();
    }

    void acknowledged(Step step) {
        acknowledged.increment();
        for (Count count : step.counts()) {
            sum(count).acknowledged.add(count.amount());
        }
    }

    /// Sent, but the connection ended before the reply.
    void unknown(Step step) {
        unknown.increment();
        for (Count count : step.counts()) {
            sum(count).unknown.add(count.amount());
        }
    }

    void refused(Step step, String message) {
        refused.increment();
        if (refusals.size() < MOST_REFUSALS) {
            refusals.add(step.commands().getFirst().getFirst() + ": " + message);
        }
    }

    Set<String> refusals() {
        return new TreeSet<>(refusals);
    }

    /// Every counter that is less than was acknowledged, or more than that and all unknown ones.
    List<String> miscounts(Router router) {
        List<Counter> counters = new ArrayList<>(sums.keySet());
        List<String> wrong = new ArrayList<>();
        for (int database : counters.stream().map(Counter::database).distinct().toList()) {
            List<Counter> here =
                    counters.stream().filter(counter -> counter.database() == database).toList();
            router.select(database);
            for (Counter counter : here) {
                byte[] key = Wire.bytes(counter.key());
                router.send(key, counter.kind().read, key);
            }
            for (Counter counter : here) {
                Object reply = router.receive();
                check(counter, reply == null ? 0 : Replies.number(reply), wrong);
            }
        }
        return wrong;
    }

    private void check(Counter counter, long value, List<String> wrong) {
        Sum sum = sums.getOrDefault(counter, new Sum());
        long least = sum.acknowledged.sum();
        long most = least + sum.unknown.sum();
        if (value < least || value > most) {
            String expected = least == most ? "" + least : least + " to " + most;
            wrong.add(counter + " is " + value + ", expected " + expected);
        }
    }

    private Sum sum(Count count) {
        return sums.computeIfAbsent(count.counter(), counter -> new Sum());
    }
}
