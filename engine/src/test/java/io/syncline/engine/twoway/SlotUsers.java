package io.syncline.engine.twoway;

import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.twoway.SimSite.Command;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// The users of both sites of a [SlotWorld], and what those of their writes come to whose outcome
/// is known.
final class SlotUsers {
    private final SlotWorld world;
    private final SplittableRandom random;
    private final String[] tags;
    private final Map<String, Long> sums = new TreeMap<>();
    private final Map<String, StringBuilder> texts = new TreeMap<>();
    private final boolean exact;
    private final boolean flushes;
    private int left;
    private int values;
    private boolean flushed;

    SlotUsers(SlotWorld world, String[] tags, int total) {
        this.world = world;
        this.random = world.random;
        this.tags = tags;
        this.left = total;
        exact = random.nextInt(3) == 0;
        // Of slots that meet both a flush and a job, keys may differ: a known limit.
        flushes = random.nextInt(4) == 0 && !exact && !world.moves.isByJobs();
    }

    int left() {
        return left;
    }

    /// Whether no two writes are in each other's way.
    boolean isExact() {
        return exact;
    }

    /// One write.
    void operate() {
        operateAt(world.anySite());
    }

    /// One write at a site.
    void operateAt(Site site) {
        if (left == 0) {
            return;
        }
        left--;
        write(site);
    }

    /// One write, also when all are done.
    void one() {
        write(world.anySite());
    }

    private void write(Site site) {
        if (exact || random.nextInt(3) == 0) {
            counted(site);
        } else {
            anything(site);
        }
    }

    /// One write while the first copy is made, which may come over it at the receiver.
    void operateBefore(Site receiver) {
        Site site = world.anySite();
        if (site != receiver) {
            operateAt(site);
        } else if (left > 0 && !exact) {
            left--;
            anything(site);
        }
    }

    private String tag() {
        return tags[random.nextInt(10) < 5 ? 0 : random.nextInt(tags.length)];
    }

    private String value() {
        return "v" + ++values + ",";
    }

    /// Writes whose outcome is known: sums of both sites, texts of one.
    private void counted(Site site) {
        String tag = tag();
        if (random.nextBoolean()) {
            long by = random.nextInt(1, 10);
            if (run(site, tag, new Command(0, "INCRBY", "n{" + tag + "}", "" + by))) {
                sums.merge("n{" + tag + "}", by, Long::sum);
            }
        } else {
            String key = "t" + site.index() + "{" + tag + "}";
            String value = value();
            if (run(site, tag, new Command(0, "APPEND", key, value))) {
                texts.computeIfAbsent(key, k -> new StringBuilder()).append(value);
            }
        }
    }

    /// @return false when the site asks to try again
    private boolean run(Site site, String tag, Command... commands) {
        SimSite node = world.moves.route(site, tag, commands);
        if (node == null) {
            return false;
        }
        node.local(commands);
        return true;
    }

    /// The keys of a command, with their database.
    static List<String> keys(Command command) {
        String name = command.words()[0];
        return name.equals("RENAME") || name.equals("COPY")
                ? List.of(command.key(1), command.key(2))
                : List.of(command.key(1));
    }

    /// The keys of a transaction of the pair.
    static Set<String> keys(byte[] wire) {
        Set<String> keys = new HashSet<>();
        CommandView view = new CommandView();
        CommandParser parser = new CommandParser();
        for (int at = 0; at < wire.length && parser.parse(wire, at, wire.length, view); ) {
            at = view.end;
            if (!view.isWord(0, "SELECT") && !view.isWord(0, "MULTI") && !view.isWord(0, "EXEC")) {
                String[] words = new String[view.argumentCount];
                for (int i = 0; i < words.length; i++) {
                    words[i] = view.text(i);
                }
                keys.addAll(keys(new Command(0, words)));
            }
        }
        return keys;
    }

    private void anything(Site site) {
        if (flushes && random.nextInt(8) == 0) {
            flushed = true;
            world.tally.flushes++;
            world.nodes(site).get(world.anyNode(site)).local(new Command(0, "FLUSHALL"));
            return;
        }
        String tag = tag();
        int count = random.nextInt(4) > 0 ? 1 : random.nextInt(2, 4);
        Command[] commands = new Command[count];
        for (int i = 0; i < count; i++) {
            // Only a standalone site lets a transaction or a command go over slots.
            boolean free = world.nodes(site).size() == 1;
            commands[i] = command(free ? tag() : tag, free);
        }
        run(site, tag, commands);
    }

    private Command command(String tag, boolean free) {
        String key = (random.nextBoolean() ? "x{" : "y{") + tag + "}";
        String other = (random.nextBoolean() ? "x{" : "y{") + (free ? tag() : tag) + "}";
        return switch (random.nextInt(14)) {
            case 0 -> new Command(0, "SET", key, value());
            case 1 -> new Command(0, "SET", key, Integer.toString(random.nextInt(10)));
            case 2 -> new Command(0, "APPEND", key, value());
            case 3 -> new Command(0, "INCRBY", key, "" + random.nextInt(1, 10));
            case 4 -> new Command(0, "DEL", key);
            case 5 -> new Command(0, "SADD", key, "m" + random.nextInt(4));
            case 6 -> new Command(0, "SREM", key, "m" + random.nextInt(4));
            case 7 -> new Command(0, "HSET", key, "f" + random.nextInt(3), value());
            case 8 -> new Command(0, "RPUSH", key, value());
            case 9 -> new Command(0, "LPOP", key);
            case 10 -> new Command(0, "PEXPIREAT", key, "" + (world.now + random.nextInt(20, 301)));
            case 11 -> new Command(0, "PERSIST", key);
            case 12 -> key.equals(other) ? set(key) : new Command(0, "RENAME", key, other);
            default -> key.equals(other) ? set(key) : new Command(0, "COPY", key, other);
        };
    }

    private Command set(String key) {
        return new Command(0, "SET", key, value());
    }

    void check(Map<String, Object> source) {
        if (flushed) {
            return;
        }
        sums.forEach((key, sum) ->
                SlotWorld.require(
                        Long.toString(sum).equals(source.get("0/" + key)),
                        key + " is " + source.get("0/" + key) + ", must be " + sum));
        texts.forEach((key, text) ->
                SlotWorld.require(
                        text.toString().equals(source.get("0/" + key)),
                        key + " is " + source.get("0/" + key) + ", must be " + text));
    }
}
