package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.twoway.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Writes a running pair's floor at both sites, and watches that slots stay where they are. A
/// thread of its own; nothing here may hold up the data.
///
/// The floor is written only while the node's epoch is this run's, so that a run that was
/// superseded leaves its successor's alone.
final class FloorDesk implements Runnable {
    private static final long EVERY_MILLIS = 1_000;

    private final List<End> ends;
    private final List<List<Port>> ports;
    private final AtomicReference<@Nullable FloorRecord> offered = new AtomicReference<>();
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final EpochOf epochs;
    private final Runnable wake;

    /// What a node's epoch must be.
    @FunctionalInterface
    interface EpochOf {
        String at(Port port);
    }

    FloorDesk(List<End> ends, List<List<Port>> ports, EpochOf epochs, Runnable wake) {
        this.ends = List.copyOf(ends);
        this.ports = List.copyOf(ports);
        this.epochs = epochs;
        this.wake = wake;
    }

    /// To be written soon.
    void offer(FloorRecord record) {
        offered.set(record);
    }

    /// Why the pair must stop; null while it need not.
    @Nullable Failure failure() {
        return failure.get();
    }

    void stop() {
        stopping.countDown();
    }

    @Override
    public void run() {
        try {
            while (!stopping.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                FloorRecord next = offered.getAndSet(null);
                for (int i = 0; i < ends.size(); i++) {
                    look(i, next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(int site, @Nullable FloorRecord next) {
        try {
            if (next != null) {
                write(ports.get(site), next);
            }
            if (ends.get(site).instance().isCluster()) {
                watch(ends.get(site), ports.get(site));
            }
        } catch (IOException e) {
            // The data path meets the same fault and says so; the next floor is as good.
            System.getLogger(FloorDesk.class.getName())
                    .log(System.Logger.Level.DEBUG, "the floor at " + ends.get(site).site(), e);
        } catch (SynclineException e) {
            fail(e.failure());
        }
    }

    private void fail(Failure why) {
        failure.compareAndSet(null, why);
        wake.run();
    }

    private void write(List<Port> of, FloorRecord record) throws IOException {
        byte[] key = of.getFirst().keys().floor();
        Port port = FloorKeys.owner(of, key);
        try (Connection connection = port.open()) {
            byte[] epoch = port.keys().epoch();
            String place = connection.address().toString();
            Answers.accept(place, List.of(connection.call("WATCH".getBytes(UTF_8), epoch)));
            Reply present = connection.call("GET".getBytes(UTF_8), epoch);
            // A flush takes the epoch along, and says nothing of another run.
            if (present instanceof Reply.Bulk bulk && !bulk.utf8().equals(epochs.at(port))) {
                return;
            }
            ByteBuilder out = new ByteBuilder(512);
            RespWriter.command(out, "MULTI");
            RespWriter.array(out, 3);
            RespWriter.bulk(out, "SET");
            RespWriter.bulk(out, key);
            RespWriter.bulk(out, record.encode());
            RespWriter.command(out, "EXEC");
            connection.send(out);
            List<Reply> replies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                replies.add(connection.replies().read());
            }
            Answers.accept(place, replies);
        }
    }

    /// A slot that has no owner for a moment is a failover's doing; one with another owner than its
    /// neighbours had has moved.
    private void watch(End end, List<Port> of) throws IOException {
        ClusterMap map = end.instance().clusterMap();
        for (Port port : of) {
            BitSet slots = port.slots();
            HostPort owner = map.owner(slots.nextSetBit(0));
            if (owner == null) {
                continue;
            }
            BitSet now = map.slots(owner);
            BitSet other = (BitSet) now.clone();
            other.andNot(slots);
            slots.andNot(now);
            slots.stream()
                    .filter(slot -> map.owner(slot) != null)
                    .findFirst()
                    .ifPresent(slot -> fail(moved(end, slot)));
            other.stream().findFirst().ifPresent(slot -> fail(moved(end, slot)));
        }
    }

    /// What to say when a slot is no longer where it was.
    static Failure moved(End end, int slot) {
        String side = end.site() == Site.SOURCE ? "source" : "target";
        return new Failure(
                ErrorCode.TOPOLOGY_UNUSABLE,
                end.instance().endpoint().addresses().getFirst().toString(),
                "slot "
                        + slot
                        + " of the "
                        + side
                        + " has another owner than when the task began, and a two-way task cannot"
                        + " follow slots that move: the keys in it may be missing at the other side",
                "Let the move end, then start once with --resync-from "
                        + side
                        + ": the other side's data is replaced");
    }
}
