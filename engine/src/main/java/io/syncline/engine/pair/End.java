package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.cluster.ShardIdentity;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Dialect;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.twoway.PairKeys;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/// One site of a task: how to reach it, which names things have there, and how its databases map to
/// the pair's numbers, which are the source's.
final class End {
    /// The one key that says, under the same name for all tasks, which pair an instance is in.
    static final byte[] MEMBERSHIP = (OwnKeys.PREFIX + "pair").getBytes(UTF_8);

    private final Site site;
    private final Instance instance;
    private final PairKeys keys;
    private final String task;
    private final Map<Integer, Integer> toPair = new HashMap<>();
    private final Map<Integer, Integer> fromPair = new HashMap<>();
    private final boolean identity;

    End(Site site, LinkOptions options) {
        this(site, options, options.databases());
    }

    /// @param databases the source's to the target's; empty: every one to itself
    End(Site site, LinkOptions options, SortedMap<Integer, Integer> databases) {
        this.site = site;
        this.task = options.task();
        Endpoint endpoint = site == Site.SOURCE ? options.source() : options.target();
        instance =
                new Instance(
                        endpoint,
                        new Connector(
                                endpoint.credentials(), endpoint.tls(), clientName(options.task())),
                        true);
        identity = databases.isEmpty();
        int first = Integer.MAX_VALUE;
        for (Map.Entry<Integer, Integer> entry : databases.entrySet()) {
            int own = site == Site.SOURCE ? entry.getKey() : entry.getValue();
            toPair.put(own, entry.getKey());
            fromPair.put(entry.getKey(), own);
            first = Math.min(first, own);
        }
        String prefix = OwnKeys.PREFIX + "{" + options.task() + "}:";
        keys =
                new PairKeys(
                        (prefix + "pair-marker").getBytes(UTF_8),
                        (prefix + "pair-epoch").getBytes(UTF_8),
                        (prefix + "pair-beat").getBytes(UTF_8),
                        MEMBERSHIP,
                        prefix.getBytes(UTF_8),
                        (OwnKeys.PREFIX + task + ":").getBytes(UTF_8),
                        OwnKeys.PREFIX.getBytes(UTF_8),
                        identity ? 0 : first,
                        new byte[0]);
    }

    /// Every connection of a two-way task says so.
    static String clientName(String task) {
        return "syncline:" + task + ":pair";
    }

    Site site() {
        return site;
    }

    /// As events call it.
    LinkEvent.Side side() {
        return site == Site.SOURCE ? LinkEvent.Side.SOURCE : LinkEvent.Side.TARGET;
    }

    Instance instance() {
        return instance;
    }

    PairKeys keys() {
        return keys;
    }

    /// The one primary of an instance that is no cluster, with one marker for all of it.
    Port port() {
        return standalone(keys, 0);
    }

    private Port standalone(PairKeys names, int tag) {
        return new Port(
                site,
                names,
                allSlots(),
                tag,
                new ShardIdentity(Set.of()),
                instance.primaryFinder(),
                instance.connector());
    }

    static BitSet allSlots() {
        BitSet all = new BitSet(Slots.COUNT);
        all.set(0, Slots.COUNT);
        return all;
    }

    /// The primaries, with a marker for each slot; those first of which something was written down,
    /// in that order.
    ///
    /// @param known what was written down of this site
    List<Port> ports(List<FloorRecord.Entry> known) throws IOException {
        if (!instance.isCluster()) {
            int tag = known.isEmpty() ? 0 : known.getFirst().tag();
            return List.of(standalone(keysOf(tag), tag));
        }
        List<Instance.Shard> left = new ArrayList<>(instance.allShards());
        List<Port> ports = new ArrayList<>();
        for (FloorRecord.Entry entry : known) {
            Instance.Shard found =
                    left.stream()
                            .filter(shard -> entry.isOf(shard.ids(), shard.slots()))
                            .findFirst()
                            .orElse(null);
            if (found != null) {
                left.remove(found);
                boolean stays = entry.tag() >= 0 && found.slots().get(entry.tag());
                ports.add(port(found, stays ? entry.tag() : tag(found)));
            }
        }
        for (Instance.Shard shard : left) {
            if (!shard.slots().isEmpty() || isPrimary(shard.primary())) {
                ports.add(port(shard, tag(shard)));
            }
        }
        return ports;
    }

    /// A new replica is taken for a primary by nodes that have not heard of it yet.
    private boolean isPrimary(HostPort node) throws IOException {
        try (Connection connection = instance.connector().open(node)) {
            return ServerInfo.read(connection).isPrimary();
        }
    }

    /// Tools that take slots away from a shard begin with the lowest.
    private static int tag(Instance.Shard shard) {
        return shard.slots().isEmpty() ? Port.NO_TAG : shard.slots().length() - 1;
    }

    private Port port(Instance.Shard shard, int tag) {
        ShardIdentity identity = new ShardIdentity(shard.ids());
        return new Port(
                site,
                keysOf(Math.max(0, tag)),
                shard.slots(),
                tag,
                identity,
                instance.shardFinder(identity),
                instance.connector());
    }

    /// A connection to the owner of a key.
    Connection openFor(byte[] key) throws IOException {
        if (!instance.isCluster()) {
            return open();
        }
        int slot = Slots.of(key);
        HostPort owner = instance.clusterMap().owner(slot);
        if (owner == null) {
            throw new SynclineException(
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    site.toString(),
                    "no primary owns slot " + slot,
                    "Give every slot an owner (CLUSTER INFO shows what is missing)");
        }
        return instance.connector().open(owner);
    }

    /// Where the place of a pair over slots is kept.
    byte[] floorKey() {
        return (OwnKeys.PREFIX + "{" + task + "}:pair-floor").getBytes(UTF_8);
    }

    /// Epoch and beat are in a slot of their node; where the floor is, is the same for all.
    private PairKeys keysOf(int slot) {
        String prefix = new String(keys.ofTaskBySlot(), UTF_8);
        String tag = ":{" + Slots.tag(slot) + "}";
        return new PairKeys(
                (prefix + "pair-marker:").getBytes(UTF_8),
                (prefix + "pair-epoch" + tag).getBytes(UTF_8),
                (prefix + "pair-beat" + tag).getBytes(UTF_8),
                MEMBERSHIP,
                keys.ofTask(),
                keys.ofTaskBySlot(),
                keys.ofAnyTask(),
                0,
                floorKey());
    }

    /// From this site's number of a database to the pair's.
    int toPair(int own) {
        return identity ? own : toPair.getOrDefault(own, DatabaseMap.EXCLUDED);
    }

    /// From the pair's number of a database to this site's.
    int fromPair(int database) {
        return identity ? database : fromPair.getOrDefault(database, DatabaseMap.EXCLUDED);
    }

    /// The databases of this site that are synchronized; empty: all.
    Iterable<Integer> databases() {
        return toPair.keySet();
    }

    boolean isIdentity() {
        return identity;
    }

    Connection open() throws IOException {
        return instance.connector().open(instance.primary());
    }

    ServerInfo info() throws IOException {
        try (Connection connection = open()) {
            return ServerInfo.read(connection);
        }
    }

    static Dialect dialect(ServerInfo info) {
        return info.isValkey()
                ? Dialect.valkey(info.major(), info.minor())
                : Dialect.redis(info.major(), info.minor());
    }
}
