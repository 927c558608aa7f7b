package io.syncline.engine.twoway;

import static io.syncline.engine.twoway.SlotWorld.require;

import io.syncline.engine.twoway.SimSite.Violation;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// The end of a [SlotWorld]: everything happens, in any order, until nothing moves. First with one
/// direction still held back, if its users do so: the other one must not wait for it.
final class SlotRest {
    private static final int ROUNDS_TO_REST = 4_000;

    /// So often primaries are asked about their slots and nothing else happens, where a held
    /// direction has no room for the rest of its stream: they are asked on and on.
    private static final int QUESTIONS_AT_REST = 3_000;

    private final SlotWorld world;
    private final SplittableRandom random;
    private final SimHolds holds;

    SlotRest(SlotWorld world, SimHolds holds) {
        this.world = world;
        this.random = world.random;
        this.holds = holds;
    }

    void come() {
        boolean anyHeld = holds.areAny();
        Site held = anyHeld ? holds.leaveOne() : null;
        if (random.nextBoolean() && !world.moves.isAny()) {
            drain();
        }
        world.moves.finish();
        drain();
        if (held != null) {
            goOnWithout(held);
            holds.end();
            drain();
        }
        for (int i = 0; i < 20; i++) {
            boolean near = false;
            for (Site site : Site.values()) {
                for (SimSite node : world.nodes(site)) {
                    node.expireActively(null);
                    near |= node.values.anyExpiresBefore(world.now + 200);
                }
            }
            drain();
            if (!near) {
                break;
            }
            world.tick(150);
        }
        SlotPairs pairs = world.process().pairs();
        require(pairs != null && pairs.isReady(), "the pairs never became ready");
        require(pairs != null && pairs.isQuiet(), "something is left behind");
        requireEqual();
        requireFloor();
    }

    /// As they are found, behind more writes, and behind a restart.
    private void goOnWithout(Site held) {
        requireOther(held);
        if (random.nextBoolean()) {
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                world.users.one();
                world.tick(random.nextInt(1, 20));
            }
            drain();
            requireOther(held);
        }
        if (random.nextBoolean()) {
            world.crash();
            drain();
            requireOther(held);
        }
    }

    /// What comes from the other site arrived, unless there is no room for what is held.
    private void requireOther(Site held) {
        SlotPairs pairs = world.process().pairs();
        if (pairs == null) {
            throw new Violation("the pairs do not begin while one direction is held back");
        }
        if (world.room() < SlotWorld.MUCH_ROOM) {
            // It may have come to its end, also with what is parked of moving slots.
            return;
        }
        pairs.count();
        require(pairs.isReady(), "the pairs are not ready while one direction is held back");
        Site site = held.other();
        for (int i = 0; i < world.nodes(site).size(); i++) {
            PairStatus status = pairs.status(site, i);
            require(
                    status.queuedUnits() == 0 && status.read() == world.nodes(site).get(i).offset,
                    "it waits for a direction that is held back: " + status);
        }
    }

    private Map<String, Long> expiries(Site site) {
        Map<String, Long> all = new TreeMap<>();
        world.nodes(site).forEach(node -> all.putAll(node.values.expiries()));
        return all;
    }

    private void requireEqual() {
        Map<String, Object> source = world.data(Site.SOURCE);
        Map<String, Object> target = world.data(Site.TARGET);
        require(source.equals(target), "diverged: " + source + " and " + target);
        require(expiries(Site.SOURCE).equals(expiries(Site.TARGET)), "expiries diverged");
        require(!world.users.isExact() || !world.isConflictSeen(), "a false conflict");
        world.users.check(source);
    }

    /// At rest the floor reaches the ends of the streams.
    private void requireFloor() {
        SlotPairs pairs = world.process().pairs();
        if (pairs == null) {
            return;
        }
        // Each look goes one step; three settle it.
        for (int look = 0; look < 3; look++) {
            pairs.floor();
        }
        Floor floor = pairs.floor();
        for (Site site : Site.values()) {
            for (int i = 0; i < world.nodes(site).size(); i++) {
                require(
                        floor.places(site).get(i).offset() == world.nodes(site).get(i).offset,
                        "the floor stays behind");
            }
        }
    }

    /// Lets everything happen, in any order, until nothing moves.
    private void drain() {
        int quiet = 0;
        int questions = 0;
        for (int round = 0; round < ROUNDS_TO_REST; round++) {
            SlotProcess process = world.process();
            boolean moved = false;
            boolean asked = false;
            for (SlotProcess ghost : world.ghosts()) {
                moved |= everywhere(ghost::deliverRequest);
            }
            for (Site site : Site.values()) {
                asked |= process.deliverRound(site, false);
            }
            int first = random.nextInt(4);
            for (int i = 0; i < 4; i++) {
                moved |=
                        switch ((first + i * 3) % 4) {
                            case 0 -> everywhere(process::deliverRequest);
                            case 1 -> everywhere(process::deliverAnswer);
                            case 2 -> everywhere(process::deliverStream);
                            default -> everywhere(process::step);
                        };
            }
            questions = moved ? 0 : questions + 1;
            boolean asksOn = isAnyHeld() && questions > QUESTIONS_AT_REST;
            moved |= asked && !asksOn;
            quiet = moved ? 0 : quiet + 1;
            if (quiet == SimRest.QUIET_ROUNDS) {
                world.ghosts().clear();
                return;
            }
        }
        throw new Violation("it does not come to rest: a loop or a deadlock");
    }

    private boolean isAnyHeld() {
        return holds.isHeld(Site.SOURCE) || holds.isHeld(Site.TARGET);
    }

    /// One thing at one node.
    @FunctionalInterface
    private interface Move {
        boolean at(Site site, int node);
    }

    private boolean everywhere(Move move) {
        boolean moved = false;
        for (Site site : Site.values()) {
            for (int i = 0; i < world.nodes(site).size(); i++) {
                moved |= move.at(site, i);
            }
        }
        return moved;
    }
}
