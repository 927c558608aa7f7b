package io.syncline.engine.target;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The lane of a cluster writer to one node, and the fence around it.
///
/// Batches of a cluster are not guarded one by one: a slot's next batch waits for the answer to the
/// one before instead. What a dead connection still has in the node's buffers is made harmless by
/// closing that connection at the node (CLIENT KILL) before anyone looks how far the slots are.
/// Every lane's connection carries a name that says task, start and pipeline, so that it can be
/// found.
final class NodeLane {
    /// How long the lane's reader blocks before it looks at the clock.
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /// Behind task and pipeline: start, and a number of its own.
    private static final Pattern LANE = Pattern.compile("\\d+:-?\\d+");

    private final WriterSettings settings;
    private final HostPort node;
    private final LaneListener listener;
    private @Nullable Lane lane;
    private String runId = "";

    NodeLane(WriterSettings settings, HostPort node, LaneListener listener) {
        this.settings = settings;
        this.node = node;
        this.listener = listener;
    }

    HostPort node() {
        return node;
    }

    /// Tells the node's process from its successors; empty before the lane was opened.
    String runId() {
        return runId;
    }

    /// Whether the lane is up.
    boolean isOpen() {
        Lane present = lane;
        return present != null && present.fault() == null;
    }

    @Nullable LaneFault fault() {
        Lane present = lane;
        return present == null ? null : present.fault();
    }

    /// Connects, and closes every older connection of this pipeline at the node.
    void open() throws IOException {
        Connection connection = settings.instance().connector().open(node);
        try {
            String own = namePrefix() + settings.start() + ":" + System.nanoTime();
            accept(connection, connection.call("CLIENT", "SETNAME", own));
            fence(connection, own);
            runId = ServerInfo.read(connection).runId();
            connection.answerLimit(LOOK_EVERY);
            lane =
                    new Lane(
                            connection,
                            listener,
                            settings.windowBytes(),
                            settings.patience(node.toString()));
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private String namePrefix() {
        return "syncline:" + settings.keys().task() + ":" + settings.pipeline() + ":";
    }

    private void fence(Connection connection, String own) throws IOException {
        Reply clients = accept(connection, connection.call("CLIENT", "LIST"));
        if (!(clients instanceof Reply.Bulk list)) {
            throw new IOException("CLIENT LIST is answered with " + clients);
        }
        for (String line : list.utf8().split("\n", -1)) {
            String name = field(line, "name");
            if (isLane(name) && !name.equals(own)) {
                long start = Long.parseLong(name.substring(namePrefix().length()).split(":", 2)[0]);
                if (start > settings.start()) {
                    throw superseded();
                }
                // One that is gone by now is as good as killed.
                connection.call("CLIENT", "KILL", "ID", field(line, "id"));
            }
        }
    }

    /// The name of a task may begin with that of another one.
    private boolean isLane(String name) {
        return name.startsWith(namePrefix())
                && LANE.matcher(name.substring(namePrefix().length())).matches();
    }

    private SynclineException superseded() {
        return new SynclineException(
                ErrorCode.SUPERSEDED,
                node.toString(),
                "another process runs the task " + settings.keys().task(),
                "Leave that one running, or stop it and start this one again");
    }

    private static String field(String line, String name) {
        int at = line.startsWith(name + "=") ? 0 : line.indexOf(" " + name + "=");
        if (at < 0) {
            return "";
        }
        int from = line.indexOf('=', at) + 1;
        int to = line.indexOf(' ', from);
        return to < 0 ? line.substring(from) : line.substring(from, to);
    }

    private static Reply accept(Connection connection, Reply reply) throws IOException {
        return CheckpointStore.accept(connection, reply);
    }

    /// Sends a batch; waits while the window is full. A fault is met at the next check.
    void send(Batch batch) {
        Lane present = lane;
        if (present == null) {
            throw new IllegalStateException("the lane to " + node + " is closed");
        }
        // Even a broken lane has the batch among its unanswered: its owner takes it from there.
        present.send(batch);
    }

    /// How many bytes more may be sent before an answer comes.
    ///
    /// @param most the most on the way at once, 0 for what the lane's window allows
    long roomBytes(long most) {
        Lane present = lane;
        if (present == null) {
            return Long.MAX_VALUE;
        }
        long window = most > 0 ? most : present.windowBytes();
        return window - present.unansweredBytes();
    }

    /// Waits until nothing is on its way, or the lane is broken.
    void settle() {
        Lane present = lane;
        if (present != null) {
            present.drain();
        }
    }

    /// Stops the lane and returns what was not answered.
    List<Batch> stop() {
        Lane present = lane;
        lane = null;
        return present == null ? new ArrayList<>() : present.stop();
    }
}
