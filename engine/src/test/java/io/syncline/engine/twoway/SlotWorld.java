package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.syncline.engine.command.Slots;
import io.syncline.engine.twoway.SimSite.Violation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Two sites of one to three primaries each, their users, and [SlotPairs] between them, from one
/// seed: everything that [SimWorld] lets go wrong, for each node by itself, and restarts from a
/// floor that may be old.
final class SlotWorld {
    static final long MUCH_ROOM = 1 << 20;
    private static final int LEAST_STEPS = 60;

    /// Each names a slot.
    private static final String[] TAGS = {"a", "b", "c", "d"};

    final SplittableRandom random;
    final SimTally tally;
    private final Options options;
    private final List<List<SimSite>> sites = new ArrayList<>();
    final SimMoves moves;
    private final int[] estimates;
    private final List<SlotProcess> ghosts = new ArrayList<>();
    private final double[] weights = new double[8];
    private final double ghostChance;
    private final double moving;
    final SlotUsers users;
    private @Nullable SimCopy copy;
    private SlotProcess process;
    Floor durable;
    private long epoch = 1;
    private int crashes;
    private int losses;
    private boolean conflict;
    private final SimHolds holds;
    private long room;
    long now = 1_000;

    /// How a world is made.
    ///
    /// @param holds whether directions are held back and let go now and then
    record Options(Set<Rule> rules, GuardPolicy guard, boolean deletesYield, boolean holds) {}

