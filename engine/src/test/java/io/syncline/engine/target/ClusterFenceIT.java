package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.command.Merger;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.RespWriter;
import io.syncline.testkit.Await;
import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A lane's successor at the same node shuts the door behind it: bytes that the old connection
/// still has on the way are never executed.
class ClusterFenceIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static NodeLane lane(int port, long start) {
        WriterSettings settings = ClusterSimulation.settings(false, start);
        return new NodeLane(settings, new HostPort("127.0.0.1", port), new DeafListener());
    }

    private static Batch increment() {
        Batch batch = new Batch(Merger.Rules.NONE);
        batch.beginCommand();
        RespWriter.command(batch.wire, "INCR", "counter");
        batch.endCommand(1, 0, true, false);
        batch.unit(1, Batch.PLAIN);
        return batch;
    }

    @Test
    void bytesOfAnOldConnectionThatArriveLateAreNotExecuted() throws IOException {
        try (RedisServer server = RedisServer.start();
                FaultProxy late = FaultProxy.before(server)) {
            NodeLane old = lane(late.port(), 1);
            old.open();
            late.inject(FaultProxy.Direction.TO_SERVER, new Fault.Stall());
            old.send(increment());
            NodeLane successor = lane(server.port(), 1);
            successor.open();
            late.heal();
            Await.until("the old lane is broken", LIMIT, () -> old.fault() != null);
            assertThat(server.command("EXISTS", "counter")).isEqualTo(0L);
            assertThat(successor.isOpen()).isTrue();
            old.stop();
            successor.stop();
        }
    }

    @Test
    void anEarlierStartDoesNotGetPastALaterOne() throws IOException {
        try (RedisServer server = RedisServer.start()) {
            NodeLane later = lane(server.port(), 2);
            later.open();
            assertThatThrownBy(lane(server.port(), 1)::open)
                    .isInstanceOf(SynclineException.class)
                    .hasMessageContaining("another process runs the task");
            assertThat(later.isOpen()).isTrue();
            later.stop();
        }
    }
}
