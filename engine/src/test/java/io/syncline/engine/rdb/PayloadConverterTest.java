package io.syncline.engine.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PayloadConverterTest {
    private static final TargetFormat REDIS_5 = TargetFormat.of(false, 5, 0);
    private static final TargetFormat REDIS_7 = TargetFormat.of(false, 7, 0);
    private static final TargetFormat REDIS_8 = TargetFormat.of(false, 8, 0);
    private static final TargetFormat VALKEY_8 = TargetFormat.of(true, 8, 1);
    private static final TargetFormat VALKEY_9 = TargetFormat.of(true, 9, 1);

    private static byte[] converted(TargetFormat target, RdbType type, RdbBytes body)
            throws IOException {
        ByteBuilder out = new ByteBuilder(16);
        new PayloadConverter(target).write(type, body.slice(), out);
        return out.toBytes();
    }

    private static byte[] payload(int type, RdbBytes body, int version) {
        ByteBuilder out = new ByteBuilder(16).put((byte) type).put(body.bytes());
        DumpPayload.finish(out, 0, version);
        return out.toBytes();
    }

    @Test
    void cutsStreamsDownToWhatTheTargetKnows() throws IOException {
        for (int generation = 2; generation <= 5; generation++) {
            RdbBytes body = RdbBytes.stream(generation, 0);
            RdbType type =
                    new RdbType[] {
                                RdbType.STREAM_2,
                                RdbType.STREAM_3,
                                RdbType.STREAM_4,
                                RdbType.STREAM_5
                            }
                            [generation - 2];
            assertThat(converted(REDIS_5, type, body))
                    .isEqualTo(payload(15, RdbBytes.stream(1, 0), 9));
            assertThat(converted(REDIS_7, type, body))
                    .isEqualTo(payload(19, RdbBytes.stream(2, 0), 10));
            if (generation > 2) {
                assertThat(converted(VALKEY_9, type, body))
                        .isEqualTo(payload(21, RdbBytes.stream(3, 0), 80));
            }
        }
    }

    @Test
    void keepsStreamsThatOnlyTheNewestCanSay() {
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> converted(REDIS_8, RdbType.STREAM_5, RdbBytes.stream(5, 1)))
                .withMessageStartingWith("a stream with entries that consumers gave back");
    }

    @Test
    void rewritesFieldExpiryBetweenRedisAndValkey() throws IOException {
        RdbBytes redis =
                new RdbBytes()
                        .fixed(1000, 8)
                        .number(2)
                        .number(0)
                        .strings("a", "1")
                        .number(51)
                        .strings("c", "3");
        RdbBytes valkey =
                new RdbBytes()
                        .raw(0x80)
                        .fixed(Integer.reverseBytes(2), 4)
                        .strings("a", "1")
                        .fixed(-1, 8)
                        .strings("c", "3")
                        .fixed(1050, 8);

        assertThat(converted(VALKEY_9, RdbType.HASH_EXPIRY, redis))
                .isEqualTo(payload(22, valkey, 80));
        RdbBytes back =
                new RdbBytes()
                        .fixed(1050, 8)
                        .raw(0x80)
                        .fixed(Integer.reverseBytes(2), 4)
                        .number(0)
                        .strings("a", "1")
                        .number(1)
                        .strings("c", "3");
        assertThat(converted(REDIS_8, RdbType.HASH_VALKEY, valkey))
                .isEqualTo(payload(24, back, 12));
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> converted(VALKEY_8, RdbType.HASH_EXPIRY, redis))
                .withMessage(
                        "Valkey 8.1 has no hashes whose fields expire, and fields of this one do");
    }

    @Test
    void saysWhichModuleTheTargetCannotHave() {
        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() ->
                        converted(
                                TargetFormat.of(false, 3, 2), RdbType.MODULE_2, RdbBytes.module(1)))
                .withMessage("Redis 3.2 has no values of module type AAAAAAAAA");
    }

    @Test
    void sparesServersThatWouldEndAtAnUnknownModule() throws IOException {
        TargetFormat deadly = TargetFormat.of(false, 6, 0);
        RdbBytes body = RdbBytes.module(1 << 10);

        assertThatExceptionOfType(UnsupportedValueException.class)
                .isThrownBy(() -> converted(deadly, RdbType.MODULE_2, body))
                .withMessage("Redis 6.0 has no values of module type AAAAAAAAB");
        ByteBuilder out = new ByteBuilder(16);
        new PayloadConverter(deadly, true).write(RdbType.MODULE_2, body.slice(), out);
        assertThat(out.toBytes()).isEqualTo(payload(7, body, 9));
        assertThat(new PayloadConverter(REDIS_7).isDirect(RdbType.MODULE_2)).isTrue();
        assertThat(new PayloadConverter(deadly).isDirect(RdbType.MODULE_2)).isFalse();
    }

    @Test
    void leavesNothingBehindWhenItFails() {
        ByteBuilder out = new ByteBuilder(16).putAscii("before");
        RdbBytes damaged = new RdbBytes().string(new byte[] {1, 2, 3});

        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(() ->
                        new PayloadConverter(REDIS_5)
                                .write(RdbType.HASH_LISTPACK, damaged.slice(), out));

        assertThat(out).hasToString("before");
    }

    @Test
    void passesPayloadsOnThatTheTargetTakes() throws IOException {
        PayloadConverter converter = new PayloadConverter(REDIS_7);
        ByteBuilder out = new ByteBuilder(16);

        boolean changed = converter.convert(slice(payload(0, new RdbBytes().string("v"), 9)), out);

        assertThat(changed).isFalse();
        assertThat(out.length).isZero();
    }

    @Test
    void convertsPayloadsOfRestoreCommands() throws IOException {
        PayloadConverter converter = new PayloadConverter(REDIS_7);
        RdbBytes string = new RdbBytes().string("v");

        assertThat(convert(converter, payload(0, string, 12))).isEqualTo(payload(0, string, 10));
        assertThat(convert(converter, payload(0, string, 80))).isEqualTo(payload(0, string, 10));
        byte[] unchecked = payload(0, string, 9);
        Arrays.fill(unchecked, unchecked.length - 8, unchecked.length, (byte) 0);
        assertThat(convert(converter, unchecked)).isEqualTo(payload(0, string, 10));
        RdbBytes withMetadata = new RdbBytes().number(1).raw(1, 2, 3, 4).raw(0).raw(0).string("v");
        assertThat(convert(converter, payload(243, withMetadata, 13)))
                .isEqualTo(payload(0, string, 10));
    }

    @Test
    void refusesAPayloadWithAWrongChecksum() {
        byte[] damaged = payload(0, new RdbBytes().string("v"), 12);
        damaged[1] ^= 1;

        assertThatExceptionOfType(RdbFormatException.class)
                .isThrownBy(() -> convert(new PayloadConverter(REDIS_7), damaged))
                .withMessage(
                        "payload position 5: the checksum is wrong; it must be that of the bytes"
                                + " before it");
    }

    private static byte[] convert(PayloadConverter converter, byte[] payload) throws IOException {
        ByteBuilder out = new ByteBuilder(16);
        assertThat(converter.convert(slice(payload), out)).isTrue();
        return out.toBytes();
    }

    private static ByteSlice slice(byte[] bytes) {
        return new ByteSlice().set(bytes, 0, bytes.length);
    }
}
