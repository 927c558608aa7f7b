package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RdbReaderTest {
    private static final int PIECE_SEED = 3;

    private static RdbReader reader(byte[] file) {
        // One to five bytes at a time: every part is cut somewhere.
        return new RdbReader(Chunks.random(file, 5, PIECE_SEED), RdbLimits.DEFAULT);
    }

    @Test
    void tellsEveryEventInOrder() throws IOException {
        RdbReader reader =
                reader(RdbBytes.file("REDIS0012").raw(250).strings("redis-ver", "7.4.1").end());
        assertThat(reader.next()).isEqualTo(RdbEvent.AUX);
        assertThat(reader.version()).isEqualTo(12);
        assertThat(reader.family()).isEqualTo(RdbFamily.REDIS);
        assertThat(reader.auxKey()).isEqualTo("redis-ver");
        assertThat(reader.auxValue()).hasToString("7.4.1");

        RdbReader second =
                reader(
                        RdbBytes.file("REDIS0012")
                                .raw(245)
                                .string("#!lua name=f")
                                .raw(254)
                                .number(5)
                                .raw(251)
                                .number(70)
                                .number(2)
                                .raw(244)
                                .number(1)
                                .number(2)
                                .number(3)
                                .raw(247)
                                .number(0x1234)
                                .number(2)
                                .number(1)
                                .number(5)
                                .string("aux")
                                .number(0)
                                .end());
        assertThat(second.next()).isEqualTo(RdbEvent.FUNCTION);
        assertThat(second.functionCode()).hasToString("#!lua name=f");
        assertThat(second.next()).isEqualTo(RdbEvent.SELECT_DATABASE);
        assertThat(second.database()).isEqualTo(5);
        assertThat(second.next()).isEqualTo(RdbEvent.RESIZE);
        assertThat(second.resizeKeys()).isEqualTo(70);
        assertThat(second.resizeExpires()).isEqualTo(2);
        assertThat(second.next()).isEqualTo(RdbEvent.SLOT_INFO);
        assertThat(second.next()).isEqualTo(RdbEvent.MODULE_AUX);
        assertThat(second.moduleId()).isEqualTo(0x1234);
        assertThat(second.next()).isEqualTo(RdbEvent.END);
    }

    @Test
    void givesWhatStandsBeforeAKeyToThatKeyOnly() throws IOException {
        RdbReader reader =
                reader(
                        RdbBytes.file("REDIS0011")
                                .raw(252)
                                .fixed(1234567890123L, 8)
                                .raw(249)
                                .raw(7)
                                .key(0, "expires")
                                .string("v")
                                .raw(253)
                                .fixed(1000, 4)
                                .raw(248)
                                .number(99)
                                .key(0, "idle")
                                .string("w")
                                .key(0, "plain")
                                .string("x")
                                .end());

        assertThat(reader.next()).isEqualTo(RdbEvent.KEY);
        assertThat(reader.key()).hasToString("expires");
        assertThat(reader.expireAtMillis()).isEqualTo(1234567890123L);
        assertThat(reader.frequency()).isEqualTo(7);
        assertThat(reader.idleSeconds()).isEqualTo(-1);
        assertThat(reader.next()).isEqualTo(RdbEvent.KEY);
        assertThat(reader.expireAtMillis()).isEqualTo(1_000_000);
        assertThat(reader.idleSeconds()).isEqualTo(99);
        assertThat(reader.next()).isEqualTo(RdbEvent.KEY);
        assertThat(reader.key()).hasToString("plain");
        assertThat(reader.expireAtMillis()).isEqualTo(-1);
        assertThat(reader.frequency()).isEqualTo(-1);
        assertThat(reader.idleSeconds()).isEqualTo(-1);
    }

    @Test
    void decodesKeysAndStringsInEveryEncoding() throws IOException {
        byte[] compressed = {(byte) 0xc3, 6, 12, 1, 'a', 'b', (byte) 0xe0, 1, 1};
        // Two literals, then 7 + 1 + 2 = 10 bytes from two bytes back.
        RdbReader reader =
                reader(
                        RdbBytes.file("REDIS0011")
                                .raw(0)
                                .raw(0xc0, 0x80)
                                .raw(0xc1, 0, 0x80)
                                .raw(0)
                                .raw(0xc2)
                                .fixed(-2147483648L, 4)
                                .raw(compressed)
                                .end());

        reader.next();
        assertThat(reader.key()).hasToString("-128");
        assertThat(reader.stringValue()).hasToString("-32768");
        assertThat(reader.value().toBytes()).containsExactly(0xc1, 0, 0x80);
        reader.next();
        assertThat(reader.key()).hasToString("-2147483648");
        assertThat(reader.stringValue()).hasToString("abababababab");
    }

    @Test
    void familyDecidesWhatType22AndOpcode243Are() throws IOException {
        RdbReader valkey =
                reader(
                        RdbBytes.file("VALKEY080")
                                .raw(243)
                                .string("j".repeat(40))
                                .number(1)
                                .number(0)
                                .number(9)
                                .key(22, "h")
                                .number(1)
                                .strings("f", "v")
                                .fixed(77, 8)
                                .end());
        assertThat(valkey.next()).isEqualTo(RdbEvent.SLOT_IMPORT);
        assertThat(valkey.next()).isEqualTo(RdbEvent.KEY);
        assertThat(valkey.type()).isEqualTo(RdbType.HASH_VALKEY);
        assertThat(told(valkey)).containsExactly("field f=v@77");

        RdbBytes meta =
                new RdbBytes().raw(243).number(1).raw(1, 2, 3, 4).number(5).string("m").raw(0);
        RdbReader redis =
                reader(
                        RdbBytes.file("REDIS0013")
                                .raw(meta.bytes())
                                .key(22, "h")
                                .number(1)
                                .number(88)
                                .strings("f", "v")
                                .end());
        assertThat(redis.next()).isEqualTo(RdbEvent.KEY);
        assertThat(redis.type()).isEqualTo(RdbType.HASH_EXPIRY_PRE_GA);
        assertThat(redis.keyMetadata().toBytes()).isEqualTo(meta.bytes());
        assertThat(told(redis)).containsExactly("field f=v@88");
        assertThat(redis.next()).isEqualTo(RdbEvent.END);
    }

    private static List<String> told(RdbReader reader) throws IOException {
        Transcript transcript = new Transcript();
        reader.streamValue(transcript);
        return transcript.lines;
    }

    @Test
    void handsOnWhatFollowsTheRdbOnTheSameInput() throws IOException {
        byte[] file = RdbBytes.file("REDIS0011").key(0, "k").string("v").end();
        byte[] all = new RdbBytes().raw(file).text("stream").bytes();
        RdbReader reader = new RdbReader(Chunks.of(all), RdbLimits.DEFAULT);

        reader.next();
        assertThat(reader.next()).isEqualTo(RdbEvent.END);

        assertThat(reader.remaining()).hasToString("stream");
        assertThat(reader.position()).isEqualTo(file.length);
    }

    @Test
    void acceptsAChecksumOfZeroAndNoneBeforeVersion5() throws IOException {
        RdbReader unchecked = reader(RdbBytes.file("REDIS0011").raw(255).fixed(0, 8).bytes());
        assertThat(unchecked.next()).isEqualTo(RdbEvent.END);

        RdbReader old =
                new RdbReader(
                        Chunks.of(RdbBytes.file("REDIS0004").raw(255, 1).bytes()),
                        RdbLimits.DEFAULT);
        assertThat(old.next()).isEqualTo(RdbEvent.END);
        assertThat(old.remaining().length).isEqualTo(1);
    }

    @Test
    void tellsLargeValuesInPartsAndKeepsTheirKey() throws IOException {
        byte[] file =
                RdbBytes.file("REDIS0011")
                        .key(2, "large")
                        .number(3)
                        .strings("a".repeat(500), "b".repeat(400), "c")
                        .key(2, "small")
                        .number(1)
                        .string("d")
                        .key(0, "text")
                        .string("e".repeat(2000))
                        .end();
        RdbReader reader =
                new RdbReader(Chunks.random(file, 50, PIECE_SEED), new RdbLimits(800, 4000));

        reader.next();
        assertThat(reader.isWhole()).isFalse();
        assertThat(reader.key()).hasToString("large");
        assertThat(told(reader)).hasSize(3).last().isEqualTo("member c");
        assertThat(reader.key()).hasToString("large");
        reader.next();
        assertThat(reader.isWhole()).isTrue();
        assertThat(reader.key()).hasToString("small");
        assertThat(told(reader)).isEqualTo(told(reader));
        reader.next();
        assertThat(reader.isWhole()).as("a plain string").isTrue();
        assertThat(reader.stringValue()).hasToString("e".repeat(2000));
        assertThat(reader.next()).isEqualTo(RdbEvent.END);
    }

    @Test
    void holdsModulesWholeSinceTheyCannotBeToldInParts() throws IOException {
        long id = 0x12345678_9abcd003L;
        byte[] value = RdbBytes.module(id).bytes();
        byte[] file = RdbBytes.file("REDIS0011").key(7, "m").raw(value).end();
        RdbReader reader = new RdbReader(Chunks.of(file), new RdbLimits(4, 4000));

        reader.next();

        assertThat(reader.isWhole()).isTrue();
        assertThat(reader.value().toBytes()).isEqualTo(value);
        assertThat(reader.moduleId()).isEqualTo(id);
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> told(reader))
                .withMessage(
                        "a value of the module type "
                                + ModuleId.typeName(id)
                                + " can only travel as it is, to a server with that module");
        assertThat(reader.next()).isEqualTo(RdbEvent.END);
    }

    @Test
    void namesModulesAsTheyNameThemselves() {
        // The id of RedisJSON, as its RDB files show it.
        assertThat(ModuleId.typeName(0x2522fb8b5f911403L)).hasSize(9);
        assertThat(ModuleId.encodingVersion(0x2522fb8b5f911403L)).isEqualTo(3);
    }

    @Test
    void saysPositionPartValueAndRuleOfWhatIsMalformed() {
        assertMalformed(
                RdbBytes.file("RUBBISH01").bytes(),
                "RDB position 0: the magic is 'RUBBISH01'; it must be REDIS and four digits or"
                        + " VALKEY and three, above 0");
        assertMalformed(
                RdbBytes.file("REDIS0011").key(6, "k").bytes(),
                "RDB position 10: a type or opcode is 6; it is none of REDIS that is known here (6"
                        + " is of modules of release candidates of Redis 4.0; 107 and 121 are"
                        + " private to Redis Enterprise)");
        assertMalformed(
                RdbBytes.file("REDIS0011").key(0, "k").raw(0x80).fixed(-1, 4).bytes(),
                "RDB position 17: a string's length is 4294967295 bytes; the limit is 1073741824");
        assertMalformed(
                RdbBytes.file("REDIS0011").key(0, "k").raw(0x82).bytes(),
                "RDB position 12: a string's length is byte 0x82; a number starts with a byte from"
                        + " 0x00 to 0x81, and only a string with 0xc0 to 0xc3");
        assertMalformed(
                RdbBytes.file("REDIS0011").key(7, "k").number(1).number(9).bytes(),
                "RDB position 14: a module part's kind is 9; 0 to 5 are known");
        assertMalformed(
                RdbBytes.file("REDIS0011").raw(255).fixed(1, 8).bytes(),
                "RDB position 18: the checksum is 1; the bytes before it give 629738748d8a22c0");
    }

    private static void assertMalformed(byte[] file, String message) {
        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(() -> readAll(reader(file)))
                .withMessage(message);
    }

    private static void readAll(RdbReader reader) throws IOException {
        RdbEvent event = reader.next();
        while (event != RdbEvent.END) {
            event = reader.next();
        }
    }

    @Test
    void saysWhereTheInputEndedWhereverItEnds() throws IOException {
        byte[] file =
                RdbBytes.file("REDIS0011")
                        .raw(252)
                        .fixed(5, 8)
                        .key(21, "s")
                        .raw(RdbBytes.stream(3, 0).bytes())
                        .end();
        List<Integer> silent = new ArrayList<>();
        for (int length = 0; length < file.length; length++) {
            RdbReader reader = reader(Arrays.copyOf(file, length));
            try {
                readAll(reader);
                silent.add(length);
            } catch (EOFException e) {
                assertThat(e)
                        .hasMessageStartingWith("RDB position " + length + ": the input ended");
            }
        }
        assertThat(silent).isEmpty();
    }
}
