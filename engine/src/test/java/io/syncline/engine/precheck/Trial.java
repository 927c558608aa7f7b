package io.syncline.engine.precheck;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.EndpointUri;
import io.syncline.testkit.RedisServer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// One precheck of two real instances, and its findings as sentences.
final class Trial {
    /// Nothing listens on the discard port here.
    static final String NOWHERE = "redis://127.0.0.1:9";

    private final String source;
    private final String target;
    private final SortedMap<Integer, Integer> databases = new TreeMap<>();
    private boolean mayHoldKeys;
    private boolean resumes;
    private String task = "trial";

    Trial(String source, String target) {
        this.source = source;
        this.target = target;
    }

    static Trial of(RedisServer source, RedisServer target) {
        return new Trial(uri(source), uri(target));
    }

    static String uri(RedisServer server) {
        return "redis://127.0.0.1:" + server.port();
    }

    /// With an account; made by [#account].
    static String uri(RedisServer server, String account) {
        return "redis://" + account + ":secret@127.0.0.1:" + server.port();
    }

    static void account(RedisServer server, String name, String... rules) {
        Object[] words = new Object[rules.length + 5];
        words[0] = "ACL";
        words[1] = "SETUSER";
        words[2] = name;
        words[3] = "on";
        words[4] = ">secret";
        System.arraycopy(rules, 0, words, 5, rules.length);
        server.command(words);
    }

    Trial database(int from, int to) {
        databases.put(from, to);
        return this;
    }

    Trial overwriting() {
        mayHoldKeys = true;
        return this;
    }

    Trial resuming() {
        resumes = true;
        return this;
    }

    Trial task(String name) {
        task = name;
        return this;
    }

    List<Finding> run() {
        return precheck().run();
    }

    Precheck precheck() {
        return new Precheck(
                        instance(source, false),
                        instance(target, true),
                        databases,
                        mayHoldKeys,
                        resumes)
                .task(task);
    }

    /// A side that never answered.
    Side side(String name) {
        return new Side(name, instance(source, false), List.of(), false);
    }

    private Instance instance(String uri, boolean preferPrimary) {
        var endpoint = EndpointUri.parse(uri, "test");
        return new Instance(
                endpoint,
                new Connector(endpoint.credentials(), endpoint.tls(), "syncline:" + task),
                preferPrimary);
    }

    /// What one check found, each as `SEVERITY reason | remedy`.
    List<String> find(String check) {
        return sentences(run(), check);
    }

    static List<String> sentences(List<Finding> findings, String check) {
        return findings.stream()
                .filter(finding -> finding.check().equals(check))
                .map(Trial::sentence)
                .toList();
    }

    static String sentence(Finding finding) {
        String remedy = finding.remedy().isEmpty() ? "" : " | " + finding.remedy();
        return finding.severity() + " " + finding.reason() + remedy;
    }

    static List<String> errors(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .map(finding -> finding.check() + " " + sentence(finding))
                .toList();
    }
}
