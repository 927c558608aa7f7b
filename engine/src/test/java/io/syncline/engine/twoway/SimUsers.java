package io.syncline.engine.twoway;

import io.syncline.engine.twoway.SimSite.Command;
import io.syncline.engine.twoway.SimSite.Violation;
import io.syncline.engine.twoway.SimWorld.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The users of both sites, and what their writes must come to: sums, unions, exact texts, and for
/// the keys that both write, a last writer that no other write is later than.
final class SimUsers {
    private static final String[] KEYS = {"x", "y", "z"};

    private final SimWorld world;
    private final SplittableRandom random;
    private final Profile profile;
    private final SimTruth truth;
    private final int total;
    private int left;
    private int values;
    private boolean flushed;

    /// Whether any two writes were called a conflict.
    boolean latched;

    /// Whether any key was copied as a whole.
    boolean repaired;

    private long sum;
    private final TreeSet<Object> union = new TreeSet<>();
    private final TreeMap<Object, Object> fields = new TreeMap<>();
    private final List<Object> elements = new ArrayList<>();
    private String pieces = "";
    private String chain = "";
    private @Nullable String both;

    SimUsers(SimWorld world, Profile profile, int total) {
        this.world = world;
        this.random = world.random;
        this.profile = profile;
        this.total = total;
        this.left = total;
        this.truth = new SimTruth(world);
    }

    int left() {
        return left;
    }

    int total() {
        return total;
    }

    void executed(Site site, Marker marker) {
        truth.executed(site, marker);
        boolean torn =
                !Objects.equals(
                        world.site(Site.TARGET).values.get("0/m1"),
                        world.site(Site.TARGET).values.get("0/m2"));
        if (site == Site.TARGET && !flushed && torn) {
            throw new Violation("a user's transaction was taken apart at the target");
        }
    }

    /// One to four writes at once.
    void operate() {
        if (left == 0) {
            return;
        }
        for (int i = random.nextInt(10) < 7 ? 1 : random.nextInt(1, 5); i > 0; i--) {
            one();
            left--;
        }
        left = Math.max(0, left);
    }

    /// One write, also when all are done.
    void one() {
        Site at = random.nextBoolean() ? Site.SOURCE : Site.TARGET;
        SimSite site = world.site(at);
        boolean known =
                profile == Profile.EXACT
                        || profile == Profile.LWW
                        || (profile == Profile.ALL && random.nextBoolean());
        if (!known) {
            any(site);
            return;
        }
        String kinds =
                switch (profile) {
                    case EXACT -> "cuhlptm";
                    case LWW -> "ssa";
                    default -> "cuhlptmsa";
                };
        exact(at, site, kinds.charAt(random.nextInt(kinds.length())));
    }

    private String value() {
        return "v" + ++values + ",";
    }

    private void exact(Site at, SimSite site, char kind) {
        String value = value();
        switch (kind) {
            case 'c' -> {
                int by = random.nextInt(1, 10);
                site.local(new Command(0, "INCRBY", "c", Integer.toString(by)));
                sum += by;
            }
            case 'u' -> {
                site.local(new Command(0, "SADD", "u", value));
                union.add(value);
            }
            case 'h' -> {
                String field = "f" + at.index() + random.nextInt(3);
                site.local(new Command(0, "HSET", "h", field, value));
                fields.put(field, value);
            }
            case 'l' -> {
                world.site(Site.SOURCE).local(new Command(1, "RPUSH", "l", value));
                elements.add(value);
            }
            case 'p' -> {
                world.site(Site.TARGET).local(new Command(0, "APPEND", "p", value));
                pieces += value;
            }
            case 't' -> pingPong(site, value);
            case 'm' -> {
                world.site(Site.SOURCE)
                        .local(
                                new Command(0, "SET", "m1", value),
                                new Command(0, "SET", "m2", value),
                                new Command(1, "INCRBY", "mc", "1"));
                both = value;
            }
            case 's' -> {
                site.local(new Command(0, "SET", "s", value));
                truth.wrote(at, "s", value, value);
            }
            default -> {
                site.local(new Command(1, "APPEND", "a", value));
                truth.wrote(at, "a", value, text(site.values.get("1/a")));
            }
        }
    }

    /// Whoever sees the whole chain appends to it: writes that never cross.
    private void pingPong(SimSite site, String value) {
        if (text(site.values.get("0/t")).equals(chain)) {
            site.local(new Command(0, "APPEND", "t", value));
            chain += value;
        }
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private void any(SimSite site) {
        int count = random.nextInt(10) < 8 ? 1 : random.nextInt(2, 4);
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            commands.add(command(site));
        }
        boolean flush =
                (profile == Profile.FLUSH && random.nextInt(100) < 12)
                        || (profile == Profile.ALL && random.nextInt(100) < 2);
        if (flush) {
            boolean every = random.nextBoolean();
            commands =
                    List.of(
                            every
                                    ? new Command(0, "FLUSHALL")
                                    : new Command(random.nextInt(2), "FLUSHDB"));
            flushed = true;
            world.tally.flushes++;
        }
        if (profile == Profile.ACROSS && random.nextInt(100) < 8) {
            commands = flushSome();
        }
        site.local(commands.toArray(Command[]::new));
    }

