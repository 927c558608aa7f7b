package io.syncline.engine.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.bytes.ByteBuilder;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
    private static final int FUZZ_ROUND_COUNT = 20_000;

    private final ReplyParser parser = new ReplyParser();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK\r\n",
                "-ERR no\r\n",
                ":-12\r\n",
                "$0\r\n\r\n",
                "$-1\r\n",
                "*-1\r\n",
                "*0\r\n",
                "$12\r\n\r\n+OK\r\n:1\r\n*\r\n",
                "*3\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n+a\r\n-b\r\n"
            })
    void skipsOneReplyAtEverySplit(String text) {
        byte[] reply = bytes("xxxx" + text + "+next\r\n");
        int end = 4 + text.length();
        for (int split = 4; split < end; split++) {
            assertThat(parser.skip(reply, 4, split)).as("split at %d", split).isEqualTo(-1);
            assertThat(parser.skip(reply, 4, reply.length)).isEqualTo(end);
        }
        for (int limit = 4; limit < end; limit++) {
            assertThat(parser.skip(reply, 4, limit)).isEqualTo(-1);
        }
        assertThat(parser.skip(reply, 4, end)).isEqualTo(end);
    }

    @Test
    void countsTheRepliesOfATransaction() {
        byte[] replies = bytes("+OK\r\n" + "+QUEUED\r\n".repeat(3) + "-ERR x\r\n+QUEUED\r\n");

        assertThat(ReplyParser.countOk(replies, 0, replies.length, 9)).isEqualTo(1);
        assertThat(ReplyParser.countQueued(replies, 5, replies.length, 9)).isEqualTo(3);
        assertThat(ReplyParser.countQueued(replies, 5, replies.length, 2)).isEqualTo(2);
        assertThat(ReplyParser.countQueued(replies, 5, 5 + 17, 9)).isEqualTo(1);
    }

    @Test
    void opensAnArrayToLookAtEachElement() {
        byte[] reply = bytes("*2\r\n:1\r\n-WRONGTYPE no\r\n");

        int first = parser.openArray(reply, 0, reply.length);

        assertThat(parser.itemCount()).isEqualTo(2);
        int second = parser.skip(reply, first, reply.length);
        assertThat(ReplyParser.isError(reply, second)).isTrue();
        assertThat(ReplyParser.text(reply, second, reply.length)).isEqualTo("WRONGTYPE no");
        assertThat(parser.openArray(bytes("*-1\r\n"), 0, 5)).isEqualTo(5);
        assertThat(parser.itemCount()).isEqualTo(-1);
        assertThat(parser.openArray(reply, 0, 3)).isEqualTo(-1);
    }

    @Test
    void refusesWhatIsNoReplyAndSaysWhere() {
        refuses("*1\r\n?", "[byte 4] kind of a reply is '?' but must be one of + - : $ *");
        refuses("$3\r\nabcde", "[byte 7] end of a bulk string is 'd' but must be CR LF");
        refuses("$-2\r\n", "[byte 1] length is \"-2\" but must be between -1 and 2147481599");
        refuses(
                "*99999999999999999999\r\n",
                "[byte 1] length is \"99999999999999999999\" but must be between -1 and 16777216");
        refuses("+a\rb", "[byte 3] end of a line is 'b' but must be LF");
        refuses(
                "+" + "x".repeat(70_000),
                "[byte 0] length of a line is more than 65536 but must be <= 65536");
    }

    private void refuses(String text, String message) {
        byte[] reply = bytes(text);
        parser.reset();
        assertThatThrownBy(() -> parser.skip(reply, 0, reply.length))
                .isInstanceOf(RespFormatException.class)
                .hasMessage(message);
    }

    @Test
    void mutatedRepliesEndInOneKindOfExceptionForBothReaders() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < FUZZ_ROUND_COUNT; round++) {
            ByteBuilder builder = new ByteBuilder(64);
            write(random, builder, 0);
            byte[] reply = builder.toBytes();
            assertThat(parser.skip(reply, 0, reply.length)).isEqualTo(reply.length);
            for (int i = 0; i <= random.nextInt(3); i++) {
                reply[random.nextInt(reply.length)] = (byte) random.nextInt(256);
            }
            try {
                int split = random.nextInt(reply.length);
                if (parser.skip(reply, 0, split) < 0) {
                    parser.skip(reply, 0, reply.length);
                }
            } catch (RespFormatException refused) {
                assertThat(refused.position()).as("-Dseed=%d", seed).isBetween(0, reply.length);
            }
            parser.reset();
            try {
                new ReplyReader(new ByteArrayInputStream(reply)).read();
            } catch (RespFormatException | EOFException refused) {
                assertThat(refused).as("-Dseed=%d", seed).hasMessageContaining("byte");
            }
        }
    }

    private static void write(SplittableRandom random, ByteBuilder out, int depth) {
        switch (random.nextInt(depth < 3 ? 6 : 4)) {
            case 0 -> out.putAscii("+OK\r\n");
            case 1 -> out.putAscii(":" + random.nextInt(1000) + "\r\n");
            case 2 -> RespWriter.bulk(out, "x".repeat(random.nextInt(30)));
            case 3 -> out.putAscii("$-1\r\n");
            default -> {
                int count = random.nextInt(4);
                RespWriter.array(out, count);
                for (int i = 0; i < count; i++) {
                    write(random, out, depth + 1);
                }
            }
        }
    }

    @Test
    void readsRepliesAsObjectsAndNotAByteFurther() throws IOException {
        ByteArrayInputStream input =
                new ByteArrayInputStream(
                        bytes("*4\r\n+OK\r\n:7\r\n$2\r\nab\r\n$-1\r\n-ERR x\r\nrest"));
        ReplyReader reader = new ReplyReader(input);

        Reply.Items items = (Reply.Items) reader.read();

        assertThat(items.items().get(0)).isEqualTo(new Reply.Text("OK"));
        assertThat(items.items().get(1)).isEqualTo(new Reply.Whole(7));
        assertThat(((Reply.Bulk) items.items().get(2)).utf8()).isEqualTo("ab");
        assertThat(items.items().get(3)).isEqualTo(new Reply.Nil());
        assertThat(reader.read()).isEqualTo(new Reply.Failure("ERR x"));
        assertThat(input.readAllBytes()).isEqualTo(bytes("rest"));
    }

    @Test
    void aHostilePeerCannotNestWithoutEnd() {
        byte[] reply = bytes("*1\r\n".repeat(100));

        assertThatThrownBy(() -> new ReplyReader(new ByteArrayInputStream(reply)).read())
                .isInstanceOf(RespFormatException.class)
                .hasMessageContaining("depth of a reply is 17 but must be <= 16");
    }

    @Test
    void anErrorsFirstWordSaysWhatCanBeDone() {
        assertThat(ErrorKind.of("LOADING Redis is loading").remedy())
                .isEqualTo(ErrorKind.Remedy.RETRY);
        assertThat(ErrorKind.of("MOVED 1 a:1")).isEqualTo(ErrorKind.MOVED);
        assertThat(ErrorKind.of("ERR unknown command 'x'")).isEqualTo(ErrorKind.UNKNOWN_COMMAND);
        assertThat(ErrorKind.of("ERR max number of clients reached"))
                .isEqualTo(ErrorKind.MAX_CLIENTS);
        assertThat(ErrorKind.of("ERR syntax error")).isEqualTo(ErrorKind.ERR);
        assertThat(ErrorKind.of("MAX_CLIENTS x")).isEqualTo(ErrorKind.OTHER);
        assertThat(ErrorKind.of("")).isEqualTo(ErrorKind.OTHER);
    }

    @Test
    void readsRedirections() {
        assertThat(Redirect.parse("MOVED 3999 127.0.0.1:6381"))
                .isEqualTo(new Redirect(false, 3999, "127.0.0.1", 6381));
        assertThat(Redirect.parse("ASK 1 ::1:7000")).isEqualTo(new Redirect(true, 1, "::1", 7000));
        assertThat(Redirect.parse("MOVED 3 :6381")).isEqualTo(new Redirect(false, 3, "", 6381));
        for (String text : List.of("MOVED", "MOVED x a:1", "MOVED 1 a", "MOVED 16384 a:1", "OOM")) {
            assertThat(Redirect.parse(text)).as(text).isNull();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
