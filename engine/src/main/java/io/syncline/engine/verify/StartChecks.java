package io.syncline.engine.verify;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import java.io.IOException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What must hold before a single key is looked at.
final class StartChecks {
    private StartChecks() {}

    /// Connects to a side, and says which one when that fails.
    static Side open(Endpoint endpoint, boolean preferPrimary, String name) {
        try {
            return Side.open(instance(endpoint, preferPrimary), name);
        } catch (IOException e) {
            throw new SynclineException(unreachable(endpoint.toString(), "the " + name, e), e);
        }
    }

    static Failure unreachable(String place, String side, IOException e) {
        return new Failure(
                ErrorCode.UNREACHABLE,
                place,
                side + " cannot be read: " + Failure.words(e),
                "Check address, port, network, and that redis://, redis-cluster:// or"
                        + " redis-sentinel:// is what it is");
    }

    private static Instance instance(Endpoint endpoint, boolean preferPrimary) {
        return new Instance(
                endpoint,
                new Connector(endpoint.credentials(), endpoint.tls(), "syncline:verify"),
                preferPrimary);
    }

    static void check(
            VerifyOptions options, Side source, Side target, RepairRights.Warnings warnings)
            throws IOException {
        loaded(source);
        loaded(target);
        apart(options, source, target);
        databases(options, source, target);
        switch (options.repair().direction()) {
            case NONE -> {}
            case SOURCE_TO_TARGET -> writable(target, warnings);
            case TARGET_TO_SOURCE -> writable(source, warnings);
        }
    }

    private static void loaded(Side side) {
        for (ServerInfo node : side.nodes()) {
            if (node.field("loading").equals("1")) {
                throw new SynclineException(
                        side.name().equals("source")
                                ? ErrorCode.SOURCE_NOT_READY
                                : ErrorCode.TARGET_NOT_READY,
                        node.address().toString(),
                        "the " + side.name() + " is still loading its data",
                        "Start again when it has");
            }
        }
    }

    /// A database that a side does not have would be equal to an empty one.
    private static void databases(VerifyOptions options, Side source, Side target)
            throws IOException {
        SortedSet<Integer> ofSource = new TreeSet<>(options.databases().keySet());
        SortedSet<Integer> ofTarget = new TreeSet<>(options.databases().values());
        if (options.databases().isEmpty()) {
            source.nodes().forEach(node -> ofTarget.addAll(node.keysByDatabase().keySet()));
            target.nodes().forEach(node -> ofSource.addAll(node.keysByDatabase().keySet()));
        }
        source.select(ofSource);
        target.select(ofTarget);
    }

    /// Comparing an instance with itself proves nothing, unless with another of its databases.
    private static void apart(VerifyOptions options, Side source, Side target) {
        Set<String> ids =
                source.nodes().stream().map(ServerInfo::runId).collect(Collectors.toSet());
        boolean mapped =
                !options.databases().isEmpty()
                        && options.databases().entrySet().stream()
                                .noneMatch(entry -> entry.getKey().equals(entry.getValue()));
        for (ServerInfo node : target.nodes()) {
            if (ids.contains(node.runId()) && !node.runId().isEmpty() && !mapped) {
                throw new SynclineException(
                        ErrorCode.SAME_INSTANCE,
                        node.address().toString(),
                        "source and target are the same server (run id " + node.runId() + ")",
                        "Name two instances, or other databases of the one with --databases");
            }
        }
    }

    private static void writable(Side side, RepairRights.Warnings warnings) throws IOException {
        for (ServerInfo node : side.nodes()) {
            if (!node.isPrimary()) {
                throw new SynclineException(
                        ErrorCode.TARGET_READ_ONLY,
                        node.address().toString(),
                        "the " + side.name() + " is a replica and cannot be mended",
                        "Name its primary");
            }
        }
        new RepairRights(side, warnings).check();
    }
}