    /// One or two databases of the three, or all.
    private List<Command> flushSome() {
        flushed = true;
        world.tally.flushes++;
        int first = random.nextInt(3);
        return switch (random.nextInt(3)) {
            case 0 -> List.of(new Command(first, "FLUSHDB"));
            case 1 ->
                    List.of(new Command(first, "FLUSHDB"), new Command((first + 1) % 3, "FLUSHDB"));
            default -> List.of(new Command(0, "FLUSHALL"));
        };
    }

    private Command command(SimSite site) {
        int database = random.nextInt(6) == 0 ? 1 : 0;
        String key = KEYS[random.nextBoolean() ? random.nextInt(3) : 0];
        double what = random.nextDouble();
        if (profile == Profile.ACROSS) {
            database = random.nextInt(3);
            if (what < .3) {
                return across(database, key);
            }
        }
        if (what < (profile == Profile.RENAME ? .3 : profile == Profile.ALL ? .08 : 0)) {
            int from = random.nextInt(3);
            int to = (from + random.nextInt(1, 3)) % 3;
            return new Command(
                    database, random.nextBoolean() ? "RENAME" : "COPY", KEYS[from], KEYS[to]);
        }
        if ((profile == Profile.TTL || profile == Profile.ALL) && what < .35) {
            return random.nextInt(3) == 0
                    ? new Command(database, "PERSIST", key)
                    : expiry(site, database, key, random.nextInt(20, 301));
        }
        return plain(database, key);
    }

    private Command across(int from, String key) {
        String to = Integer.toString((from + random.nextInt(1, 3)) % 3);
        return random.nextBoolean()
                ? new Command(from, "MOVE", key, to)
                : new Command(from, "COPY", key, KEYS[random.nextInt(3)], "DB", to);
    }

    private Command expiry(SimSite site, int database, String key, int millis) {
        return site.relative
                ? new Command(database, "PEXPIRE", key, Integer.toString(millis))
                : new Command(database, "PEXPIREAT", key, Long.toString(world.now + millis));
    }

    private Command plain(int database, String key) {
        String member = String.valueOf("abcd".charAt(random.nextInt(4)));
        String field = String.valueOf("fgh".charAt(random.nextInt(3)));
        return switch (random.nextInt(16)) {
            case 0 -> new Command(database, "SET", key, value());
            case 1 -> new Command(database, "SET", key, Integer.toString(random.nextInt(10)));
            case 2 -> new Command(database, "APPEND", key, value());
            case 3, 4 -> new Command(database, "INCRBY", key, "" + random.nextInt(1, 10));
            case 5, 6 -> new Command(database, "DEL", key);
            case 7, 8 -> new Command(database, "SADD", key, member);
            case 9 -> new Command(database, "SREM", key, member);
            case 10, 11 -> new Command(database, "HSET", key, field, value());
            case 12 -> new Command(database, "HDEL", key, field);
            case 13, 14 -> new Command(database, "RPUSH", key, value());
            default -> new Command(database, "LPOP", key);
        };
    }

    /// Everything is at rest: both sites are equal, and nothing is lost or doubled.
    void check(Pair pair) {
        requireEqualValues();
        Map<String, Object> source = world.site(Site.SOURCE).values.userData();
        Map<String, Long> expiries = world.site(Site.SOURCE).values.expiries();
        require(
                expiries.equals(world.site(Site.TARGET).values.expiries()),
                "expiries diverged: " + expiries);
        require(pair.isQuiet(), "state is left behind: " + pair.status(Site.SOURCE));
        for (Site site : Site.values()) {
            require(pair.status(site).covered() == 0, "covered keys are left behind");
        }
        require(profile != Profile.EXACT || !latched, "a false conflict");
        if (flushed) {
            return;
        }
        same("sum", sum == 0 ? null : Long.toString(sum), source.get("0/c"));
        same("union", union.isEmpty() ? null : union, source.get("0/u"));
        same("fields", fields.isEmpty() ? null : fields, source.get("0/h"));
        same("list", elements.isEmpty() ? null : elements, source.get("1/l"));
        same("text", pieces.isEmpty() ? null : pieces, source.get("0/p"));
        same("causal chain", chain.isEmpty() ? null : chain, source.get("0/t"));
        same("transaction", both, source.get("0/m1"));
        same("transaction", both, source.get("0/m2"));
        truth.check("s", text(source.get("0/s")));
        truth.check("a", text(source.get("1/a")));
    }

    /// Nothing is on its way: both sites hold the same, save that one may tell an expiry later.
    void requireEqualValues() {
        SimValues source = world.site(Site.SOURCE).values;
        SimValues target = world.site(Site.TARGET).values;
        require(
                source.userData().equals(target.userData()),
                "diverged: " + source.userData() + " and " + target.userData());
        require(
                source.expiries().keySet().equals(target.expiries().keySet()),
                "expiries diverged: " + source.expiries() + " and " + target.expiries());
    }

    private static void same(String what, @Nullable Object expected, @Nullable Object found) {
        require(
                Objects.equals(expected, found),
                what + " is " + found + " but must be " + expected);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }
}
