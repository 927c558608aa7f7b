package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.syncline.engine.command.Slots;
import io.syncline.engine.twoway.SimSite.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The first copy of a [SlotWorld]: a snapshot of each primary of one site, then its keys to the
/// other one, while users of both write and slots move; only between the snapshots no slot of the
/// origin does.
final class SimCopy {
    /// More than clocks are apart.
    private static final long LEAST_LIFE_MILLIS = 120;

    private final SlotWorld world;
    private final SplittableRandom random;
    private final Site origin;
    private final List<StreamPlace> places = new ArrayList<>();
    private final List<Copied> left = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();

    private record Copied(String tag, String name, Object value, @Nullable Long expiry) {}

    /// @param origin where the data comes from
    SimCopy(SlotWorld world, Site origin) {
        this.world = world;
        this.random = world.random;
        this.origin = origin;
    }

    private Site receiver() {
        return origin.other();
    }

    /// What is kept of a unit that was read while the copy was made.
    ///
    /// @param units of that stream, with this one
    @Nullable StreamUnit kept(
            Site site, int node, int units, KeptWrites keeping, @Nullable StreamUnit unit) {
        return unit != null && site == receiver() && units <= ends.get(node)
                ? keeping.take(unit)
                : unit;
    }

    /// Copies.
    ///
    /// @param tags of all slots
    /// @return where the pair goes on
    Floor run(String[] tags) {
        for (int i = random.nextInt(12); i > 0; i--) {
            world.users.operateAt(origin);
        }
        Ownership receiving = world.moves.ownership(receiver());
        List<StreamPlace> begin = here(receiver());
        happen(8);
        world.moves.rest(origin);
        Ownership sending = world.moves.ownership(origin);
        for (int i = 0; i < world.nodes(origin).size(); i++) {
            SimSite node = world.nodes(origin).get(i);
            places.add(here(node));
            for (String tag : tags) {
                for (String key : world.moves.keysOf(origin, i, SimMoves.slot(tag))) {
                    if (!key.startsWith("0/__syncline:")) {
                        left.add(copied(node, tag, key));
                    }
                }
            }
            happen(4);
        }
        world.moves.go();
        while (!left.isEmpty()) {
            happen(3);
            write(left.get(random.nextInt(left.size())));
        }
        for (SimSite node : world.nodes(receiver())) {
            ends.add(node.stream.size());
        }
        return origin == Site.SOURCE
                ? new Floor(places, begin, sending, receiving)
                : new Floor(begin, places, receiving, sending);
    }

    private static Copied copied(SimSite node, String tag, String key) {
        Object value = node.values.get(key);
        if (value == null) {
            throw new IllegalStateException(key);
        }
        return new Copied(tag, key.substring(2), value, node.values.expiry(key));
    }

    private List<StreamPlace> here(Site site) {
        return world.nodes(site).stream().map(SimCopy::here).toList();
    }

    private static StreamPlace here(SimSite node) {
        return new StreamPlace("", node.offset, 0);
    }

    private void happen(int most) {
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            world.happenWithout(receiver());
        }
    }

    private void write(Copied key) {
        List<Command> commands = new ArrayList<>();
        commands.add(
                new Command(0, "SET", "__syncline:t:mark:{" + key.tag() + "}", "" + left.size()));
        commands.add(new Command(0, "DEL", key.name()));
        SimSite node = world.moves.route(receiver(), key.tag(), commands.toArray(Command[]::new));
        if (node == null) {
            // In the midst of a move: tried again, like a user's.
            world.moves.step(receiver(), Slots.of(key.name().getBytes(ISO_8859_1)));
            return;
        }
        commands.add(
                new Command(0, "RESTORE", key.name(), "0", node.values.payloadOf(key.value())));
        if (key.expiry() != null) {
            // With more time when it is about to expire, so that its end is a write of the
            // receiver.
            long at = Math.max(key.expiry(), world.now + LEAST_LIFE_MILLIS);
            commands.add(new Command(0, "PEXPIREAT", key.name(), Long.toString(at)));
        }
        node.local(commands.toArray(Command[]::new));
        left.remove(key);
    }
}
