package io.syncline.engine.precheck;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.file.FileInspection;
import io.syncline.engine.net.AtOnce;
import io.syncline.engine.resp.RespFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks at both sides before a start, and writes nothing. Every check adds a finding for each
/// thing it looked at, also when all is well, so that a user sees what was looked at.
///
/// ```java
/// List<Finding> findings =
///         new Precheck(source, target, databases, false, false).task("orders").run();
/// ```
public final class Precheck {
    /// The name under which checks are counted that could not be made.
    static final String SKIPPED = "skipped";

    private final Instance source;
    private final Instance target;
    private Plan plan;
    private @Nullable Files files;

    /// Describes what is planned.
    ///
    /// @param databases source to target; empty: all to themselves
    /// @param mayHoldKeys whether keys at the target are no reason to stop
    /// @param resumes whether the target already knows this task
    public Precheck(
            Instance source,
            Instance target,
            SortedMap<Integer, Integer> databases,
            boolean mayHoldKeys,
            boolean resumes) {
        this.source = source;
        this.target = target;
        this.plan = new Plan(databases, mayHoldKeys, resumes, "", null, 0);
    }

    /// Names the task, so that a process of it that still runs is found.
    public Precheck task(String name) {
        plan = plan.withTask(name);
        return this;
    }

    /// Names the folder for waiting bytes, and how many of them per source shard it must hold.
    public Precheck spool(Path directory, long diskBytes) {
        plan = plan.withSpool(directory, diskBytes);
        return this;
    }

    /// Names the rules for keys.
    public Precheck rules(KeyRules rules) {
        plan = plan.withRules(rules);
        return this;
    }

    /// Names commands as a user did: to copy, or to leave out. Groups are none.
    public Precheck commands(List<String> names) {
        plan = plan.withCommands(names);
        return this;
    }

    /// What happens at the target comes back to the source.
    public Precheck bothWays() {
        plan = plan.withBothWays();
        return this;
    }

    /// What a task did in earlier runs.
    ///
    /// @param source as a URI without secrets; empty when it is not known
    /// @param histories replication ids that its positions are of
    /// @param nodes ids of the cluster nodes that it has read from
    public record Former(String source, Set<String> histories, Set<String> nodes) {
        public Former {
            histories = Set.copyOf(histories);
            nodes = Set.copyOf(nodes);
        }
    }

    /// The task goes on.
    public Precheck former(@Nullable Former run) {
        plan = plan.withFormer(run);
        return this;
    }

    /// The source is files.
    public Precheck file(Files files) {
        this.files = files;
        plan = plan.withKind(SourceKind.FILE);
        return this;
    }

    /// Looks through the source's files, or gives what was found before.
    @FunctionalInterface
    public interface Files {
        FileInspection get() throws IOException;
    }

    /// The source is read by SCAN.
    ///
    /// @param setsNotifications whether keyspace notifications may be switched on
    public Precheck scan(boolean setsNotifications) {
        plan = plan.withKind(SourceKind.SCANNED).withNotificationsSet(setsNotifications);
        return this;
    }

    /// Runs every check, in the order of the table.
    public List<Finding> run() {
        return run(finding -> {});
    }

    /// The same, and tells each finding as soon as it is made: a person watches.
    public List<Finding> run(Consumer<Finding> told) {
        List<Finding> findings = new ArrayList<>();
        List<Node> opened = Collections.synchronizedList(new ArrayList<>());
        int known = 0;
        try {
            Files sourceFiles = files;
            List<Connected> sides = connect(opened);
            sides.forEach(side -> findings.addAll(side.findings));
            Side from = sides.getFirst().side;
            Side to = sides.getLast().side;
            prefetch(from, true, findings);
            prefetch(to, false, findings);
            known = tell(findings, known, told);
            int[] skipped = new int[2];
            for (Check check : checks()) {
                judge(check, from, to, findings, skipped);
                known = tell(findings, known, told);
            }
            if (sourceFiles == null) {
                countSkipped(from, skipped[0], findings);
            }
            countSkipped(to, skipped[1], findings);
            tell(findings, known, told);
        } finally {
            opened.forEach(Node::close);
        }
        return List.copyOf(findings);
    }

