package io.syncline.engine.twoway;

import io.syncline.engine.twoway.SimSite.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Two sites, their users, the pair between them and everything that can go wrong, from one seed:
/// streams, requests and answers that lag, cuts, crashes whose last requests arrive late, lost
/// connections, clocks apart, keys that expire.
///
/// [#run] ends when all has come to rest and every oracle agrees; otherwise a [Violation] says what
/// does not.
final class SimWorld {
    private static final int LEAST_STEPS = 60;

    /// What the users do.
    enum Profile {
        MIXED,
        EXACT,
        LWW,
        TTL,
        FLUSH,
        RENAME,
        ALL,

        /// Commands from one database to another, and flushes of one: not among any.
        ACROSS
    }

    /// What the source is, beside the target.
    enum Source {
        EQUAL,

        /// Of an older version that refuses some commands. Nothing breaks in such a world: an
        /// answer that is lost takes along what it says was refused.
        REFUSES,

        /// Of a version that tells expiries as a time from now: before Redis 7.0.
        RELATIVE
    }

    /// How a world is made.
    ///
    /// @param profile null: any
    /// @param jitter millis by which every estimate of a time may be wrong
    /// @param operations 0: any
    /// @param strict whether a wrong winner is a violation: only under guard ALWAYS
    /// @param holds whether directions are held back and let go now and then
    record Options(
            Set<Rule> rules,
            GuardPolicy guard,
            boolean deletesYield,
            @Nullable Profile profile,
            int jitter,
            int operations,
            boolean strict,
            boolean holds,
            Source source) {
        Options(
                Set<Rule> rules,
                GuardPolicy guard,
                boolean deletesYield,
                @Nullable Profile profile,
                int jitter,
                int operations,
                boolean strict) {
            this(
                    rules,
                    guard,
                    deletesYield,
                    profile,
                    jitter,
                    operations,
                    strict,
                    false,
                    Source.EQUAL);
        }

        Options holding() {
            return new Options(
                    rules, guard, deletesYield, profile, jitter, operations, strict, true, source);
        }

        Options from(Source other) {
            return new Options(
                    rules, guard, deletesYield, profile, jitter, operations, strict, holds, other);
        }
    }

    final SplittableRandom random;
    final SimSite[] sites;
    final SimTally tally;
    private final Options options;
    private final SimUsers users;
    private final int[] estimates;
    private final List<SimProcess> ghosts = new ArrayList<>();
    private SimProcess process;
    private long epoch = 1;
    private int crashes;
    private int losses;
    private final SimHolds holds;
    long now = 1_000;

    private final boolean ahead;

    SimWorld(long seed, Options options, SimTally tally) {
        this.options = options;
        this.tally = tally;
        random = new SplittableRandom(seed);
        holds = new SimHolds(random, tally, options.holds());
        ahead = seed % 2 == 0;
        Profile profile = options.profile();
        if (profile == null) {
            // The last is not among any.
            profile = Profile.values()[random.nextInt(Profile.values().length - 1)];
        }
        boolean expiryLeavesWatch = random.nextBoolean();
        List<Object> payloads = new ArrayList<>();
        sites =
                new SimSite[] {
                    new SimSite(random.nextInt(-50, 51), expiryLeavesWatch, payloads),
                    new SimSite(random.nextInt(-50, 51), expiryLeavesWatch, payloads)
                };
        estimates = new int[] {random.nextInt(-50, 51), random.nextInt(-50, 51)};
        tick(0);
        process = new SimProcess(this, epoch);
        int[] counts = {4, 8, 12, 20, 30};
        int operations = options.operations();
        users =
                new SimUsers(
                        this, profile, operations > 0 ? operations : counts[random.nextInt(5)]);
        crashes = random.nextInt(10) < 4 ? 0 : random.nextInt(1, 5);
        losses = random.nextInt(10) < 6 ? 0 : random.nextInt(1, 4);
        sites[0].relative = options.source() == Source.RELATIVE;
        if (options.source() == Source.REFUSES) {
            sites[0].refuses = true;
            crashes = 0;
            losses = 0;
        }
    }

    PairOptions options() {
        return new PairOptions(
                options.guard(),
                options.deletesYield(),
                4,
                1 << 20,
                ahead,
                !options.strict() && random.nextInt(4) == 0 ? 2_000 : 1 << 20);
    }

    PairOptions.Rules rules() {
        return new PairOptions.Rules(options.rules());
    }

    long nextEpoch() {
        return ++epoch;
    }

    int estimateOf(Site site) {
        return estimates[site.index()];
    }

    /// What the pair believes of a time at a site.
    long estimate(Site site, long millis) {
        int jitter =
                options.jitter() == 0 ? 0 : random.nextInt(-options.jitter(), options.jitter());
        return millis + estimateOf(site) + jitter;
    }

    /// When the pair takes a unit of a site to have come. What is told from now counts from now.
    long arrival(Site site, long written) {
        return site(site).relative ? now : estimate(site, written);
    }

    void tick(int millis) {
        now += millis;
        for (SimSite site : sites) {
            site.now = now;
        }
    }

    SimSite site(Site site) {
        return sites[site.index()];
    }

