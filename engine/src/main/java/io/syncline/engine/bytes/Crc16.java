package io.syncline.engine.bytes;

/// CRC16/XMODEM (polynomial 0x1021, initial value 0), which Redis Cluster uses for key slots
/// (crc16.c).
public final class Crc16 {
    private static final int POLYNOMIAL = 0x1021;

    private static final char[] TABLE = table();

    private Crc16() {}

    public static int of(byte[] bytes, int offset, int length) {
        int crc = 0;
        for (int i = offset, end = offset + length; i < end; i++) {
            crc = update(crc, bytes[i]);
        }
        return crc;
    }

    /// The checksum of what was read before, continued by one byte.
    public static int update(int crc, byte next) {
        return ((crc << 8) & 0xffff) ^ TABLE[((crc >>> 8) ^ next) & 0xff];
    }

    private static char[] table() {
        char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
            }
            table[i] = (char) crc;
        }
        return table;
    }
}
