package io.syncline.engine.precheck;

import java.util.ArrayList;
import java.util.List;

/// Every check, in the order of findings. Names are stable: they stand in JSON output, and
/// docs/reference/prechecks.md explains each.
final class Checks {
    /// Connecting comes first and is not in the list: without it there is nothing to judge.
    static final String CONNECTION = "-connection";

    static final String TLS = "-tls";
    static final String AUTHENTICATION = "-authentication";

    /// What stands instead of them for a source that is files.
    static final String SOURCE_FILE = "source-file";

    static final List<Check> ALL =
            List.of(
                    Check.source("source-version", Check.NONE, SourceNode::version),
                    Check.source("source-role", Check.NONE, SourceNode::role),
                    Check.source("source-cluster", ClusterHealth.QUESTIONS, ClusterHealth::judge),
                    Check.source(
                            "source-replication",
                            SourceRights.REPLICATION,
                            SourceRights::replication),
                    Check.source(
                            "source-heartbeat", SourceRights.HEARTBEAT, SourceRights::heartbeat),
                    Check.source("source-backlog", Check.NONE, SourceLimits::backlog),
                    Check.source(
                            "source-output-buffer",
                            SourceLimits.OUTPUT_BUFFER,
                            SourceLimits::outputBuffer),
                    Check.source(
                            "source-repl-timeout", SourceLimits.TIMEOUT, SourceLimits::timeout),
                    Check.source("source-snapshot", SourceLimits.DISKLESS, SourceLimits::snapshot),
                    Check.source("source-fork", Check.NONE, SourceLimits::fork),
                    Check.source("source-persistence", Persistence.QUESTIONS, Persistence::judge),
                    Check.source(SourceKind.SCAN, SourceScan.QUESTIONS, SourceScan::judge),
                    new Check(
                            "source-databases",
                            Check.Needs.SOURCE,
                            Check.NONE,
                            Check.NONE,
                            Databases::leftOut),
                    new Check(
                            "commands",
                            Check.Needs.NOTHING,
                            CommandNames.QUESTIONS,
                            Check.NONE,
                            CommandNames::judge),
                    Check.target("target-role", Check.NONE, TargetNode::role),
                    Check.target("target-cluster", ClusterHealth.QUESTIONS, ClusterHealth::judge),
                    Check.target(
                            "target-commands", TargetNode.COMMAND_QUESTIONS, TargetNode::commands),
                    Check.target("target-rights", TargetRights.QUESTIONS, TargetRights::judge),
                    Check.target("target-eviction", Check.NONE, TargetNode::eviction),
                    Check.target(
                            "target-notifications", Notifications.QUESTIONS, Notifications::judge),
                    Check.both(
                            "different-instances",
                            SameInstance.QUESTIONS,
                            SameInstance.QUESTIONS,
                            SameInstance::judge),
                    Check.both("task-source", TaskSource.QUESTIONS, Check.NONE, TaskSource::judge),
                    Check.both("versions", Versions.QUESTIONS, Versions.QUESTIONS, Versions::judge),
                    Check.both("functions", Functions.QUESTIONS, Check.NONE, Functions::judge),
                    Check.both("modules", Modules.QUESTIONS, Check.NONE, Modules::judge),
                    Check.both("target-databases", Check.NONE, Check.NONE, Databases::atTarget),
                    Check.both("cross-slot", CrossSlot.QUESTIONS, Check.NONE, CrossSlot::judge),
                    Check.both("target-memory", Check.NONE, Check.NONE, TargetMemory::judge),
                    Check.both("clocks", Check.NONE, Check.NONE, Clocks::judge),
                    new Check(
                            "target-empty",
                            Check.Needs.TARGET,
                            Check.NONE,
                            Check.NONE,
                            TargetKeys::judge),
                    new Check(
                            "other-tasks",
                            Check.Needs.TARGET,
                            Check.NONE,
                            OtherTasks.QUESTIONS,
                            OtherTasks::judge),
                    new Check("etl", Check.Needs.NOTHING, Check.NONE, Check.NONE, Rules::judge),
                    new Check("spool", Check.Needs.NOTHING, Check.NONE, Check.NONE, Spool::judge));

    private Checks() {}

    /// The name of everything that can be found, in order.
    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (String side : List.of("source", "target")) {
            names.addAll(List.of(side + CONNECTION, side + TLS, side + AUTHENTICATION));
        }
        names.add(SOURCE_FILE);
        ALL.forEach(check -> names.add(check.name()));
        names.add(Precheck.SKIPPED);
        return names;
    }
}