    void resolved(Resolution resolution) {
        tally.conflicts++;
        users.latched |= resolution.cause() == LatchCause.CONFLICT;
        users.repaired = true;
    }

    /// A transaction of the pair was tried at a site.
    void executed(Site site, SimSite.@Nullable Unit unit, SimProcess by) {
        if (unit == null) {
            tally.voided++;
            return;
        }
        tally.transactions++;
        if (by != process) {
            tally.ghostTransactions++;
        }
        if (unit.marker() != null) {
            users.executed(site, unit.marker());
        }
    }

    void run() {
        SimWeights weights = new SimWeights(random);
        int steps = 0;
        while (users.left() > 0 || steps < LEAST_STEPS) {
            steps++;
            if (steps > Math.max(2_500, 60 * users.total())) {
                break;
            }
            maybeBreak();
            holds.step();
            weights.step();
            SimWeights.Event event = weights.pick();
            if (weights.isBiased() && process.isWriting() && random.nextInt(10) == 0) {
                event = SimWeights.Event.OPERATION;
            }
            happen(event, weights);
            if (!ghosts.isEmpty() && random.nextDouble() < weights.ghostChance()) {
                SimProcess ghost = ghosts.get(random.nextInt(ghosts.size()));
                ghost.deliverRequest(random.nextBoolean() ? Site.SOURCE : Site.TARGET);
            }
            if (steps % 40 == 0) {
                heartbeat();
                requireBounded();
            }
        }
        new SimRest(this, users, holds).come();
        tally.operations += users.total();
        tally.steps += steps;
        tally.worlds++;
    }

    private void maybeBreak() {
        if (crashes > 0) {
            double chance = process.isReady() && process.isWriting() ? .08 : .003;
            if (random.nextDouble() < chance) {
                crashes--;
                crash();
            }
        }
        if (losses > 0 && random.nextDouble() < (process.isWriting() ? .04 : .003)) {
            losses--;
            SimProcess ghost =
                    process.loseConnection(random.nextBoolean() ? Site.SOURCE : Site.TARGET);
            if (ghost != null) {
                tally.losses++;
                ghosts.add(ghost);
            }
        }
    }

    void crash() {
        tally.crashes++;
        process.die();
        ghosts.add(process);
        process = new SimProcess(this, nextEpoch());
    }

    SimProcess process() {
        return process;
    }

    /// The dead ones' last requests all arrive.
    void layGhosts() {
        for (SimProcess ghost : ghosts) {
            while (ghost.deliverRequest(Site.SOURCE) || ghost.deliverRequest(Site.TARGET)) {
                tally.ghostRequests++;
            }
        }
        ghosts.clear();
    }

    boolean isHeld(Site origin) {
        return holds.isHeld(origin);
    }

    private void happen(SimWeights.Event event, SimWeights weights) {
        switch (event) {
            case OPERATION -> users.operate();
            case REQUEST_AT_SOURCE -> process.deliverRequest(Site.SOURCE);
            case REQUEST_AT_TARGET -> process.deliverRequest(Site.TARGET);
            case ANSWER_OF_SOURCE -> process.deliverAnswer(Site.SOURCE);
            case ANSWER_OF_TARGET -> process.deliverAnswer(Site.TARGET);
            case STREAM_OF_SOURCE -> stream(Site.SOURCE, weights);
            case STREAM_OF_TARGET -> stream(Site.TARGET, weights);
            case WRITE_TO_SOURCE -> process.stepWriter(Site.SOURCE);
            case WRITE_TO_TARGET -> process.stepWriter(Site.TARGET);
            case REPAIR -> process.stepRepairs();
            case TIME -> {
                tick(random.nextInt(1, 61));
                if (random.nextBoolean()) {
                    sites[random.nextInt(2)].expireActively(random);
                }
            }
        }
    }

    private void stream(Site site, SimWeights weights) {
        if (!weights.isCut(site)) {
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                process.deliverStream(site);
            }
        }
    }

    void heartbeat() {
        Pair pair = process.pair();
        if (pair != null) {
            pair.heartbeat(Site.SOURCE);
            pair.heartbeat(Site.TARGET);
        }
    }

    /// Nothing is kept of what is settled.
    private void requireBounded() {
        Pair pair = process.pair();
        if (pair == null || !pair.isReady()) {
            return;
        }
        int window = 0;
        for (Site site : Site.values()) {
            PairStatus status = pair.status(site);
            SimSite server = site(site);
            int from = server.indexBehind(Math.min(status.settled(), status.read()));
            for (SimSite.Unit unit :
                    server.stream.subList(from, server.indexBehind(status.read()))) {
                window += 2 * unit.commands();
            }
        }
        if (holds.areAny()) {
            // What was refused waits for a copy, which its direction may have been held back from.
            window += pair.status(Site.SOURCE).latched();
        }
        if (pair.status(Site.SOURCE).keys() > window) {
            throw new Violation("more keys are kept than are in flight");
        }
    }

    /// Whether processes and connections may die.
    boolean mayBreak() {
        return options.source() != Source.REFUSES;
    }

    boolean isStrict() {
        return options.strict();
    }
}
