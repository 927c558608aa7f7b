package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.engine.precheck.Precheck;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The checks of a one-way task in both directions, and those that only a pair needs.
final class PairPrecheck {
    private static final String TOPOLOGY = "two-way-topology";
    private static final String RIGHTS = "two-way-rights";
    private static final String THIRD = "two-way-third-instance";

    private final LinkOptions options;
    private final PairChoices choices;
    private final List<End> ends;

    PairPrecheck(LinkOptions options, PairChoices choices, List<End> ends) {
        this.options = options;
        this.choices = choices;
        this.ends = ends;
    }

    List<Finding> run() {
        boolean replaces = choices.resyncFrom() != null;
        boolean resumes = knows();
        List<Finding> findings = new ArrayList<>();
        boolean overwrites = options.onExisting() == LinkOptions.OnExisting.OVERWRITE || replaces;
        Precheck forward =
                new Precheck(
                        ends.get(0).instance(),
                        ends.get(1).instance(),
                        options.databases(),
                        overwrites,
                        resumes);
        forward.task(options.task())
                .bothWays()
                .commands(options.commands().names())
                .spool(options.spool().directory(), options.spool().diskBytes());
        findings.addAll(forward.run());
        if (isAnyError(findings)) {
            return findings;
        }
        SortedMap<Integer, Integer> back = new TreeMap<>();
        options.databases().forEach((from, to) -> back.put(to, from));
        Precheck reverse =
                new Precheck(ends.get(1).instance(), ends.get(0).instance(), back, true, true)
                        .task(options.task())
                        .bothWays();
        for (Finding finding : reverse.run()) {
            boolean told =
                    finding.severity() == Severity.OK
                            || findings.stream().anyMatch(each -> isSame(each, finding))
                            || isOfBoth(finding);
            if (!told) {
                findings.add(turned(finding));
            }
        }
        for (End end : ends) {
            topology(end, findings);
            rights(end, findings);
        }
        if (!isAnyError(findings)) {
            for (End end : ends) {
                third(end, findings);
            }
        }
        return findings;
    }

    private static boolean isSame(Finding one, Finding other) {
        return one.reason().equals(other.reason()) && one.place().equals(other.place());
    }

    /// What is the same seen from either side was told by the forward direction already.
    private static boolean isOfBoth(Finding finding) {
        return finding.check().equals("clocks")
                || finding.check().equals("target-empty")
                || finding.check().equals("target-memory")
                || finding.code() == ErrorCode.SUPERSEDED;
    }

    /// The reverse link's source is what the user calls the target.
    private static Finding turned(Finding finding) {
        return new Finding(
                "reverse-" + finding.check(),
                finding.severity(),
                finding.place(),
                finding.code(),
                "in the reverse direction: " + finding.reason(),
                finding.remedy());
    }

    private static boolean isAnyError(List<Finding> findings) {
        return findings.stream().anyMatch(each -> each.severity() == Severity.ERROR);
    }

    private boolean knows() {
        for (End end : ends) {
            try {
                if (end.instance().isCluster() || isFacingCluster(end)) {
                    if (FloorKeys.read(end) != null) {
                        return true;
                    }
                } else if (hasMarker(end)) {
                    return true;
                }
            } catch (IOException | SynclineException e) {
                // The checks ask the same node next and say what is wrong with it.
                System.getLogger(PairPrecheck.class.getName())
                        .log(System.Logger.Level.DEBUG, "looking for the pair", e);
            }
        }
        return false;
    }

    private boolean isFacingCluster(End end) throws IOException {
        return ends.get(end.site().other().index()).instance().isCluster();
    }

    private static boolean hasMarker(End end) throws IOException {
        try (Connection connection = end.open()) {
            connection.call("SELECT", Integer.toString(end.keys().database()));
            Reply reply =
                    connection.call("EXISTS".getBytes(StandardCharsets.UTF_8), end.keys().marker());
            return reply instanceof Reply.Whole found && found.value() > 0;
        }
    }

    private void topology(End end, List<Finding> findings) {
        try {
            boolean cluster = end.instance().isCluster();
            findings.add(
                    cluster && !isDatabaseZero()
                            ? error(
                                    TOPOLOGY,
                                    end,
                                    ErrorCode.TARGET_UNSUITABLE,
                                    "it is a cluster, which has database 0 only, and other databases"
                                            + " are to be synchronized",
                                    "Leave --databases out, or name 0 alone")
                            : ok(
                                    TOPOLOGY,
                                    end,
                                    cluster
                                            ? "it is a cluster: each slot is synchronized by itself"
                                            : "it is a standalone instance"));
        } catch (IOException e) {
            findings.add(lost(end, e));
        }
    }

    private static void rights(End end, List<Finding> findings) {
        try {
            Set<String> missing = PairRights.missing(end);
            findings.add(
                    missing.isEmpty()
                            ? ok(RIGHTS, end, "the account may run what a pair needs")
                            : error(
                                    RIGHTS,
                                    end,
                                    ErrorCode.NOT_PERMITTED,
                                    "the account may not run all that a two-way task needs; missing: "
                                            + String.join(" ", missing),
                                    "Allow the account these, on every node: ACL SETUSER name "
                                            + String.join(" ", missing)));
        } catch (IOException e) {
            findings.add(lost(end, e));
        }
    }

    private boolean isDatabaseZero() {
        return options.databases().isEmpty()
                || options.databases().equals(new TreeMap<>(Map.of(0, 0)));
    }

    private static Finding lost(End end, IOException e) {
        return error(
                TOPOLOGY,
                end,
                ErrorCode.UNREACHABLE,
                "it stopped answering: " + e.getMessage(),
                "Check that it still runs, and start again");
    }

    /// A pair has two ends: with a third instance writes would come back by another way.
    private void third(End end, List<Finding> findings) {
        try {
            Set<String> others = ThirdInstance.writers(end, options.task());
            findings.add(
                    others.isEmpty()
                            ? ok(THIRD, end, "no other task writes into it")
                            : error(
                                    THIRD,
                                    end,
                                    ErrorCode.TARGET_UNSUITABLE,
                                    "another Syncline task writes into it or has made a pair of it: "
                                            + String.join(", ", others),
                                    "A two-way task needs two instances that no other task writes"
                                            + " into. Stop that task; if a pair of that name is given"
                                            + " up, delete the key "
                                            + OwnKeys.PREFIX
                                            + "pair on both its sides"));
        } catch (IOException e) {
            findings.add(lost(end, e));
        }
    }

    private static Finding ok(String check, End end, String reason) {
        return new Finding(check, Severity.OK, place(end), ErrorCode.TARGET_UNSUITABLE, reason, "");
    }

    private static Finding error(
            String check, End end, ErrorCode code, String reason, String remedy) {
        return new Finding(check, Severity.ERROR, place(end), code, reason, remedy);
    }

    private static String place(End end) {
        return (end.site() == Site.SOURCE ? "source " : "target ")
                + end.instance().endpoint().addresses().getFirst();
    }
}
