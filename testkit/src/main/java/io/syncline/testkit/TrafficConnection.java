package io.syncline.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/// Sends the steps of one connection of a [Workload], follows redirections, survives lost
/// connections.
///
/// A step that a server refused for now (moved, loading, failing over) is sent again: it was not
/// done. A step whose reply was lost is never sent again: nobody knows whether it was done.
final class TrafficConnection implements AutoCloseable {
    /// A server that is silent for so long is given up; its outstanding steps are unknown then.
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

    private static final List<String> REFUSED_FOR_NOW =
            List.of(
                    "MOVED",
                    "ASK ",
                    "TRYAGAIN",
                    "CLUSTERDOWN",
                    "LOADING",
                    "READONLY",
                    "MASTERDOWN",
                    "BUSY",
                    "NOREPLICAS",
                    "UNBLOCKED",
                    "MISCONF",
                    "OOM");

    private final Instance instance;
    private final Tally tally;
    private final BooleanSupplier stopped;
    private final Map<Endpoint, Lane> lanes = new HashMap<>();
    private @Nullable SlotMap slots;

    TrafficConnection(Instance instance, Tally tally, BooleanSupplier stopped) {
        this.instance = instance;
        this.tally = tally;
        this.stopped = stopped;
    }

    /// Sends all steps before it reads the first reply; returns when the fate of each is known.
    void run(List<Step> steps) {
        List<Sent> sent = new ArrayList<>(steps.size());
        for (Step step : steps) {
            Sent one = send(step, null);
            if (one != null) {
                sent.add(one);
            }
        }
        List<Sent> again = new ArrayList<>();
        for (Sent one : sent) {
            if (receive(one) == Fate.REFUSED_FOR_NOW) {
                again.add(one);
            }
        }
        dropBroken();
        again.forEach(this::repeat);
    }

    @Override
    public void close() {
        lanes.values().forEach(lane -> lane.wire.close());
        lanes.clear();
    }

    private enum Fate {
        KNOWN,
        REFUSED_FOR_NOW
    }

    private static final class Lane {
        final Wire wire;
        int database;
        boolean broken;

        Lane(Wire wire) {
            this.wire = wire;
        }
    }

    private static final class Sent {
        final Step step;
        final Lane lane;
        final int repliesBefore;
        String refusal = "";

        Sent(Step step, Lane lane, int repliesBefore) {
            this.step = step;
            this.lane = lane;
            this.repliesBefore = repliesBefore;
        }
    }

    /// Null when no server could be reached: nothing was sent, nothing is lost.
    private @Nullable Sent send(Step step, @Nullable Endpoint asked) {
        Lane lane;
        try {
            lane = lane(asked == null ? owner(step) : asked);
        } catch (JedisException | IllegalStateException unreachable) {
            tally.reconnects.increment();
            slots = null;
            LockSupport.parkNanos(PAUSE_NANOS);
            return null;
        }
        int before = 0;
        try {
            if (lane.database != step.database()) {
                lane.wire.send("SELECT", step.database());
                lane.database = step.database();
                before++;
            }
            if (asked != null) {
                lane.wire.send("ASKING");
                before++;
            }
            for (List<Object> command : step.commands()) {
                lane.wire.send(command.toArray());
            }
        } catch (JedisConnectionException lost) {
            lane.broken = true;
        }
        return new Sent(step, lane, before);
    }

    private Fate receive(Sent sent) {
        if (sent.lane.broken) {
            tally.unknown(sent.step);
            return Fate.KNOWN;
        }
        try {
            for (int i = 0; i < sent.repliesBefore; i++) {
                Wire.checked(sent.lane.wire.receive());
            }
            JedisDataException refusal = null;
            for (int i = 0; i < sent.step.commands().size(); i++) {
                Object reply = sent.lane.wire.receive();
                if (refusal == null && reply instanceof JedisDataException first) {
                    refusal = first;
                }
            }
            return decide(sent, refusal);
        } catch (JedisConnectionException lost) {
            sent.lane.broken = true;
            tally.unknown(sent.step);
            return Fate.KNOWN;
        }
    }

    private Fate decide(Sent sent, @Nullable JedisDataException refusal) {
        if (refusal == null) {
            tally.acknowledged(sent.step);
            return Fate.KNOWN;
        }
        String message = String.valueOf(refusal.getMessage());
        if (REFUSED_FOR_NOW.stream().anyMatch(message::startsWith)) {
            sent.refusal = message;
            return Fate.REFUSED_FOR_NOW;
        }
        // RENAME of a key that is not there is part of the game.
        if (!message.contains("no such key")) {
            tally.refused(sent.step, message);
        }
        return Fate.KNOWN;
    }

    private void repeat(Sent refused) {
        Sent last = refused;
        while (!stopped.getAsBoolean()) {
            tally.retried.increment();
            Endpoint asked = null;
            if (last.refusal.startsWith("ASK ")) {
                asked = redirection(last.refusal);
            } else {
                slots = null;
                if (!last.refusal.startsWith("MOVED")) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
            Sent next = send(last.step, asked);
            if (next == null) {
                continue;
            }
            Fate fate = receive(next);
            dropBroken();
            if (fate == Fate.KNOWN) {
                return;
            }
            last = next;
        }
    }

    /// From `ASK <slot> <host>:<port>`.
    private Endpoint redirection(String message) {
        String address = message.substring(message.lastIndexOf(' ') + 1);
        int colon = address.lastIndexOf(':');
        return instance.primaries()
                .getFirst()
                .at(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    private Endpoint owner(Step step) {
        if (!instance.clustered()) {
            return instance.primaries().getFirst();
        }
        if (slots == null) {
            slots = SlotMap.read(instance.primaries().getFirst());
        }
        return slots.owner(SlotMap.slot(Wire.bytes(step.key())));
    }

    private Lane lane(Endpoint endpoint) {
        Lane lane = lanes.get(endpoint);
        if (lane == null) {
            lane = new Lane(endpoint.connect(SILENCE));
            lanes.put(endpoint, lane);
        }
        return lane;
    }

    private void dropBroken() {
        for (Iterator<Lane> all = lanes.values().iterator(); all.hasNext(); ) {
            Lane lane = all.next();
            if (lane.broken) {
                lane.wire.close();
                all.remove();
                slots = null;
                tally.reconnects.increment();
            }
        }
    }
}
