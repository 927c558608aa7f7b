package io.syncline.engine.verify;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.etl.RuleReader;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.Instance;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A verification under test, and everything that it told.
public final class Verifying implements VerifyListener {
    private final List<Difference> differences = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private Endpoint source;
    private Endpoint target;
    private final SortedMap<Integer, Integer> databases = new TreeMap<>();
    private VerifyOptions.Scope scope = VerifyOptions.Scope.ALL;
    private VerifyOptions.ExpiryRules expiries = VerifyOptions.ExpiryRules.DEFAULT;

    /// Nothing lags on loopback.
    private VerifyOptions.Recheck recheck = new VerifyOptions.Recheck(Duration.ofMillis(50), 2);

    private VerifyOptions.Limits limits = VerifyOptions.Limits.DEFAULT;
    private VerifyOptions.Repairs repair = VerifyOptions.Repairs.NONE;
    private @Nullable Path state;
    private KeyRules rules = KeyRules.NONE;
    private VerifyProgress last =
            new VerifyProgress(VerifyProgress.Phase.STARTING, 0, 0, 0, 0, 0, 0, Map.of(), 0, 0);

    private Verifying(Endpoint source, Endpoint target) {
        this.source = source;
        this.target = target;
    }

    public static Verifying between(Instance source, Instance target) {
        return new Verifying(endpoint(source), endpoint(target));
    }

    public static Endpoint endpoint(Instance instance) {
        return new Endpoint(
                instance.clustered() ? Endpoint.Topology.CLUSTER : Endpoint.Topology.STANDALONE,
                instance.primaries().stream()
                        .map(each -> new HostPort(each.host(), each.port()))
                        .toList(),
                Credentials.NONE,
                TlsOptions.OFF,
                "");
    }

    public Verifying mode(VerifyOptions.Mode mode) {
        scope = new VerifyOptions.Scope(mode, 100, List.of());
        return this;
    }

    Verifying scope(double percent, String... patterns) {
        scope = new VerifyOptions.Scope(VerifyOptions.Mode.FULL, percent, List.of(patterns));
        return this;
    }

    /// Rules for keys, one an argument.
    public Verifying rules(String... lines) {
        rules = RuleReader.read(String.join("\n", lines), number -> "rule " + number);
        return this;
    }

    Verifying repair(VerifyOptions.Direction direction, boolean deleteExtra) {
        repair = new VerifyOptions.Repairs(direction, deleteExtra);
        return this;
    }

    Verifying database(int from, int to) {
        databases.put(from, to);
        return this;
    }

    public Verifying recheck(Duration after, int times) {
        recheck = new VerifyOptions.Recheck(after, times);
        return this;
    }

    Verifying expiries(Duration tolerance, Duration extended) {
        expiries = new VerifyOptions.ExpiryRules(tolerance, extended);
        return this;
    }

    Verifying limits(long keysPerSecond, int workers) {
        limits = new VerifyOptions.Limits(keysPerSecond, 0, workers);
        return this;
    }

    Verifying state(Path file) {
        state = file;
        return this;
    }

    Verifying target(Endpoint other) {
        target = other;
        return this;
    }

    /// With this account at both sides.
    Verifying as(Credentials account) {
        source = source.withCredentials(account);
        target = target.withCredentials(account);
        return this;
    }

    private VerifyOptions options() {
        return new VerifyOptions(
                source,
                target,
                databases,
                scope,
                expiries,
                recheck,
                limits,
                repair,
                Duration.ofSeconds(10),
                state,
                rules);
    }

    public Verification make() {
        return new Verification(options(), this);
    }

    public Verification.Outcome run() {
        Verification verification = make();
        Verification.Outcome outcome = verification.run();
        last = verification.progress();
        return outcome;
    }

    VerifyProgress progress() {
        return last;
    }

    public List<Difference> differences() {
        synchronized (differences) {
            return List.copyOf(differences);
        }
    }

    /// `value list:tail`, one a key.
    public List<String> told() {
        return differences().stream()
                .map(each -> each.kind().word() + " " + each.keyText())
                .sorted()
                .toList();
    }

    List<Failure> failures() {
        return failures;
    }

    List<String> warnings() {
        return warnings;
    }

    @Override
    public void differs(Difference difference) {
        synchronized (differences) {
            differences.add(difference);
        }
    }

    @Override
    public void warned(String place, String text, String remedy) {
        warnings.add(text);
    }

    @Override
    public void failed(Failure failure) {
        failures.add(failure);
    }

    @Override
    public long written() {
        return differences().size();
    }

    @Override
    public void rewind(long written) {
        synchronized (differences) {
            differences.subList((int) written, differences.size()).clear();
        }
    }

    @Override
    public void retrying(Fault fault) {
        warnings.add("retrying " + fault.side() + ": " + fault.reason());
    }

    @Override
    public void recovered(String side, String place, Duration away) {
        warnings.add("recovered " + side);
    }

    @Override
    public String toString() {
        return differences() + " " + failures + " " + warnings;
    }
}
