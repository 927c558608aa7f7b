package io.syncline.engine.pair;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.KeyRecord;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Request;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.SlotPairs;
import io.syncline.engine.twoway.StreamPlace;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One primary of a run over slots: its stream, the lanes that write to it, and the way back to it
/// when it is away. Owner thread only, but for what says otherwise.
final class SlotNode implements Closeable {
    /// Each serves one slot's transaction at a time, three round trips long, so this many go on at
    /// once. Each has a thread that reads answers, which bounds it.
    static final int LANES = 16;

    /// Within which a node without writes finds that another process has taken over.
    private static final long EPOCH_NANOS = 1_000_000_000;

    private final End end;
    private final Port port;
    private final int index;
    private final SiteStream stream;
    private final List<SiteWriter> lanes = new ArrayList<>();
    private final PairRetries retries;
    private final LinkOptions options;
    private volatile String epoch = "";
    private long epochNanos = System.nanoTime();
    private long awayUntilNanos;
    private boolean away;

    /// @param shard number under which events tell of it
    SlotNode(
            End end,
            Port port,
            int index,
            int shard,
            ServerInfo info,
            LinkOptions options,
            Outgoing fromHere,
            Outgoing toHere,
            Consumer<LinkEvent> events,
            Runnable wake) {
        this.end = end;
        this.port = port;
        this.index = index;
        this.options = options;
        this.retries = new PairRetries(shard, end.side(), options.retry(), events);
        stream = new SiteStream(end, port, index, info, options, fromHere, retries, wake);
        for (int i = 0; i < LANES; i++) {
            lanes.add(
                    new SiteWriter(end, port, info, toHere, options.tuning().answerLimit(), wake));
        }
    }

    Site site() {
        return port.site();
    }

    int index() {
        return index;
    }

    Port port() {
        return port;
    }

    SiteStream stream() {
        return stream;
    }

    /// From any thread.
    String epoch() {
        return epoch;
    }

    /// From any thread.
    String retrying() {
        return retries.text();
    }

    /// Writes a new epoch: nothing that was sent before can happen any more.
    ///
    /// @param slots whose markers are asked for
    /// @return the node's offset behind it, and the markers that stand there
    Begun begin(String newEpoch, List<Integer> slots) throws IOException {
        lanes.forEach(SiteWriter::close);
        try (Connection connection = port.open()) {
            connection.answerLimit(options.tuning().answerLimit());
            ByteBuilder out = new ByteBuilder(512);
            if (port.tag() == Port.NO_TAG) {
                // Nothing was ever written to it.
                RespWriter.command(out, "PING");
            } else {
                RespWriter.array(out, 3);
                RespWriter.bulk(out, "SET");
                RespWriter.bulk(out, port.keys().epoch());
                RespWriter.bulk(out, newEpoch);
            }
            RespWriter.command(out, "INFO", "replication");
            for (int slot : slots) {
                RespWriter.array(out, 2);
                RespWriter.bulk(out, "GET");
                RespWriter.bulk(out, port.keys().marker(slot));
            }
            connection.send(out);
            List<Reply> replies = new ArrayList<>();
            for (int i = 0; i < slots.size() + 2; i++) {
                replies.add(connection.replies().read());
            }
            String place = connection.address().toString();
            Answers.accept(place, replies);
            Map<Integer, Marker> markers = new HashMap<>();
            for (int i = 0; i < slots.size(); i++) {
                Marker marker = Answers.marker(place, replies.get(i + 2));
                if (marker != null) {
                    markers.put(slots.get(i), marker);
                }
            }
            epoch = newEpoch;
            away = false;
            retries.connected();
            return new Begun(Answers.offset(replies.get(1)), History.of(replies.get(1)), markers);
        }
    }

    /// What is written down of it.
    FloorRecord.Entry entry(BitSet slots, StreamPlace place) {
        return new FloorRecord.Entry(slots, place, port.tag(), port.identity().ids());
    }

    /// What is found at a node behind a new epoch.
    record Begun(long offset, History history, Map<Integer, Marker> markers) {}

    /// Hands over the answers that have come.
    boolean deliver() throws IOException {
        boolean any = false;
        for (SiteWriter lane : lanes) {
            any |= lane.deliver();
        }
        return any;
    }

    /// Lets slots go on here, and sends what they ask.
    ///
    /// @return whether anything was done
    boolean carry(SlotPairs pairs, boolean stopping) throws IOException {
        boolean any = false;
        if (!stopping) {
            pairs.schedule(site(), index);
        }
        for (int i = 0; i < LANES; i++) {
            if (!stopping) {
                any |= pairs.step(site(), index, i);
            }
            int slot = pairs.slotAt(site(), index, i);
            for (Request next = pairs.nextRequest(site(), index, i);
                    next != null;
                    next = pairs.nextRequest(site(), index, i)) {
                SiteWriter lane = lanes.get(i);
                if (!lane.isOpen() || lane.isStale()) {
                    lane.join(epoch);
                }
                lane.carry(new Lane(pairs, i), next, port.keys().marker(slot));
                any = true;
            }
        }
        if (!stopping) {
            askEpoch();
        }
        retries.succeeded(lanes.stream().mapToLong(SiteWriter::transactions).sum());
        return any;
    }

    /// As a pair without slots does it; here no slot may have anything to write.
    private void askEpoch() throws IOException {
        long now = System.nanoTime();
        if (port.tag() != Port.NO_TAG && now - epochNanos >= EPOCH_NANOS) {
            epochNanos = now;
            SiteWriter lane = lanes.getFirst();
            if (!lane.isOpen() || lane.isStale()) {
                lane.join(epoch);
            }
            lane.askEpoch();
        }
    }

    /// Takes a lane's answers.
    private final class Lane implements SiteWriter.Core {
        private final SlotPairs pairs;
        private final int lane;

        Lane(SlotPairs pairs, int lane) {
            this.pairs = pairs;
            this.lane = lane;
        }

        @Override
        public void fenced(long offset) {
            pairs.fenced(site(), index, lane, offset);
        }

        @Override
        public void snapshot(long token, long offset, List<KeyRecord> records) {
            pairs.snapshot(site(), index, lane, token, offset, records);
        }

        @Override
        public void displaced(Request request) {
            pairs.displaced(site(), index, lane, request);
        }

        @Override
        public void executed(boolean done, Set<KeyId> refused) {
            pairs.executed(site(), index, lane, done, refused);
        }
    }

    // ---- away ----

    /// The node cannot be written: to be tried again in a while.
    void lost(IOException reason) {
        lanes.forEach(SiteWriter::close);
        long delay = retries.again(stream.place(), reason);
        away = true;
        awayUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delay);
    }

    boolean isAway() {
        return away;
    }

    /// Whether it is time to try again.
    boolean isDue() {
        return System.nanoTime() - awayUntilNanos >= 0;
    }

    /// Whether every answer has come.
    boolean isIdle() {
        return lanes.stream().allMatch(SiteWriter::isIdle);
    }

    /// Commands of users that were written here. From any thread.
    long commands() {
        return lanes.stream().mapToLong(SiteWriter::commands).sum();
    }

    /// From any thread.
    long bytes() {
        return lanes.stream().mapToLong(SiteWriter::bytes).sum();
    }

    /// From any thread.
    long refused() {
        return lanes.stream().mapToLong(SiteWriter::refused).sum();
    }

    End end() {
        return end;
    }

    @Override
    public void close() {
        lanes.forEach(SiteWriter::close);
        stream.close();
    }
}
