package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.ServerVersion;
import io.syncline.testkit.ServerVersion.Product;
import io.syncline.testkit.Servers;
import io.syncline.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every version's snapshot into every version, as payloads and as commands; the servers judge.
final class ConversionIT {
    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void restoresIntoEveryVersionOrSaysWhatItCannotHold(ServerBinary binary) throws IOException {
        try (RedisServer source = RedisServer.start(binary)) {
            RdbSamples.fill(source);
            byte[] file = RdbSamples.save(source);
            for (ServerBinary other : Servers.versions()) {
                try (RedisServer target = RedisServer.start(other)) {
                    Set<String> refused = restore(file, target);

                    assertThat(refused)
                            .as("what %s cannot hold of %s", other, binary)
                            .isEqualTo(inexpressible(source, target));
                    compare(source, target, refused);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void writesCommandsForEveryVersionOrSaysWhatItCannotHold(ServerBinary binary)
            throws IOException {
        try (RedisServer source = RedisServer.start(binary)) {
            RdbSamples.fill(source);
            byte[] file = RdbSamples.save(source);
            for (ServerBinary other : Servers.versions()) {
                try (RedisServer target = RedisServer.start(other)) {
                    Set<String> refused = write(file, target);

                    assertThat(refused)
                            .as("what %s cannot hold of %s", other, binary)
                            .isEqualTo(inexpressible(source, target));
                    if (!format(target).hasCreateConsumer()) {
                        refused.add(RdbSamples.STREAM_CONSUMER);
                    }
                    compare(source, target, refused);
                }
            }
        }
    }

    private static void compare(RedisServer source, RedisServer target, Set<String> refused) {
        new KeyspaceDigest()
                .ignoringPrefixes(refused.toArray(String[]::new))
                .requireEqual(source, target);
    }

    private static TargetFormat format(RedisServer server) {
        ServerVersion version = server.version();
        return TargetFormat.of(
                version.product() == Product.VALKEY, version.major(), version.minor());
    }

    /// The kinds of keys, by their prefix, that the source has and the target cannot have.
    private static Set<String> inexpressible(RedisServer source, RedisServer target) {
        Set<String> kinds = new TreeSet<>();
        if (source.version().hasStreams() && !target.version().hasStreams()) {
            kinds.add(RdbSamples.STREAM);
            kinds.add(RdbSamples.STREAM_CONSUMER);
        }
        if (source.version().hasFieldExpiry() && !target.version().hasFieldExpiry()) {
            kinds.add(RdbSamples.HASH_EXPIRY);
        }
        return kinds;
    }

    private static String kind(RdbReader reader) {
        String key = reader.key().toString();
        return key.substring(0, key.indexOf(':') + 1);
    }

    private static Set<String> restore(byte[] file, RedisServer server) throws IOException {
        RdbReader reader = new RdbReader(Chunks.of(file), RdbLimits.DEFAULT);
        PayloadConverter converter = new PayloadConverter(format(server));
        ByteBuilder payload = new ByteBuilder(64);
        Set<String> refused = new TreeSet<>();
        try (Wire wire = server.endpoint().connect()) {
            for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
                if (event != RdbEvent.KEY) {
                    continue;
                }
                payload.clear();
                try {
                    converter.write(reader.type(), reader.value(), payload);
                } catch (UnsupportedValueException unsupported) {
                    refused.add(kind(reader));
                    continue;
                }
                byte[] key = reader.key().toBytes();
                wire.call("SELECT", reader.database());
                wire.call("RESTORE", key, 0, payload.toBytes());
                if (reader.expireAtMillis() >= 0) {
                    wire.call("PEXPIREAT", key, reader.expireAtMillis());
                }
            }
        }
        return refused;
    }

    private static Set<String> write(byte[] file, RedisServer server) throws IOException {
        RdbReader reader = new RdbReader(Chunks.of(file), RdbLimits.DEFAULT);
        Set<String> refused = new TreeSet<>();
        try (Wire wire = server.endpoint().connect()) {
            List<Object[]> commands = new ArrayList<>();
            CommandEncoder encoder =
                    new CommandEncoder(
                            format(server), 100, 20_000, command -> commands.add(words(command)));
            for (RdbEvent event = reader.next(); event != RdbEvent.END; event = reader.next()) {
                if (event != RdbEvent.KEY) {
                    continue;
                }
                commands.clear();
                try {
                    encoder.start(reader.key());
                    reader.streamValue(encoder);
                    encoder.finish();
                } catch (UnsupportedValueException unsupported) {
                    refused.add(kind(reader));
                    continue;
                }
                wire.call("SELECT", reader.database());
                for (Object[] command : commands) {
                    wire.call(command);
                }
                if (reader.expireAtMillis() >= 0) {
                    wire.call("PEXPIREAT", reader.key().toBytes(), reader.expireAtMillis());
                }
            }
        }
        return refused;
    }

    /// Takes a command apart again; as strict as a server.
    static Object[] words(ByteBuilder command) {
        int at = 0;
        int lineEnd = lineEnd(command, at);
        Object[] words = new Object[number(command, '*', at, lineEnd)];
        at = lineEnd + 2;
        for (int index = 0; index < words.length; index++) {
            lineEnd = lineEnd(command, at);
            int length = number(command, '$', at, lineEnd);
            at = lineEnd + 2;
            byte[] word = new byte[length];
            System.arraycopy(command.array, at, word, 0, length);
            words[index] = word;
            at += length + 2;
        }
        assertThat(at).isEqualTo(command.length);
        return words;
    }

    private static int lineEnd(ByteBuilder command, int from) {
        int at = from;
        while (command.array[at] != '\r') {
            at++;
        }
        return at;
    }

    private static int number(ByteBuilder command, char sign, int from, int lineEnd) {
        assertThat((char) command.array[from]).isEqualTo(sign);
        String digits =
                new String(command.array, from + 1, lineEnd - from - 1, StandardCharsets.US_ASCII);
        return Integer.parseInt(digits);
    }
}
