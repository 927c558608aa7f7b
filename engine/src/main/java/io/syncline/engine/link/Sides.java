package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.file.FileInspection;
import io.syncline.engine.file.FileInspector;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.precheck.Precheck;
import io.syncline.engine.target.Checkpoint;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.TaskRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Both ends of a link, and how to connect to them.
final class Sides {
    private final LinkOptions options;
    private final Instance source;
    private final Instance target;
    private @Nullable FileInspection inspection;

    /// The target lets us not in, whatever is asked.
    private volatile boolean closed;

    Sides(LinkOptions options) {
        this.options = options;
        String name = "syncline:" + options.task();
        source = instance(options.source(), name, false);
        target = instance(options.target(), name, true);
    }

    private static Instance instance(Endpoint endpoint, String name, boolean preferPrimary) {
        return new Instance(
                endpoint,
                new Connector(endpoint.credentials(), endpoint.tls(), name),
                preferPrimary);
    }

    Instance source() {
        return source;
    }

    /// Whether the source can be asked, being no file.
    boolean hasServersAsSource() {
        return !options.source().isFile();
    }

    /// The shards of the source as they are now.
    List<Origin> origins() throws IOException {
        if (options.source().isFile()) {
            return List.of(new Origin.OfFile(inspection()));
        }
        boolean scanned = options.sourceMode() instanceof LinkOptions.SourceMode.Scan;
        List<Origin> origins = new ArrayList<>();
        for (Instance.Shard shard : source.shards()) {
            origins.add(scanned ? new Origin.Scanned(shard) : new Origin.Replicated(shard));
        }
        return origins;
    }

    /// What is in the files of a source that is a file: read once, so that what was checked is what
    /// is copied.
    FileInspection inspection() throws IOException {
        FileInspection known = inspection;
        if (known == null) {
            known = FileInspector.inspect(Path.of(options.source().file()));
            inspection = known;
        }
        return known;
    }

    Instance target() {
        return target;
    }

    /// Closes every connection to either side, for good.
    void cut() {
        source.connector().cut();
        target.connector().cut();
    }

    OwnKeys keys() {
        return new OwnKeys(options.task());
    }

    /// Where the task's own keys may be: database 0 unless only others are the task's.
    SortedSet<Integer> candidates() {
        SortedSet<Integer> candidates = new TreeSet<>(options.databases().values());
        if (candidates.isEmpty()) {
            candidates.add(0);
        }
        return candidates;
    }

    /// A connection to the node of the target that holds the task's own keys.
    Connection control() throws IOException {
        return target.connector()
                .open(
                        target.isCluster()
                                ? target.slotFinder(Slots.of(keys().manifest())).find()
                                : target.primary());
    }

    /// Whether no database that the task writes to holds a key.
    boolean isTargetEmpty() throws IOException {
        for (Instance.Shard shard : target.shards()) {
            try (Connection connection = target.connector().open(shard.primary())) {
                for (int database : ServerInfo.read(connection).keysByDatabase().keySet()) {
                    if (options.databases().isEmpty()
                            || options.databases().containsValue(database)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// Makes sure that a target which answers can say whether it knows this task: while it loads
    /// its data, its keys are counted already, and would be taken for somebody else's.
    ///
    /// @throws IOException when it cannot say so now
    boolean awaitTarget() throws IOException {
        try {
            Readiness.require(target, () -> formerRun() != null);
        } catch (Readiness.NotReadyException e) {
            throw e;
        } catch (IOException | SynclineException e) {
            closed = e instanceof SynclineException;
            // The precheck asks the same node next and says what is wrong with it.
            System.getLogger(Sides.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking the target", e);
        }
        return true;
    }

    /// Makes sure that the cluster of a task which goes on is whole: a shard that fails over is no
    /// reason to refuse the start. Whether a task can begin at all is the precheck's to say.
    ///
    /// @throws IOException when it is not whole now
    boolean awaitSource() throws IOException {
        if (options.source().isFile() || formerRun() == null) {
            return true;
        }
        try {
            Readiness.require(source, () -> true);
        } catch (Readiness.NotReadyException e) {
            throw e;
        } catch (IOException | SynclineException e) {
            // As above.
            System.getLogger(Sides.class.getName())
                    .log(System.Logger.Level.DEBUG, "asking the source", e);
        }
        return true;
    }

    /// What the target knows of this task; null when it has not heard of it, or cannot be asked.
    Precheck.@Nullable Former formerRun() {
        if (closed) {
            return null;
        }
        try (Connection connection = control()) {
            TaskRegistry registry = TaskRegistry.find(connection, keys(), candidates());
            Map<String, String> known = registry.read(connection);
            if (known.isEmpty()) {
                return null;
            }
            Map<Integer, Set<String>> shards = TaskRegistry.shards(known);
            Set<Integer> pipelines = new TreeSet<>(shards.keySet());
            pipelines.add(0);
            Set<String> histories = new HashSet<>();
            for (int pipeline : pipelines) {
                Checkpoint checkpoint = registry.checkpoint(connection, pipeline);
                if (checkpoint != null && !checkpoint.replicationId().isEmpty()) {
                    histories.add(checkpoint.replicationId());
                }
            }
            Set<String> nodes = new HashSet<>();
            shards.values().forEach(nodes::addAll);
            return new Precheck.Former(TaskRegistry.source(known), histories, nodes);
        } catch (IOException | SynclineException e) {
            // The precheck asks the same node next and says what is wrong with it.
            System.getLogger(Sides.class.getName())
                    .log(System.Logger.Level.DEBUG, "looking for the task at the target", e);
            return null;
        }
    }
}