    private record Connected(Side side, List<Finding> findings) {}

    /// Both sides at once: one that does not answer is waited for.
    private List<Connected> connect(List<Node> opened) {
        Files sourceFiles = files;
        try {
            return AtOnce.each(
                    List.of("source", "target"),
                    name -> {
                        List<Finding> findings = new ArrayList<>();
                        Instance instance = name.equals("source") ? source : target;
                        Side side =
                                instance == source && sourceFiles != null
                                        ? SourceFile.look(source, sourceFiles, findings)
                                        : new Connecting(name, instance, findings, opened)
                                                .connect();
                        return new Connected(side, findings);
                    });
        } catch (IOException e) {
            throw new SynclineException(
                    ErrorCode.UNREACHABLE,
                    source.endpoint().toString(),
                    "the checks ended: " + Failure.words(e),
                    "Start again");
        }
    }

    /// Tells those that are new.
    ///
    /// @return how many are known now
    private static int tell(List<Finding> findings, int known, Consumer<Finding> told) {
        findings.subList(known, findings.size()).forEach(told);
        return findings.size();
    }

    private List<Check> checks() {
        return Checks.ALL.stream().filter(plan.kind()::includes).toList();
    }

    private void judge(Check check, Side from, Side to, List<Finding> findings, int[] skipped) {
        boolean needsSource =
                check.needs() == Check.Needs.SOURCE || check.needs() == Check.Needs.BOTH;
        boolean needsTarget =
                check.needs() == Check.Needs.TARGET || check.needs() == Check.Needs.BOTH;
        if (needsSource && !from.isUsable()) {
            skipped[0]++;
            return;
        }
        if (needsTarget && !to.isUsable()) {
            skipped[1]++;
            return;
        }
        Verdict verdict = new Verdict(check.name(), findings);
        try {
            check.judge().judge(from, to, plan, verdict);
        } catch (IOException | RespFormatException e) {
            stopped(needsSource && !from.isUsable() ? from : to, e, verdict);
        }
    }

    private static void stopped(Side side, Exception e, Verdict verdict) {
        verdict.error(
                lostNode(side).address(),
                ErrorCode.UNREACHABLE,
                "the " + side.name() + " stopped answering: " + Failure.words(e),
                "Check that it still runs, and start again");
    }

    private static Node lostNode(Side side) {
        return side.nodes().stream().filter(Node::isLost).findFirst().orElse(side.first());
    }

    /// Asks every node all that is known beforehand, in one round trip each.
    private void prefetch(Side side, boolean isSource, List<Finding> findings) {
        try {
            AtOnce.each(
                    side.nodes(),
                    node -> {
                        node.prefetch(questions(node, isSource));
                        return node;
                    });
        } catch (IOException | RespFormatException e) {
            stopped(side, e, new Verdict(side.name() + Checks.CONNECTION, findings));
        }
    }

    private List<List<String>> questions(Node node, boolean isSource) throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (Check check : checks()) {
            Check.Questions questions =
                    isSource ? check.sourceQuestions() : check.targetQuestions();
            all.addAll(questions.of(node, plan));
        }
        return all;
    }

    private static void countSkipped(Side side, int count, List<Finding> findings) {
        if (count > 0) {
            new Verdict(SKIPPED, findings)
                    .warning(
                            side.instance().endpoint().addresses().getFirst(),
                            ErrorCode.UNREACHABLE,
                            Amount.count(count, "further check")
                                    + " could not be made, since the "
                                    + side.name()
                                    + " cannot be asked",
                            "Mend the errors above and check again");
        }
    }
}
