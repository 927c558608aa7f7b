package io.syncline.engine.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.bytes.ByteBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandParserTest {
    private static final int FUZZ_ROUND_COUNT = 20_000;

    private final CommandParser parser = new CommandParser();
    private final CommandView view = new CommandView();
    private final List<Integer> needs = new ArrayList<>();

    @Test
    void readsACommandInPlace() {
        byte[] stream = bytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*1\r\n");

        boolean whole = parser.parse(stream, 0, stream.length, view);

        assertThat(whole).isTrue();
        assertThat(words(view)).containsExactly("SET", "k", "");
        assertThat(view.start).isZero();
        assertThat(view.end).isEqualTo(stream.length - 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "*0\r\n"})
    void anEmptyCommandIsAKeepAlive(String text) {
        byte[] stream = bytes(text);

        assertThat(parser.parse(stream, 0, stream.length, view)).isTrue();
        assertThat(view.argumentCount).isZero();
        assertThat(view.end).isEqualTo(stream.length);
    }

    @Test
    void anInlineCommandIsCopiedAsAnArray() {
        byte[] stream = bytes("PING  hello\r\n");
        ByteBuilder copy = new ByteBuilder(64);

        assertThat(parser.parse(stream, 0, stream.length, view)).isTrue();
        view.copyTo(copy);

        assertThat(copy).hasToString("*2\r\n$4\r\nPING\r\n$5\r\nhello\r\n");
    }

    @Test
    void saysHowManyBytesItNeedsAtLeast() {
        byte[] stream = bytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000\r\n");

        assertThat(parser.parse(stream, 0, stream.length, view)).isFalse();
        assertThat(parser.neededBytes()).isEqualTo(stream.length + 1002);
    }

    @Test
    void readsAVeryWideCommand() {
        ByteBuilder stream = new ByteBuilder(1024);
        int count = 100_000;
        RespWriter.array(stream, count);
        for (int i = 0; i < count; i++) {
            RespWriter.bulk(stream, i);
        }

        assertThat(parser.parse(stream.array, 0, stream.length, view)).isTrue();
        assertThat(view.text(count - 1)).isEqualTo("99999");
    }

    @Test
    void aLargeCountAloneTakesNoMemory() {
        byte[] stream = bytes("*16777216\r\n$3\r\nDEL\r\n");

        assertThat(parser.parse(stream, 0, stream.length, view)).isFalse();
        assertThat(view.offsets).hasSizeLessThan(1000);
    }

    @Test
    void refusesWhatIsNoCommandAndSaysWhere() {
        refuses(
                "*3\r\n$3\r\nSET\r\n:1\r\n",
                "[byte 13] start of an argument is ':' but must be '$'");
        refuses("*x\r\n", "[byte 1] argument count is 'x' but must be a digit");
        refuses("*1\r\n$-1\r\n", "[byte 5] argument length is '-' but must be a digit");
        refuses("*1\r\n$1\r\nxyz", "[byte 9] end of an argument is 'y' but must be CR LF");
        refuses("*1\rx", "[byte 3] end of the argument count is 'x' but must be LF");
        refuses("*16777217\r\n", "[byte 1] argument count is 16777217 but must be <= 16777216");
        refuses(
                "*1\r\n$9999999999\r\n",
                "[byte 5] argument length is 9999999999 but must be <= 2147481599");
        refuses(
                "*300000\r\n$2147481599\r\n",
                "[byte 22] command length is 2149281617 or more but must be <= 2147482623");
        refuses("PI\u0001NG\r\n", "[byte 2] inline command is 0x01 but must be printable text");
        refuses("x".repeat(70_000), "[byte 0] inline command length is 70000 but must be <= 65536");
    }

    private void refuses(String text, String message) {
        byte[] stream = bytes(text);
        parser.reset();
        assertThatThrownBy(() -> parser.parse(stream, 0, stream.length, view))
                .isInstanceOf(RespFormatException.class)
                .hasMessage(message);
    }

    @Test
    void continuesAtEverySplitAlsoWhenTheBytesMove() {
        byte[] stream =
                bytes(
                        "*3\r\n$3\r\nSET\r\n$12\r\nkey:12345678\r\n$0\r\n\r\nPING\r\n*1\r\n$4\r\nEXEC\r\n");

        for (int split = 0; split <= stream.length; split++) {
            assertThat(pieces(stream, List.of(split, stream.length)))
                    .containsExactly(
                            List.of("SET", "key:12345678", ""), List.of("PING"), List.of("EXEC"));
        }
    }

    @Test
    void anySplitOfAnyStreamGivesTheSameCommands() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < FUZZ_ROUND_COUNT / 10; round++) {
            List<List<String>> expected = new ArrayList<>();
            byte[] stream = randomStream(random, expected);
            List<Integer> limits = new ArrayList<>();
            for (int at = 0; at < stream.length; at += 1 + random.nextInt(20)) {
                limits.add(at);
            }
            limits.add(stream.length);

            assertThat(pieces(stream, limits)).as("-Dseed=%d", seed).isEqualTo(expected);
        }
    }

    @Test
    void mutatedBytesEndInOneKindOfException() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int round = 0; round < FUZZ_ROUND_COUNT; round++) {
            byte[] stream = randomStream(random, new ArrayList<>());
            for (int i = 0; i <= random.nextInt(3); i++) {
                stream[random.nextInt(stream.length)] = (byte) random.nextInt(256);
            }
            try {
                pieces(stream, List.of(random.nextInt(stream.length), stream.length));
            } catch (RespFormatException e) {
                refused++;
                parser.reset();
            } catch (RuntimeException e) {
                throw new AssertionError("-Dseed=" + seed + " round " + round, e);
            }
            assertThat(view.offsets.length).as("-Dseed=%d", seed).isLessThanOrEqualTo(1024);
        }
        assertThat(refused).as("-Dseed=%d", seed).isGreaterThan(FUZZ_ROUND_COUNT / 10);
    }

    @Test
    void neverAsksForMoreThanTheCommandHas() {
        byte[] stream = bytes("*3\r\n$3\r\nSET\r\n$12\r\nkey:12345678\r\n$0\r\n\r\n");

        for (int limit = 1; limit < stream.length; limit++) {
            pieces(stream, List.of(limit));
            parser.reset();
        }

        assertThat(needs).hasSize(stream.length - 1).allMatch(need -> need <= stream.length);
    }

    /// Parses what has arrived after each limit, in a new array each time, at another place.
    private List<List<String>> pieces(byte[] stream, List<Integer> limits) {
        List<List<String>> commands = new ArrayList<>();
        int start = 0;
        for (int limit : limits) {
            int moved = limit % 7;
            byte[] buffer = new byte[moved + limit - start];
            System.arraycopy(stream, start, buffer, moved, limit - start);
            int at = moved;
            while (at < buffer.length && parser.parse(buffer, at, buffer.length, view)) {
                commands.add(words(view));
                assertThat(view.start).isEqualTo(at);
                assertThat(view.end).isGreaterThan(at);
                at = view.end;
            }
            if (at < buffer.length) {
                assertThat(parser.neededBytes()).isGreaterThan(buffer.length - at);
                needs.add(start + at - moved + parser.neededBytes());
            }
            start += at - moved;
        }
        return commands;
    }

    private static byte[] randomStream(SplittableRandom random, List<List<String>> commands) {
        ByteBuilder stream = new ByteBuilder(256);
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            List<String> words = new ArrayList<>();
            int arguments = 1 + random.nextInt(6);
            for (int j = 0; j < arguments; j++) {
                words.add(
                        "v"
                                .repeat(
                                        random.nextInt(10) == 0
                                                ? random.nextInt(300)
                                                : random.nextInt(12)));
            }
            commands.add(words);
            RespWriter.command(stream, words.toArray(String[]::new));
        }
        return stream.toBytes();
    }

    private static List<String> words(CommandView view) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < view.argumentCount; i++) {
            words.add(view.text(i));
        }
        return words;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
