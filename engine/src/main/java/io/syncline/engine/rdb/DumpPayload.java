package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.bytes.Crc64;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// What DUMP answers and RESTORE takes: a type byte, the value as it stands in an RDB, the version
/// in two bytes and the CRC-64 of all that in eight, both little-endian (Redis `cluster.c`:
/// `createDumpPayload`).
public final class DumpPayload {
    /// Version and checksum.
    public static final int FOOTER_BYTES = 10;

    /// What a payload has besides the value.
    public static final int OVERHEAD_BYTES = 1 + FOOTER_BYTES;

    static final int CHECKSUM_BYTES = 8;

    private static final int VERSION_BYTES = 2;
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private DumpPayload() {}

    /// Appends the payload of a value that was cut from an RDB; `value.length + OVERHEAD_BYTES`
    /// bytes.
    public static void write(ByteBuilder out, RdbType type, ByteSlice value, int version) {
        out.ensure(value.length + OVERHEAD_BYTES);
        int start = out.length;
        out.array[start] = (byte) type.id();
        System.arraycopy(value.array, value.offset, out.array, start + 1, value.length);
        out.length = start + 1 + value.length;
        finish(out, start, version);
    }

    /// As [#write] with what modules keep of the key before it, for a target of the same Redis 8.6
    /// or later with the same modules; `metadata.length` bytes more.
    public static void write(
            ByteBuilder out, ByteSlice metadata, RdbType type, ByteSlice value, int version) {
        int start = out.length;
        out.put(metadata.array, metadata.offset, metadata.length);
        out.put((byte) type.id());
        out.put(value.array, value.offset, value.length);
        finish(out, start, version);
    }

    /// Appends the footer to a payload whose type byte stands at `start`.
    public static void finish(ByteBuilder out, int start, int version) {
        out.ensure(FOOTER_BYTES);
        byte[] array = out.array;
        int at = out.length;
        array[at] = (byte) version;
        array[at + 1] = (byte) (version >>> 8);
        at += VERSION_BYTES;
        LONG.set(array, at, Crc64.update(0, array, start, at - start));
        out.length = at + CHECKSUM_BYTES;
    }

    /// The version in the footer.
    ///
    /// @throws RdbFormatException when it is shorter than a type byte and a footer
    public static int version(ByteSlice payload) throws RdbFormatException {
        if (payload.length < OVERHEAD_BYTES) {
            throw new RdbFormatException(
                    0,
                    "payload position",
                    "a payload's length",
                    Integer.toString(payload.length),
                    "a type byte and a footer are " + OVERHEAD_BYTES);
        }
        int at = payload.end() - FOOTER_BYTES;
        return (payload.array[at] & 0xff) | ((payload.array[at + 1] & 0xff) << 8);
    }

    /// Whether the checksum is right. 0 means that there is none, which Redis 8.4 and later write
    /// while they import slots and accept themselves, and which every other server refuses.
    public static boolean verify(ByteSlice payload) throws RdbFormatException {
        version(payload);
        long stored = storedChecksum(payload);
        return stored == 0 || stored == computedChecksum(payload);
    }

    /// False for payloads whose checksum is 0, which stands for none.
    static boolean hasChecksum(ByteSlice payload) {
        return storedChecksum(payload) != 0;
    }

    private static long storedChecksum(ByteSlice payload) {
        return (long) LONG.get(payload.array, payload.end() - CHECKSUM_BYTES);
    }

    private static long computedChecksum(ByteSlice payload) {
        return Crc64.update(0, payload.array, payload.offset, payload.length - CHECKSUM_BYTES);
    }
}
