package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.syncline.engine.command.Slots;
import io.syncline.engine.twoway.SimSite.Command;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Who owns which slot at the sites of a [SlotWorld], and how slots move between the primaries of a
/// site: key by key, as MIGRATE does, to and fro, at any pace, while users and the pair write.
final class SimMoves {
    private final SlotWorld world;
    private final SplittableRandom random;
    private final List<Map<Integer, Integer>> owners = new ArrayList<>();
    private final List<Map<Integer, Move>> moves = List.of(new TreeMap<>(), new TreeMap<>());
    private final List<Map<Integer, SimSlotJob>> jobs = List.of(new TreeMap<>(), new TreeMap<>());
    private final boolean byJobs;
    private int left;

    /// Where no slot moves for a while.
    private @Nullable Site resting;

    /// One slot on its way from its owner.
    private static final class Move {
        final int to;

        /// The keys go back to the owner.
        boolean givenUp;

        Move(int to) {
            this.to = to;
        }
    }

    /// @param left most moves
    SimMoves(SlotWorld world, String[] tags, int left) {
        this.world = world;
        this.random = world.random;
        this.left = left;
        byJobs = random.nextBoolean();
        for (Site site : Site.values()) {
            Map<Integer, Integer> owner = new TreeMap<>();
            for (String tag : tags) {
                owner.put(slot(tag), random.nextInt(world.nodes(site).size()));
            }
            owners.add(owner);
        }
    }

    boolean isByJobs() {
        return byJobs;
    }

    static int slot(String tag) {
        return Slots.of(tag.getBytes(ISO_8859_1));
    }

    Ownership ownership(Site site) {
        List<BitSet> slots = new ArrayList<>();
        for (int i = 0; i < world.nodes(site).size(); i++) {
            slots.add(owned(site, i));
        }
        return Ownership.of(slots);
    }

    private BitSet owned(Site site, int node) {
        BitSet slots = new BitSet(Slots.COUNT);
        owners.get(site.index()).forEach((slot, of) -> slots.set(slot, of == node));
        jobs.get(site.index())
                .forEach((slot, job) -> {
                    if (job.from == node) {
                        slots.set(slot);
                    }
                });
        return slots;
    }

    /// Whether a command is about a key of a slot.
    static boolean isIn(int slot, Command command) {
        return command.words().length > 1
                && Slots.of(command.words()[1].getBytes(ISO_8859_1)) == slot;
    }

    private int owner(Site site, int slot) {
        return owners.get(site.index()).getOrDefault(slot, 0);
    }

    /// What a node says of itself.
    NodeSighting sighting(Site site, int node, BitSet asked) {
        BitSet open = new BitSet();
        moves.get(site.index())
                .forEach((slot, move) ->
                        open.set(slot, move.to == node || owner(site, slot) == node));
        BitSet used = (BitSet) asked.clone();
        asked.stream().filter(slot -> keysOf(site, node, slot).isEmpty()).forEach(used::clear);
        return new NodeSighting(owned(site, node), open, used, world.nodes(site).get(node).offset);
    }

    /// The keys of a slot that are at a node.
    List<String> keysOf(Site site, int node, int slot) {
        return world.nodes(site).get(node).values.keys().stream()
                .filter(key -> Slots.of(key.substring(2).getBytes(ISO_8859_1)) == slot)
                .toList();
    }

    /// One step of some move, or a new one.
    void step() {
        Site site = world.anySite();
        if (site == resting) {
            return;
        }
        Map<Integer, Move> present = moves.get(site.index());
        List<Integer> slots = new ArrayList<>(present.keySet());
        slots.addAll(jobs.get(site.index()).keySet());
        if (slots.isEmpty() || random.nextInt(10) == 0) {
            begin(site);
            return;
        }
        step(site, slots.get(random.nextInt(slots.size())));
    }

    private void begin(Site site) {
        List<Integer> slots = new ArrayList<>(owners.get(site.index()).keySet());
        int slot = slots.get(random.nextInt(slots.size()));
        int to = world.anyNode(site);
        int from = owner(site, slot);
        if (left > 0
                && to != from
                && !moves.get(site.index()).containsKey(slot)
                && !jobs.get(site.index()).containsKey(slot)) {
            left--;
            world.tally.moves++;
            if (byJobs) {
                world.tally.jobs++;
                List<SimSite> nodes = world.nodes(site);
                SimSlotJob job =
                        new SimSlotJob(left, slot, from, to, nodes.get(from), nodes.get(to));
                jobs.get(site.index()).put(slot, job);
            } else {
                moves.get(site.index()).put(slot, new Move(to));
            }
        }
    }

