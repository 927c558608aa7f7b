package io.syncline.engine.twoway;

import io.syncline.engine.twoway.SimSite.Violation;
import java.util.SplittableRandom;

/// The end of a world: everything happens, in any order, until nothing moves. First with one
/// direction still held back, if its users do so: the other one must not wait for it.
final class SimRest {
    private static final int ROUNDS_TO_REST = 3_000;

    /// A step that sends nothing may find what another one is to send, or that a key's winner is
    /// another one, whose record is asked for in the next round.
    static final int QUIET_ROUNDS = 4;

    private final SimWorld world;
    private final SplittableRandom random;
    private final SimUsers users;
    private final SimHolds holds;

    SimRest(SimWorld world, SimUsers users, SimHolds holds) {
        this.world = world;
        this.random = world.random;
        this.users = users;
        this.holds = holds;
    }

    void come() {
        if (holds.areAny()) {
            goOnWithOneHeld();
        }
        holds.end();
        drain();
        boolean relative = world.sites[0].relative;
        for (int i = 0; i < 20; i++) {
            boolean near = false;
            for (SimSite site : world.sites) {
                site.expireActively(null);
                near |= site.values.anyExpiresBefore(relative ? Long.MAX_VALUE : world.now + 200);
            }
            drain();
            users.requireEqualValues();
            if (!near) {
                break;
            }
            world.tick(relative ? 1_500 : 150);
        }
        for (int i = 0; i < 4; i++) {
            world.heartbeat();
            drain();
        }
        Pair pair = world.process().pair();
        if (pair == null || !pair.isReady()) {
            throw new Violation("the pair never became ready");
        }
        users.check(pair);
    }

    /// As they are found, behind more writes, and behind a restart.
    private void goOnWithOneHeld() {
        Site held = holds.leaveOne();
        drain();
        requireOther(held);
        if (random.nextBoolean()) {
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                users.one();
                world.tick(random.nextInt(1, 20));
            }
            drain();
            requireOther(held);
        }
        if (world.mayBreak() && random.nextBoolean()) {
            world.crash();
            drain();
            requireOther(held);
        }
    }

    /// What comes from the other site arrived, unless there is no room for what is held.
    private void requireOther(Site held) {
        Site site = held.other();
        Pair pair = world.process().pair();
        if (pair != null && !world.process().hasRoom(held)) {
            return;
        }
        if (pair == null || !pair.isReady()) {
            throw new Violation("the pair is not ready while one direction is held back");
        }
        PairStatus status = pair.status(site);
        if (status.queuedUnits() > 0 || status.read() < world.site(site).offset) {
            throw new Violation("it waits for a direction that is held back: " + status);
        }
    }

    /// Lets everything happen, in any order, until nothing moves.
    private void drain() {
        int quiet = 0;
        for (int round = 0; round < ROUNDS_TO_REST; round++) {
            world.layGhosts();
            boolean moved = false;
            int first = random.nextInt(10);
            for (int i = 0; i < 10; i++) {
                moved |= move((first + i * 3) % 10);
            }
            quiet = moved ? 0 : quiet + 1;
            if (quiet == QUIET_ROUNDS) {
                return;
            }
        }
        throw new Violation("it does not come to rest: a loop or a deadlock");
    }

    private boolean move(int what) {
        SimProcess process = world.process();
        return switch (what) {
            case 0 -> process.deliverRequest(Site.SOURCE);
            case 1 -> process.deliverRequest(Site.TARGET);
            case 2 -> process.deliverAnswer(Site.SOURCE);
            case 3 -> process.deliverAnswer(Site.TARGET);
            case 4 -> process.deliverStream(Site.SOURCE);
            case 5 -> process.deliverStream(Site.TARGET);
            case 6 -> process.stepWriter(Site.SOURCE);
            case 7 -> process.stepWriter(Site.TARGET);
            case 8 -> process.stepRepairs();
            default -> false;
        };
    }
}
