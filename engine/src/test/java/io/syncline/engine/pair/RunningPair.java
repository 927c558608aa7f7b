package io.syncline.engine.pair;

import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.engine.link.Underway;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Await;
import io.syncline.testkit.Endpoint;
import io.syncline.testkit.Instance;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// A two-way task in this process, with everything that it told.
final class RunningPair implements AutoCloseable {
    static final Duration LIMIT = Underway.LIMIT;

    private final PairTask task;
    private final Underway underway = new Underway(this::toString);
    private final List<Resolution> resolutions = new CopyOnWriteArrayList<>();
    private final int primaries;

    /// @param primaries of both sides
    /// @param paused directions that begin paused, by the side that they come from
    RunningPair(LinkOptions options, PairChoices choices, int primaries, Set<Site> paused) {
        this.primaries = primaries;
        task = new PairTask(options, choices, underway::told, resolutions::add);
        paused.forEach(each -> task.pause(each, true));
        underway.start(task::run);
    }

    <T extends LinkEvent> List<T> events(Class<T> kind) {
        return underway.events(kind);
    }

    List<Resolution> resolutions() {
        return resolutions;
    }

    PairTask task() {
        return task;
    }

    LinkStatus status() {
        return task.status();
    }

    RunningPair awaitStreaming() {
        await(
                "both directions stream",
                () ->
                        status().shards().size() == primaries
                                && status().shards().stream()
                                        .allMatch(each -> each.phase() == Phase.STREAMING));
        return this;
    }

    /// Waits for something that only a task that still runs can do.
    void await(String what, Await.Condition condition) {
        underway.await(what, condition);
    }

    /// Waits until each side has what the other one had when this was called, and what came of it.
    void awaitQuiet(Instance source, Instance target) {
        try {
            awaitEqual(source, target);
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "\n" + new KeyspaceDigest().compare(source, target), e);
        }
    }

    /// The same where primaries may have changed their order, which is by their lowest slot.
    void awaitQuietBehindMoves(Instance source, Instance target) {
        await(
                "both sides to be equal",
                () ->
                        status().shards().stream().allMatch(shard -> shard.lagMillis() == 0)
                                && new KeyspaceDigest()
                                        .tolerance(Duration.ofMillis(5))
                                        .compare(source, target)
                                        .none());
    }

    /// The same for one database.
    void awaitQuietIn(int database, Instance source, Instance target) {
        await(
                "both sides to be equal",
                () ->
                        isThrough(source, target)
                                && new KeyspaceDigest()
                                        .onlyDatabases(database)
                                        .tolerance(Duration.ofMillis(5))
                                        .compare(source, target)
                                        .none());
    }

    /// Waits until the pair has written so many beats more, a second each.
    void awaitBeats(RedisServer standalone, int count) {
        String tag = Slots.tag(0);
        String key = "__syncline:pair:pair-beat:{" + tag + "}";
        for (int i = 0; i < count; i++) {
            String before = standalone.text("GET", key);
            await("a beat", () -> !standalone.text("GET", key).equals(before));
        }
    }

    private void awaitEqual(Instance source, Instance target) {
        await(
                "both sides to be equal",
                () ->
                        isThrough(source, target)
                                && new KeyspaceDigest()
                                        .tolerance(Duration.ofMillis(5))
                                        .compare(source, target)
                                        .none());
    }

    private boolean isThrough(Instance source, Instance target) {
        List<LinkStatus.Shard> shards = status().shards();
        if (shards.size() != primaries) {
            return false;
        }
        int at = 0;
        for (Instance origin : List.of(source, target)) {
            for (Endpoint primary : origin.primaries()) {
                LinkStatus.Shard shard = shards.get(at++);
                // Beats and markers go on for ever; less than a hundred bytes each.
                if (shard.appliedOffset() <= offset(primary) - 1_000 || shard.lagMillis() != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static long offset(Endpoint primary) {
        try (Wire wire = primary.connect()) {
            return wire.text("INFO", "replication")
                    .lines()
                    .filter(line -> line.startsWith("master_repl_offset:"))
                    .mapToLong(line -> Long.parseLong(line.substring(19).strip()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// Commands of users written in both directions so far.
    long written() {
        return status().shards().stream().mapToLong(LinkStatus.Shard::commands).sum();
    }

    Link.Outcome awaitEnd() {
        return underway.awaitEnd();
    }

    Failure awaitFailure() {
        return underway.awaitFailure();
    }

    Link.Outcome stop() {
        task.stop();
        return awaitEnd();
    }

    @Override
    public void close() {
        if (!underway.hasEnded()) {
            stop();
        }
    }

    @Override
    public String toString() {
        return status()
                + underway.lastEvents(RunningPair::isWorthReading)
                + "\n  "
                + resolutions.size()
                + " repairs";
    }

    private static boolean isWorthReading(LinkEvent event) {
        return !(event instanceof LinkEvent.Checked checked)
                || checked.finding().remedy().startsWith("A two-way");
    }
}
