package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The servers' own snapshots, with the servers' own DUMP as the oracle.
final class RdbReaderIT {
    /// Small enough that every value must be told in parts.
    private static final RdbLimits NOTHING_WHOLE = new RdbLimits(1, 1 << 20);

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void cutsThePayloadThatDumpAnswers(ServerBinary binary) throws IOException {
        try (RedisServer server = RedisServer.start(binary)) {
            RdbSamples.fill(server);
            byte[] file = RdbSamples.save(server);

            RdbReader reader = new RdbReader(Chunks.of(file), RdbLimits.DEFAULT);
            long keys = 0;
            for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
                if (event == RdbEvent.KEY) {
                    keys++;
                    server.command("SELECT", reader.database());
                    byte[] dumped =
                            (byte[])
                                    Objects.requireNonNull(
                                            server.command("DUMP", reader.key().toBytes()));
                    ByteBuilder payload = new ByteBuilder(64);
                    DumpPayload.write(payload, reader.type(), reader.value(), reader.version());
                    assertThat(payload.toBytes()).as(reader.key().toString()).isEqualTo(dumped);
                }
            }

            server.command("SELECT", 0);
            assertThat(keys).isEqualTo(server.number("DBSIZE") + 1);
            assertThat(reader.position()).isEqualTo(file.length);
            assertThat(reader.remaining().length).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void tellsTheSameInPartsAndInSmallReadsAsWhole(ServerBinary binary) throws IOException {
        try (RedisServer server = RedisServer.start(binary)) {
            RdbSamples.fill(server);
            byte[] file = RdbSamples.save(server);

            Map<String, List<String>> whole =
                    told(new RdbReader(Chunks.of(file), RdbLimits.DEFAULT));
            Map<String, List<String>> parts =
                    told(new RdbReader(Chunks.random(file, 300, 7), NOTHING_WHOLE));

            assertThat(parts).isEqualTo(whole);
            assertThat(whole.get("0 plain:list:small"))
                    .containsExactly(
                            "element a", "element b", "element c", "element 1", "element -1");
            assertThat(whole.get("3 plain:third-database")).containsExactly("string here");
        }
    }

    private static Map<String, List<String>> told(RdbReader reader) throws IOException {
        Map<String, List<String>> told = new LinkedHashMap<>();
        for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
            if (event == RdbEvent.KEY) {
                Transcript transcript = new Transcript();
                reader.streamValue(transcript);
                told.put(reader.database() + " " + reader.key(), transcript.lines);
            }
        }
        return told;
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void skipsValuesThatAreNotWhole(ServerBinary binary) throws IOException {
        try (RedisServer server = RedisServer.start(binary)) {
            RdbSamples.fill(server);
            byte[] file = RdbSamples.save(server);

            RdbReader reader = new RdbReader(Chunks.random(file, 5000, 11), NOTHING_WHOLE);
            List<String> keys = new ArrayList<>();
            for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
                if (event == RdbEvent.KEY) {
                    keys.add(reader.key().toString());
                }
            }

            assertThat(keys).hasSize((int) server.number("DBSIZE") + 1).doesNotHaveDuplicates();
        }
    }
}
