package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What no server at hand writes any more or yet, and what none should ever write.
final class ValueDecoderTest {
    private static List<String> told(RdbType type, RdbBytes body) throws IOException {
        RdbInput in = new RdbInput(1 << 20);
        in.wrap(body.slice().array, 0, body.slice().length);
        Transcript transcript = new Transcript();
        new ValueDecoder(in).decode(type, transcript);
        assertThat(in.available()).as("bytes left").isZero();
        return transcript.lines;
    }

    private static void assertMalformed(RdbType type, RdbBytes body, String message) {
        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(() -> told(type, body))
                .withMessage(message);
    }

    @Test
    void readsZipmapsOfRedis24() throws IOException {
        RdbBytes map =
                new RdbBytes()
                        .raw(2)
                        .raw(1)
                        .text("a")
                        .raw(2, 3)
                        .text("bb")
                        .raw(0, 0, 0)
                        .raw(254)
                        .fixed(1, 4)
                        .text("c")
                        .raw(0, 0)
                        .raw(255);

        assertThat(told(RdbType.HASH_ZIPMAP, new RdbBytes().string(map.bytes())))
                .containsExactly("field a=bb", "field c=");
    }

    @Test
    void readsScoresAsText() throws IOException {
        RdbBytes body = new RdbBytes().number(4).string("a").raw(4).text("1.5e").raw();
        assertMalformed(
                RdbType.SORTED_SET,
                body,
                "payload position 8: a score is '1.5e'; it must be a number");

        RdbBytes good =
                new RdbBytes()
                        .number(4)
                        .string("a")
                        .raw(5)
                        .text("-1.50")
                        .string("b")
                        .raw(254)
                        .string("c")
                        .raw(255)
                        .string("d")
                        .raw(253);
        assertThat(told(RdbType.SORTED_SET, good))
                .containsExactly(
                        "member a -1.5", "member b Infinity", "member c -Infinity", "member d NaN");
    }

    @Test
    void relatesFieldExpiryToTheLeast() throws IOException {
        RdbBytes body =
                new RdbBytes()
                        .fixed(1000, 8)
                        .number(3)
                        .number(0)
                        .strings("a", "1")
                        .number(1)
                        .strings("b", "2")
                        .number(51)
                        .strings("c", "3");

        assertThat(told(RdbType.HASH_EXPIRY, body))
                .containsExactly("field a=1", "field b=2@1000", "field c=3@1050");
    }

    @Test
    void readsHashListpacksWithExpiryWithAndWithoutALeastBefore() throws IOException {
        byte[] packed = RdbBytes.listpack("a", "1", 77, "b", "2", 0);

        assertThat(told(RdbType.HASH_LISTPACK_EXPIRY_PRE_GA, new RdbBytes().string(packed)))
                .containsExactly("field a=1@77", "field b=2");
        assertThat(told(RdbType.HASH_LISTPACK_EXPIRY, new RdbBytes().fixed(77, 8).string(packed)))
                .containsExactly("field a=1@77", "field b=2");
    }

    @Test
    void readsStreamsOfEveryGeneration() throws IOException {
        assertThat(told(RdbType.STREAM_4, RdbBytes.stream(4, 0)))
                .containsExactly(
                        "entry 7-1 of 1",
                        "  f=v",
                        "entry 9-6 of 1",
                        "  g=9",
                        "end StreamState[length=2, lastMillis=9, lastSequence=6,"
                                + " countersKnown=true, firstMillis=7, firstSequence=1,"
                                + " maxDeletedMillis=8, maxDeletedSequence=1, entriesAdded=3]",
                        "group group 7-1 read 1",
                        "consumer consumer 2000 3000",
                        "pending 7-1 1000 3");
        assertThat(told(RdbType.STREAM_5, RdbBytes.stream(5, 0)))
                .isEqualTo(told(RdbType.STREAM_4, RdbBytes.stream(4, 0)));
        assertThat(told(RdbType.STREAM, RdbBytes.stream(1, 0)))
                .contains("group group 7-1 read -1", "consumer consumer 2000 -1");
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> told(RdbType.STREAM_5, RdbBytes.stream(5, 2)))
                .withMessageStartingWith("a stream with entries that consumers gave back");
    }

    @Test
    void refusesContainersThatAreNotExactlyFilled() {
        byte[] listpack = RdbBytes.listpack("a", "b");
        listpack[4] = 3;
        assertMalformed(
                RdbType.SET_LISTPACK,
                new RdbBytes().string(listpack),
                "payload position 14: a listpack's told number of elements is 3; it has 2 (byte 12"
                        + " of it)");
        listpack[0] = 99;
        assertMalformed(
                RdbType.SET_LISTPACK,
                new RdbBytes().string(listpack),
                "payload position 14: a listpack's told length is 99; its string has 13 bytes (byte"
                        + " 6 of it)");
        byte[] ziplist = RdbBytes.ziplist("a", "b");
        ziplist[11] = 60;
        assertMalformed(
                RdbType.LIST_ZIPLIST,
                new RdbBytes().string(ziplist),
                "payload position 18: a ziplist's text's length is 60; 4 bytes are left (byte 11 of"
                        + " it)");
        assertMalformed(
                RdbType.SET_INTSET,
                new RdbBytes().string(new RdbBytes().fixed(2, 4).fixed(3, 4).fixed(0, 4).bytes()),
                "payload position 13: an intset's number of elements is 3; of 2 bytes each they"
                        + " must fill 12 with header");
        assertMalformed(
                RdbType.SET_INTSET,
                new RdbBytes().string(new RdbBytes().fixed(3, 4).fixed(0, 4).bytes()),
                "payload position 9: an intset's width is 3; it is 2, 4 or 8");
    }

    @Test
    void refusesADecompressedLengthThatNoCompressionReaches() {
        assertMalformed(
                RdbType.STRING,
                new RdbBytes().raw(0xc3).number(2).number(1 << 30).raw(0, 'a'),
                "payload position 11: a compressed string's full length is 1073741824; 2 bytes of"
                        + " LZF make at most 176");
        assertMalformed(
                RdbType.STRING,
                new RdbBytes().raw(0xc3).number(2).number(9).raw(0, 'a'),
                "payload position 3: a compressed string of 2 bytes is damaged; it must decompress"
                        + " to exactly 9 bytes");
    }

    @Test
    void refusesAConsumersEntryThatItsGroupDoesNotHave() {
        RdbBytes body = new RdbBytes().number(0).number(0).number(0).number(0).number(1);
        body.string("g").number(0).number(0).number(0);
        body.number(1).string("c").fixed(0, 8).number(1).id(3, 4);

        assertMalformed(
                RdbType.STREAM,
                body,
                "payload position 38: a consumer's pending entry is 3-4; its group has no such"
                        + " pending entry");
    }
}
