package io.syncline.engine.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What clients deleted last is applied, and what the former owner clears away is not.
class DepartureTest {
    private static CommandView unlink(String key) {
        ByteBuilder wire = new ByteBuilder(64);
        RespWriter.command(wire, "UNLINK", key);
        CommandView view = new CommandView();
        new CommandParser().parse(wire.array, 0, wire.length, view);
        return view;
    }

    private static Departure departure(String... copy) {
        long[] end = new long[copy.length];
        for (int i = 0; i < copy.length; i++) {
            end[i] = copy[i].isEmpty() ? Departure.OTHER : Departure.hash(unlink(copy[i]));
        }
        return new Departure(end);
    }

    private static List<String> delete(Departure departure, String key) {
        return keys(departure.deletion(unlink(key), 0, 0));
    }

    private static List<String> keys(List<Departure.Held> held) {
        return held.stream()
                .map(one -> new String(one.command(), US_ASCII).split("\r\n", -1)[4])
                .toList();
    }

    @Test
    void whatTheCopyEndsWithIsOfClients() {
        Departure departure = departure("a", "", "b", "c");
        assertThat(delete(departure, "b")).isEmpty();
        assertThat(delete(departure, "c")).containsExactly("b", "c");
        assertThat(delete(departure, "d")).isEmpty();
        assertThat(delete(departure, "e")).isEmpty();
    }

    @Test
    void whatStandsBeforeAnotherCommandIsOfClientsThoughTheCopyDoesNotKnowIt() {
        Departure departure = departure("", "c");
        assertThat(delete(departure, "before the job")).isEmpty();
        assertThat(keys(departure.other())).containsExactly("before the job");
        assertThat(delete(departure, "c")).containsExactly("c");
        assertThat(delete(departure, "d")).isEmpty();
    }

    @Test
    void withoutACopyWhatFollowsTheLastCommandIsClearedAway() {
        Departure departure = departure();
        assertThat(delete(departure, "x")).isEmpty();
        assertThat(keys(departure.other())).containsExactly("x");
        assertThat(delete(departure, "y")).isEmpty();
        assertThat(delete(departure, "z")).isEmpty();
    }
}
