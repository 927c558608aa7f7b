package io.syncline.engine.link;

import io.syncline.engine.SpoolFolder;
import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.etl.RuleReader;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkOptions.CommandChoice;
import io.syncline.engine.link.LinkOptions.End;
import io.syncline.engine.link.LinkOptions.OnExisting;
import io.syncline.engine.link.LinkOptions.OnFlush;
import io.syncline.engine.link.LinkOptions.OnGap;
import io.syncline.engine.link.LinkOptions.OnRefused;
import io.syncline.engine.link.LinkOptions.SourceMode;
import io.syncline.engine.link.LinkOptions.SpoolLimits;
import io.syncline.engine.link.LinkOptions.Throttle;
import io.syncline.engine.link.LinkOptions.Tuning;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a link under test shall do: options with defaults that suit two servers on loopback.
final class Sync {
    /// A second is long on loopback; a test of a silent peer shall not wait a minute.
    private static final Duration SHORT_LIMIT = Duration.ofSeconds(2);

    private static final long MIB = 1 << 20;

    private final Endpoint source;
    private final Endpoint target;
    private String task = "it";
    private SortedMap<Integer, Integer> databases = new TreeMap<>();
    private CommandChoice commands = CommandChoice.ALL;
    private OnExisting onExisting = OnExisting.REPORT;
    private Duration extendExpiry = Duration.ZERO;
    private Throttle throttle = Throttle.NONE;
    private Duration retry = Duration.ofMinutes(2);
    private OnRefused onRefused = OnRefused.STOP;
    private OnGap onGap = OnGap.RESYNC;
    private OnFlush onFlush = OnFlush.APPLY;
    private End end = End.NEVER;
    private SourceMode mode = new SourceMode.Psync();
    private KeyRules rules = KeyRules.NONE;
    private boolean merge = true;
    private int batchCommands = Tuning.DEFAULT.batchCommands();
    private Duration heartbeat = Tuning.DEFAULT.heartbeat();
    private Duration answerLimit = Tuning.DEFAULT.answerLimit();
    private Duration silenceLimit = Tuning.DEFAULT.silenceLimit();
    private SpoolLimits spool = new SpoolLimits(64 * MIB, 256 * MIB, SpoolFolder.own());

    private Sync(Endpoint source, Endpoint target) {
        this.source = source;
        this.target = target;
    }

    static Sync of(RedisServer source, RedisServer target) {
        return new Sync(at(source.port()), at(target.port()));
    }

    static Sync of(FaultProxy source, RedisServer target) {
        return new Sync(at(source.port()), at(target.port()));
    }

    static Sync of(RedisServer source, FaultProxy target) {
        return new Sync(at(source.port()), at(target.port()));
    }

    static Sync of(int sourcePort, int targetPort) {
        return new Sync(at(sourcePort), at(targetPort));
    }

    static Sync between(Endpoint source, Endpoint target) {
        return new Sync(source, target);
    }

    static Endpoint at(int port) {
        return new Endpoint(
                Endpoint.Topology.STANDALONE,
                List.of(new HostPort("127.0.0.1", port)),
                Credentials.NONE,
                TlsOptions.OFF,
                "");
    }

    /// The same with an account at each side; an empty user is the default one.
    Sync as(Credentials atSource, Credentials atTarget) {
        Sync with = new Sync(source.withCredentials(atSource), target.withCredentials(atTarget));
        with.task = task;
        return with;
    }

    Sync task(String name) {
        task = name;
        return this;
    }

    Sync database(int from, int to) {
        databases.put(from, to);
        return this;
    }

    Sync commands(List<String> allow, List<String> deny) {
        commands = new CommandChoice(allow, deny);
        return this;
    }

    Sync overwrite() {
        onExisting = OnExisting.OVERWRITE;
        return this;
    }

    Sync extendExpiry(Duration by) {
        extendExpiry = by;
        return this;
    }

    Sync retry(Duration limit) {
        retry = limit;
        return this;
    }

    Sync skipRefused() {
        onRefused = OnRefused.SKIP;
        return this;
    }

    Sync stopAtGap() {
        onGap = OnGap.STOP;
        return this;
    }

    Sync onFlush(OnFlush policy) {
        onFlush = policy;
        return this;
    }

    Sync mode(SourceMode how) {
        mode = how;
        return this;
    }

    /// Rules for keys, one an argument.
    Sync rules(String... lines) {
        rules = RuleReader.read(String.join("\n", lines), number -> "rule " + number);
        return this;
    }

    Sync end(End when) {
        end = when;
        return this;
    }

    Sync merge(boolean wanted) {
        merge = wanted;
        return this;
    }

    Sync batchCommands(int most) {
        batchCommands = most;
        return this;
    }

    Sync noHeartbeat() {
        heartbeat = Duration.ZERO;
        return this;
    }

    /// Most bytes per second written to the target.
    Sync slow(long bytesPerSecond) {
        throttle = new Throttle(0, bytesPerSecond);
        return this;
    }

    /// Most commands per second written to the target.
    Sync ceiling(long commandsPerSecond) {
        throttle = new Throttle(commandsPerSecond, 0);
        return this;
    }

    /// Peers that are silent for two seconds are gone.
    Sync shortLimits() {
        answerLimit = SHORT_LIMIT;
        silenceLimit = SHORT_LIMIT;
        return this;
    }

    Sync spool(long memoryBytes, long diskBytes, Path directory) {
        spool = new SpoolLimits(memoryBytes, diskBytes, directory);
        return this;
    }

    LinkOptions options() {
        return new LinkOptions(
                task,
                source,
                target,
                databases,
                commands,
                onExisting,
                extendExpiry,
                retry,
                onRefused,
                onGap,
                onFlush,
                throttle,
                end,
                spool,
                new Tuning(
                        merge,
                        batchCommands,
                        Tuning.DEFAULT.batchBytes(),
                        Tuning.DEFAULT.windowBytes(),
                        heartbeat,
                        Tuning.DEFAULT.checkpointLag(),
                        answerLimit,
                        silenceLimit),
                mode,
                rules);
    }

    /// Runs it on a thread of its own.
    RunningLink start() {
        return new RunningLink(options());
    }

    /// Runs it to an end that is a failure.
    Failure fails() {
        try (RunningLink link = start()) {
            return link.awaitFailure();
        }
    }
}