    SlotWorld(long seed, Options options, SimTally tally) {
        this.options = options;
        this.tally = tally;
        random = new SplittableRandom(seed);
        holds = new SimHolds(random, tally, options.holds());
        List<Object> payloads = new ArrayList<>();
        for (int at = 0; at < Site.values().length; at++) {
            int count = random.nextInt(1, 4);
            int skew = random.nextInt(-50, 51);
            List<SimSite> nodes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                nodes.add(new SimSite(skew, random.nextBoolean(), payloads, SimSite.KEYS_BY_SLOT));
            }
            sites.add(nodes);
        }
        moves = new SimMoves(this, TAGS, random.nextBoolean() ? 0 : random.nextInt(1, 8));
        moving = List.of(.02, .1, .3).get(random.nextInt(3));
        estimates = new int[] {random.nextInt(-50, 51), random.nextInt(-50, 51)};
        tick(0);
        durable =
                new Floor(
                        beginning(Site.SOURCE),
                        beginning(Site.TARGET),
                        moves.ownership(Site.SOURCE),
                        moves.ownership(Site.TARGET));
        users = new SlotUsers(this, TAGS, List.of(6, 12, 20, 40).get(random.nextInt(4)));
        crashes = random.nextInt(10) < 4 ? 0 : random.nextInt(1, 5);
        losses = random.nextInt(10) < 6 ? 0 : random.nextInt(1, 4);
        double[] pick = random.nextBoolean() ? new double[] {1} : new double[] {.1, .5, 1, 6};
        for (int i = 0; i < weights.length; i++) {
            weights[i] = pick[random.nextInt(pick.length)];
        }
        weights[0] *= List.of(.05, .15, .5, 1.).get(random.nextInt(4));
        ghostChance = List.of(.02, .1, .5).get(random.nextInt(3));
        if (random.nextBoolean()) {
            SimCopy first = new SimCopy(this, anySite());
            durable = first.run(TAGS);
            copy = first;
        }
        process = new SlotProcess(this, epoch, copy);
    }

    /// Something that needs no process.
    void happenWithout(Site receiver) {
        if (random.nextDouble() < moving) {
            moves.step();
        } else if (random.nextInt(3) > 0) {
            users.operateBefore(receiver);
        } else {
            tick(random.nextInt(1, 40));
            Site any = anySite();
            nodes(any).get(anyNode(any)).expireActively(random);
        }
    }

    private List<StreamPlace> beginning(Site site) {
        return nodes(site).stream().map(node -> StreamPlace.BEGINNING).toList();
    }

    List<SimSite> nodes(Site site) {
        return sites.get(site.index());
    }

    /// The users' keys of a slot at a site.
    Collection<byte[]> keysOf(Site site, int slot) {
        List<byte[]> keys = new ArrayList<>();
        for (String key : data(site).keySet()) {
            byte[] name = key.substring(2).getBytes(ISO_8859_1);
            if (Slots.of(name) == slot) {
                keys.add(name);
            }
        }
        return keys;
    }

    PairOptions options() {
        room = random.nextInt(4) == 0 ? 2_000 : MUCH_ROOM;
        return new PairOptions(options.guard(), options.deletesYield(), 4, 1 << 20, false, room);
    }

    /// How much of a node's own writes may wait in the present process.
    long room() {
        return room;
    }

    Set<Rule> rules() {
        return options.rules();
    }

    long nextEpoch() {
        return ++epoch;
    }

    long estimate(Site site, long millis) {
        return millis + estimates[site.index()];
    }

    void tick(int millis) {
        now += millis;
        sites.forEach(site -> site.forEach(node -> node.now = now));
    }

    void resolved(Resolution resolution) {
        tally.conflicts++;
        conflict |= resolution.cause() == LatchCause.CONFLICT;
    }

    /// A transaction of the pair was tried.
    void executed(SimSite.@Nullable Unit unit, SlotProcess by) {
        if (unit == null) {
            tally.voided++;
            return;
        }
        tally.transactions++;
        tally.ghostTransactions += by == process ? 0 : 1;
    }

    void run() {
        int steps = 0;
        int total = users.left();
        tally.copies += copy == null ? 0 : 1;
        while ((users.left() > 0 || steps < LEAST_STEPS) && steps < 100 * total + 2_000) {
            steps++;
            maybeBreak();
            holds.step();
            happen();
            if (random.nextDouble() < moving) {
                moves.step();
            }
            if (random.nextInt(3) == 0) {
                process.deliverRound(anySite(), random.nextInt(10) == 0);
            }
            if (!ghosts.isEmpty() && random.nextDouble() < ghostChance) {
                SlotProcess ghost = ghosts.get(random.nextInt(ghosts.size()));
                Site site = anySite();
                ghost.deliverRequest(site, anyNode(site));
            }
            if (steps % 20 == 0) {
                lookForFloor();
            }
        }
        new SlotRest(this, holds).come();
        tally.worlds++;
        tally.operations += total;
        tally.steps += steps;
    }

    void crash() {
        tally.crashes++;
        process.die();
        ghosts.add(process);
        process = new SlotProcess(this, nextEpoch(), null);
    }

    SlotProcess process() {
        return process;
    }

    /// The dead ones, whose last requests may still arrive.
    List<SlotProcess> ghosts() {
        return ghosts;
    }

    /// Whether any two writes were called a conflict.
    boolean isConflictSeen() {
        return conflict;
    }

    /// All data of the users at a site.
    Map<String, Object> data(Site site) {
        Map<String, Object> all = new TreeMap<>();
        nodes(site).forEach(node -> all.putAll(node.values.userData()));
        return all;
    }

    boolean isHeld(Site origin) {
        return holds.isHeld(origin);
    }

    private void lookForFloor() {
        SlotPairs pairs = process.pairs();
        if (pairs != null) {
            Floor found = pairs.floor();
            if (!found.equals(durable) && random.nextInt(3) > 0) {
                durable = found;
                tally.floors++;
            }
        }
    }

    Site anySite() {
        return random.nextBoolean() ? Site.SOURCE : Site.TARGET;
    }

    int anyNode(Site site) {
        return random.nextInt(nodes(site).size());
    }

    private void maybeBreak() {
        if (crashes > 0 && random.nextDouble() < (process.isWriting() ? .06 : .003)) {
            crashes--;
            crash();
        }
        if (losses > 0 && random.nextDouble() < (process.isWriting() ? .04 : .003)) {
            losses--;
            Site site = anySite();
            SlotProcess ghost = process.loseNode(site, anyNode(site));
            if (ghost != null) {
                tally.losses++;
                ghosts.add(ghost);
            }
        }
    }

    private void happen() {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double at = random.nextDouble() * sum;
        int what = 0;
        while (what < weights.length - 1 && at >= weights[what]) {
            at -= weights[what++];
        }
        boolean biased = process.isWriting() && random.nextInt(20) == 0;
        Site site = what % 2 == 0 ? Site.SOURCE : Site.TARGET;
        int node = anyNode(site);
        switch (biased ? 0 : what) {
            case 0 -> users.operate();
            case 1 -> {
                tick(random.nextInt(1, 40));
                Site any = anySite();
                nodes(any).get(anyNode(any)).expireActively(random);
            }
            case 2, 3 -> process.deliverStream(site, node);
            case 4, 5 -> {
                process.deliverRequest(site, node);
                process.deliverAnswer(site, node);
            }
            default -> process.step(site, node);
        }
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }
}
