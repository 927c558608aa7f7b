package io.syncline.engine.twoway;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class UnitReaderTest {
    private static final long BEAT_MILLIS = 1_000_000;
    private static final long SILENCE_MILLIS = 60_000;

    private final List<Long> countedFrom = new ArrayList<>();
    private final Intake.Wire wire =
            (view, spec, database, arrivedMillis, out) -> {
                countedFrom.add(arrivedMillis);
                view.copyTo(out);
                return 1;
            };
    private final UnitReader reader =
            new UnitReader(
                    new Intake(wire, database -> database),
                    SimSite.KEYS,
                    database -> database,
                    (view, spec, database, into) -> {},
                    0,
                    0);

    private StreamUnit take(long arrivedMillis, String... words) {
        ByteBuilder bytes = new ByteBuilder(64);
        RespWriter.command(bytes, words);
        CommandView view = new CommandView();
        new CommandParser().parse(bytes.array, 0, bytes.length, view);
        return Objects.requireNonNull(reader.take(view, arrivedMillis));
    }

    private void beat() {
        take(BEAT_MILLIS + 1, "SET", "__syncline:{t}:beat", Long.toString(BEAT_MILLIS));
    }

    @Test
    void aWriteIsDatedByItsArrivalWhileBeatsCome() {
        beat();
        assertThat(take(BEAT_MILLIS + 900, "SET", "k", "v").millis()).isEqualTo(BEAT_MILLIS + 900);
    }

    @Test
    void aWriteThatArrivesLongBehindABeatIsDatedByTheBeat() {
        beat();
        assertThat(take(BEAT_MILLIS + SILENCE_MILLIS, "SET", "k", "v").millis())
                .isBetween(BEAT_MILLIS, BEAT_MILLIS + 2_000);
    }

    /// Else it is over before its time there, and the deletion comes back and takes the key away
    /// here, too.
    @Test
    void aRelativeExpiryIsNeverCountedFromBeforeItsArrival() {
        beat();
        take(BEAT_MILLIS + SILENCE_MILLIS, "SET", "k", "v", "PX", "30000");
        assertThat(countedFrom).containsExactly(BEAT_MILLIS + SILENCE_MILLIS);
    }
}
