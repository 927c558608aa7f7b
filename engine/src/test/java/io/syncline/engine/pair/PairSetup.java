package io.syncline.engine.pair;

import io.syncline.engine.SpoolFolder;
import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Site;
import io.syncline.testkit.Instance;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a two-way task under test shall do.
final class PairSetup {
    private static final long MIB = 1 << 20;

    private Endpoint source;
    private Endpoint target;
    private int primaries = 2;
    private String task = "pair";
    private final SortedMap<Integer, Integer> databases = new TreeMap<>();
    private LinkOptions.CommandChoice commands = LinkOptions.CommandChoice.ALL;
    private LinkOptions.OnExisting onExisting = LinkOptions.OnExisting.REPORT;
    private LinkOptions.OnFlush onFlush = LinkOptions.OnFlush.APPLY;
    private LinkOptions.End end = LinkOptions.End.NEVER;
    private Duration limit = Duration.ofSeconds(60);
    private Duration retry = Duration.ofMinutes(2);
    private GuardPolicy.Mode guard = GuardPolicy.Mode.ALWAYS;
    private LinkOptions.Throttle throttle = LinkOptions.Throttle.NONE;
    private @Nullable Site resync;
    private final Set<Site> paused = EnumSet.noneOf(Site.class);

    private PairSetup(Endpoint source, Endpoint target) {
        this.source = source;
        this.target = target;
    }

    static PairSetup of(int source, int target) {
        return new PairSetup(at(source), at(target));
    }

    /// Between instances of any kind.
    static PairSetup between(Instance source, Instance target) {
        PairSetup setup = new PairSetup(at(text(source)), at(text(target)));
        setup.primaries = source.primaries().size() + target.primaries().size();
        return setup;
    }

    /// By the words of [#text].
    static PairSetup between(String source, String target) {
        return new PairSetup(at(source), at(target));
    }

    /// What a process of its own needs to know of an instance.
    static String text(Instance instance) {
        return (instance.clustered() ? "cluster:" : "") + instance.primaries().getFirst().port();
    }

    private static Endpoint at(String text) {
        return text.startsWith("cluster:")
                ? at(Endpoint.Topology.CLUSTER, Integer.parseInt(text.substring(8)))
                : at(Integer.parseInt(text));
    }

    /// With this account at both sides.
    PairSetup as(String user, String password) {
        Credentials account = new Credentials(user, password);
        source = with(source, account);
        target = with(target, account);
        return this;
    }

    private static Endpoint with(Endpoint endpoint, Credentials account) {
        return new Endpoint(
                endpoint.topology(),
                endpoint.addresses(),
                account,
                endpoint.tls(),
                endpoint.primaryName());
    }

    PairSetup task(String name) {
        task = name;
        return this;
    }

    PairSetup database(int from, int to) {
        databases.put(from, to);
        return this;
    }

    PairSetup deny(String... names) {
        commands = new LinkOptions.CommandChoice(List.of(), List.of(names));
        return this;
    }

    PairSetup onFlush(LinkOptions.OnFlush policy) {
        onFlush = policy;
        return this;
    }

    PairSetup end(LinkOptions.End when) {
        end = when;
        return this;
    }

    PairSetup overwrite() {
        onExisting = LinkOptions.OnExisting.OVERWRITE;
        return this;
    }

    PairSetup guard(GuardPolicy.Mode mode) {
        guard = mode;
        return this;
    }

    /// So that something can happen while the first copy is made.
    PairSetup copyAt(long commandsPerSecond) {
        throttle = new LinkOptions.Throttle(commandsPerSecond, 0);
        return this;
    }

    PairSetup resyncFrom(Site site) {
        resync = site;
        return this;
    }

    /// The direction that comes from this side begins paused.
    PairSetup paused(Site origin) {
        paused.add(origin);
        return this;
    }

    /// Peers that are silent for three seconds are gone.
    PairSetup shortLimits() {
        limit = Duration.ofSeconds(3);
        return this;
    }

    PairSetup retry(Duration longest) {
        retry = longest;
        return this;
    }

    private static Endpoint at(int port) {
        return at(Endpoint.Topology.STANDALONE, port);
    }

    private static Endpoint at(Endpoint.Topology topology, int port) {
        return new Endpoint(
                topology,
                List.of(new HostPort("127.0.0.1", port)),
                Credentials.NONE,
                TlsOptions.OFF,
                "");
    }

    LinkOptions options() {
        LinkOptions.Tuning standard = LinkOptions.Tuning.DEFAULT;
        return new LinkOptions(
                task,
                source,
                target,
                databases,
                commands,
                onExisting,
                Duration.ZERO,
                retry,
                LinkOptions.OnRefused.STOP,
                LinkOptions.OnGap.STOP,
                onFlush,
                throttle,
                end,
                new LinkOptions.SpoolLimits(64 * MIB, 256 * MIB, SpoolFolder.own()),
                new LinkOptions.Tuning(
                        true,
                        standard.batchCommands(),
                        standard.batchBytes(),
                        standard.windowBytes(),
                        standard.heartbeat(),
                        standard.checkpointLag(),
                        limit,
                        limit),
                new LinkOptions.SourceMode.Psync(),
                KeyRules.NONE);
    }

    RunningPair start() {
        return new RunningPair(options(), new PairChoices(guard, resync), primaries, paused);
    }
}
