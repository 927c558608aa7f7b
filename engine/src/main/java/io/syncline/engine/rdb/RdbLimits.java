package io.syncline.engine.rdb;

/// How much memory one value may take.
///
/// @param maxWholeValueBytes values of more encoded bytes than this are not held whole in memory
///   but told element by element (a plain string has no elements and is always held whole)
/// @param maxElementBytes the longest single string that is accepted: a plain string, an element, a
///   listpack; longer ones stop the reader
public record RdbLimits(int maxWholeValueBytes, int maxElementBytes) {
    /// 4 MiB: a RESTORE of more packed lists or stream nodes blocks the target for tens of
    /// milliseconds. 1 GiB: twice what a server accepts as one argument by default
    /// (`proto-max-bulk-len`, 512 MiB), since strings can grow beyond it by APPEND.
    public static final RdbLimits DEFAULT = new RdbLimits(4 << 20, 1 << 30);

    /// The largest array less the room for one read and one record's head.
    static final int LARGEST = Integer.MAX_VALUE - (1 << 20);

    public RdbLimits {
        check("maxWholeValueBytes", maxWholeValueBytes);
        check("maxElementBytes", maxElementBytes);
    }

    private static void check(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; it must be between 1 and " + LARGEST);
        }
    }
}