    /// One step of the move of a slot, if there is one.
    void step(Site site, int slot) {
        SimSlotJob job = jobs.get(site.index()).get(slot);
        if (job != null) {
            step(site, job, random.nextInt(3) == 0);
        }
        Move move = moves.get(site.index()).get(slot);
        if (move == null) {
            return;
        }
        int owner = owner(site, slot);
        int from = move.givenUp ? move.to : owner;
        int to = move.givenUp ? owner : move.to;
        List<String> keys = keysOf(site, from, slot);
        if (!keys.isEmpty()) {
            String key = keys.get(random.nextInt(keys.size()));
            world.nodes(site).get(from).moveKey(key, world.nodes(site).get(to));
            if (random.nextInt(30) == 0) {
                move.givenUp = !move.givenUp;
            }
            return;
        }
        moves.get(site.index()).remove(slot);
        owners.get(site.index()).put(slot, to);
    }

    private void step(Site site, SimSlotJob job, boolean last) {
        if (job.isCancelled() || random.nextInt(25) == 0) {
            job.fail(keysOf(site, job.to, job.slot));
        }
        if (!job.isOver()) {
            job.advance(
                    keysOf(site, job.from, job.slot),
                    last,
                    () -> owners.get(site.index()).put(job.slot, job.to));
        }
        if (job.isOver()) {
            jobs.get(site.index()).remove(job.slot);
        }
    }

    boolean isAny() {
        return jobs.stream().anyMatch(site -> !site.isEmpty())
                || moves.stream().anyMatch(site -> !site.isEmpty());
    }

    /// Lets every move end.
    void finish() {
        left = 0;
        for (Site site : Site.values()) {
            finish(site);
        }
    }

    private void finish(Site site) {
        for (SimSlotJob job : List.copyOf(jobs.get(site.index()).values())) {
            while (!job.isOver()) {
                step(site, job, true);
            }
        }
        for (int slot : List.copyOf(moves.get(site.index()).keySet())) {
            while (moves.get(site.index()).containsKey(slot)) {
                step(site, slot);
            }
        }
    }

    /// No slot of a site moves until [#go].
    void rest(Site site) {
        finish(site);
        resting = site;
    }

    void go() {
        resting = null;
    }

    /// The same for keys as the pair knows them.
    boolean servesAll(Site site, int node, Collection<KeyId> keys) {
        return serves(
                site,
                node,
                keys.stream().map(key -> "0/" + new String(key.name(), ISO_8859_1)).toList());
    }

    /// Whether a node runs the pair's commands on these keys.
    boolean serves(Site site, int node, Collection<String> keys) {
        for (String key : keys) {
            int slot = Slots.of(key.substring(2).getBytes(ISO_8859_1));
            if (!owners.get(site.index()).containsKey(slot)) {
                continue;
            }
            boolean moving = moves.get(site.index()).containsKey(slot);
            SimSite server = world.nodes(site).get(node);
            if (owner(site, slot) != node || (moving && server.values.get(key) == null)) {
                return false;
            }
        }
        return true;
    }

    /// The node at which a user's commands are run; null when the site asks to try again.
    @Nullable SimSite route(Site site, String tag, Command... commands) {
        int slot = slot(tag);
        SimSite owner = world.nodes(site).get(owner(site, slot));
        Move move = moves.get(site.index()).get(slot);
        if (move == null) {
            return owner;
        }
        SimSite other = world.nodes(site).get(move.to);
        TreeSet<String> keys = new TreeSet<>();
        for (Command command : commands) {
            keys.addAll(SlotUsers.keys(command));
        }
        keys.forEach(owner::expire);
        keys.forEach(other::expire);
        long here = keys.stream().filter(key -> owner.values.get(key) != null).count();
        long there = keys.stream().filter(key -> other.values.get(key) != null).count();
        if (here == keys.size()) {
            return owner;
        }
        if (here > 0 || (keys.size() > 1 && there < keys.size())) {
            return null;
        }
        return there == 0 && move.givenUp ? owner : other;
    }
}
