package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommandEncoderTest {
    private final List<String> commands = new ArrayList<>();

    private CommandEncoder encoder(TargetFormat target, int elements, int bytes) {
        CommandEncoder encoder =
                new CommandEncoder(
                        target,
                        elements,
                        bytes,
                        command -> {
                            List<String> words = new ArrayList<>();
                            for (Object word : ConversionIT.words(command)) {
                                words.add(new String((byte[]) word, StandardCharsets.ISO_8859_1));
                            }
                            commands.add(String.join(" ", words));
                        });
        encoder.start(slice("key"));
        return encoder;
    }

    private static ByteSlice slice(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return new ByteSlice().set(bytes, 0, bytes.length);
    }

    @Test
    void startsANewCommandAtTheLimitOfElementsAndOfBytes() throws IOException {
        CommandEncoder few = encoder(TargetFormat.of(false, 7, 0), 2, 1000);
        for (String element : List.of("a", "b", "c")) {
            few.listElement(slice(element));
        }
        few.finish();
        CommandEncoder small = encoder(TargetFormat.of(false, 7, 0), 100, 16);
        for (String member : List.of("0123456789", "x", "0123456789")) {
            small.setMember(slice(member));
        }
        small.finish();

        assertThat(commands)
                .containsExactly(
                        "RPUSH key a b",
                        "RPUSH key c",
                        "SADD key 0123456789",
                        "SADD key x",
                        "SADD key 0123456789");
    }

    @Test
    void writesScoresExactly() throws IOException {
        CommandEncoder encoder = encoder(TargetFormat.of(false, 7, 0), 100, 1000);
        double[] scores = {1, -0.0, 0.1, 1e300, 9007199254740992.0, Double.NEGATIVE_INFINITY};
        for (double score : scores) {
            encoder.sortedSetMember(slice("m"), score);
        }
        encoder.finish();

        assertThat(commands)
                .containsExactly(
                        "ZADD key 1 m -0.0 m 0.1 m 1.0E300 m 9.007199254740992E15 m -inf m");
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> encoder.sortedSetMember(slice("m"), Double.NaN));
    }

    @Test
    void givesFieldsTheirExpiryRightAfterTheirValues() throws IOException {
        CommandEncoder encoder = encoder(TargetFormat.of(false, 7, 4), 100, 1000);
        encoder.hashField(slice("a"), slice("1"), 500);
        encoder.hashField(slice("b"), slice("2"), 500);
        encoder.hashField(slice("c"), slice("3"), -1);
        encoder.hashField(slice("d"), slice("4"), 600);
        encoder.finish();

        assertThat(commands)
                .containsExactly(
                        "HSET key a 1 b 2 c 3",
                        "HPEXPIREAT key 500 FIELDS 2 a b",
                        "HSET key d 4",
                        "HPEXPIREAT key 600 FIELDS 1 d");
    }

    @Test
    void refusesFieldExpiryWhereFieldsDoNotExpireAndUsesHmsetInOldServers() throws IOException {
        CommandEncoder encoder = encoder(TargetFormat.of(false, 3, 2), 100, 1000);
        encoder.hashField(slice("a"), slice("1"), -1);
        encoder.finish();

        assertThat(commands).containsExactly("HMSET key a 1");
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> encoder.hashField(slice("a"), slice("1"), 7))
                .withMessage(
                        "Redis 3.2 has no hashes whose fields expire, and fields of this one do");
    }

    @Test
    void writesAStringLongerThanOnePartInParts() throws IOException {
        int length = CommandEncoder.STRING_PART_BYTES + 3;
        List<Integer> lengths = new ArrayList<>();
        CommandEncoder encoder =
                new CommandEncoder(
                        TargetFormat.of(false, 7, 0),
                        command -> {
                            Object[] words = ConversionIT.words(command);
                            lengths.add(words.length);
                            lengths.add(((byte[]) words[words.length - 1]).length);
                        });
        encoder.start(slice("key"));

        encoder.string(new ByteSlice().set(new byte[length], 0, length));

        assertThat(lengths).containsExactly(3, CommandEncoder.STRING_PART_BYTES, 4, 3);
    }

    @Test
    void writesAStreamAsTheServerRewritesIt() throws IOException {
        CommandEncoder encoder = encoder(TargetFormat.of(true, 9, 0), 100, 1000);
        RdbInput in = new RdbInput(1000);
        ByteSlice body = RdbBytes.stream(4, 0).slice();
        in.wrap(body.array, body.offset, body.length);

        new ValueDecoder(in).decode(RdbType.STREAM_4, encoder);
        encoder.finish();

        assertThat(commands)
                .containsExactly(
                        "XADD key 7-1 f v",
                        "XADD key 9-6 g 9",
                        "XSETID key 9-6 ENTRIESADDED 3 MAXDELETEDID 8-1",
                        "XGROUP CREATE key group 7-1 ENTRIESREAD 1",
                        "XGROUP CREATECONSUMER key group consumer",
                        "XCLAIM key group consumer 0 7-1 TIME 1000 RETRYCOUNT 3 FORCE JUSTID");
    }

    @Test
    void makesAStreamWithoutEntriesExist() throws IOException {
        CommandEncoder encoder = encoder(TargetFormat.of(false, 5, 0), 100, 1000);
        encoder.streamEnd(new StreamState(0, -1, -1, true, 0, 0, 0, 0, 5));
        encoder.streamEnd(new StreamState(0, 0, 0, true, 0, 0, 0, 0, 5));
        encoder.finish();

        String greatest = "18446744073709551615-18446744073709551615";
        assertThat(commands)
                .containsExactly(
                        "XADD key MAXLEN 0 " + greatest + " x y",
                        "XSETID key " + greatest,
                        "XADD key MAXLEN 0 0-1 x y",
                        "XSETID key 0-0");
    }
}
