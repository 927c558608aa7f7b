package io.syncline.engine.verify;

import io.syncline.engine.etl.RuleReader;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.testkit.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A verification under test, and everything that it told.
public final class Verifying implements VerifyListener {
    /// Nothing lags on loopback.
    private static final VerifyOptions.Recheck SOON =
            new VerifyOptions.Recheck(Duration.ofMillis(50), 2);

    private final List<Difference> differences = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private VerifyOptions options;
    private VerifyProgress last =
            new VerifyProgress(VerifyProgress.Phase.STARTING, 0, 0, 0, 0, 0, 0, Map.of(), 0, 0);

    private Verifying(VerifyOptions options) {
        this.options = options;
    }

    public static Verifying between(Instance source, Instance target) {
        return new Verifying(
                VerifyOptions.between(endpoint(source), endpoint(target))
                        .withRecheck(SOON)
                        .withRetry(Duration.ofSeconds(10)));
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
        options = options.withScope(new VerifyOptions.Scope(mode, 100, List.of()));
        return this;
    }

    Verifying scope(double percent, String... patterns) {
        options =
                options.withScope(
                        new VerifyOptions.Scope(
                                VerifyOptions.Mode.FULL, percent, List.of(patterns)));
        return this;
    }

    /// Rules for keys, one an argument.
    public Verifying rules(String... lines) {
        options =
                options.withRules(
                        RuleReader.read(String.join("\n", lines), number -> "rule " + number));
        return this;
    }

    Verifying repair(VerifyOptions.Direction direction, boolean deleteExtra) {
        options = options.withRepair(new VerifyOptions.Repairs(direction, deleteExtra));
        return this;
    }

    Verifying database(int source, int target) {
        SortedMap<Integer, Integer> databases = new TreeMap<>(options.databases());
        databases.put(source, target);
        options = options.withDatabases(databases);
        return this;
    }

    public Verifying recheck(Duration after, int times) {
        options = options.withRecheck(new VerifyOptions.Recheck(after, times));
        return this;
    }

    Verifying target(Endpoint target) {
        options =
                new VerifyOptions(
                        options.source(),
                        target,
                        options.databases(),
                        options.scope(),
                        options.expiries(),
                        options.recheck(),
                        options.limits(),
                        options.repair(),
                        options.retry(),
                        options.state(),
                        options.rules());
        return this;
    }

    VerifyOptions options() {
        return options;
    }

    Verifying options(VerifyOptions other) {
        options = other;
        return this;
    }

    public Verification make() {
        return new Verification(options, this);
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
