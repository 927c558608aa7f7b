package io.syncline.engine.pair;

import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a two-way task under test shall do.
final class PairSetup {
    private static final long MIB = 1 << 20;

    private final int source;
    private final int target;
    private String task = "pair";
    private final SortedMap<Integer, Integer> databases = new TreeMap<>();
    private LinkOptions.CommandChoice commands = LinkOptions.CommandChoice.ALL;
    private LinkOptions.OnExisting onExisting = LinkOptions.OnExisting.REPORT;
    private LinkOptions.OnFlush onFlush = LinkOptions.OnFlush.APPLY;
    private LinkOptions.End end = LinkOptions.End.NEVER;
    private Duration limit = Duration.ofSeconds(60);
    private GuardPolicy.Mode guard = GuardPolicy.Mode.ALWAYS;
    private @Nullable Site resync;

    private PairSetup(int source, int target) {
        this.source = source;
        this.target = target;
    }

    static PairSetup of(int source, int target) {
        return new PairSetup(source, target);
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

    PairSetup resyncFrom(Site site) {
        resync = site;
        return this;
    }

    /// Peers that are silent for three seconds are gone.
    PairSetup shortLimits() {
        limit = Duration.ofSeconds(3);
        return this;
    }

    private static Endpoint at(int port) {
        return new Endpoint(
                Endpoint.Topology.STANDALONE,
                List.of(new HostPort("127.0.0.1", port)),
                Credentials.NONE,
                TlsOptions.OFF,
                "");
    }

    LinkOptions options() {
        LinkOptions.Tuning standard = LinkOptions.Tuning.DEFAULT;
        return new LinkOptions(
                task,
                at(source),
                at(target),
                databases,
                commands,
                onExisting,
                Duration.ZERO,
                Duration.ofMinutes(2),
                LinkOptions.OnRefused.STOP,
                LinkOptions.OnGap.STOP,
                onFlush,
                LinkOptions.Throttle.NONE,
                end,
                new LinkOptions.SpoolLimits(
                        64 * MIB,
                        256 * MIB,
                        Path.of(System.getProperty("java.io.tmpdir"), "syncline-it-pair")),
                new LinkOptions.Tuning(
                        true,
                        standard.batchCommands(),
                        standard.batchBytes(),
                        standard.windowBytes(),
                        standard.heartbeat(),
                        standard.checkpointLag(),
                        limit,
                        limit));
    }

    RunningPair start() {
        return new RunningPair(options(), new PairChoices(guard, resync));
    }
}
