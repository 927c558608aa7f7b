package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import org.junit.jupiter.api.Test;

/// What heartbeats tell of the lag.
class HeartbeatTest {
    private static final long INTERVAL = 1_000;

    private final Heartbeat heartbeat = new Heartbeat("it");

    private void met(long offset, long time) {
        ByteBuilder command = new ByteBuilder(100);
        RespWriter.command(command, "SET", new String(heartbeat.key(), UTF_8), Long.toString(time));
        CommandView view = new CommandView();
        new CommandParser().parse(command.array, 0, command.length, view);
        heartbeat.met(view, offset);
    }

    private long lag(long now) {
        return heartbeat.lagMillis(now, INTERVAL);
    }

    @Test
    void nothingIsKnownBeforeTheFirst() {
        assertThat(lag(5_000)).isEqualTo(-1);
        met(100, 5_000);
        assertThat(lag(5_001)).isEqualTo(-1);
    }

    @Test
    void itIsTheDelayOfTheLast() {
        met(100, 5_000);
        heartbeat.applied(100, 5_007);
        assertThat(lag(5_900)).isEqualTo(7);
        // The next one may come late.
        assertThat(lag(6_900)).isEqualTo(7);
        assertThat(lag(8_000)).isEqualTo(1_000);
    }

    @Test
    void oneThatWaitsForTheTargetIsLateAtOnce() {
        met(100, 5_000);
        heartbeat.applied(100, 5_001);
        met(200, 6_000);
        assertThat(lag(6_500)).isEqualTo(500);
        assertThat(lag(7_000)).isEqualTo(1_000);
    }
}
