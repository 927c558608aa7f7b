package io.syncline.engine.target;

/// How far one slot of a cluster target is: text of fixed width, `EPOCH OFFSET`.
///
/// The epoch tells marks of this run of offsets from those before a new snapshot, which count anew.
final class SlotMark {
    private static final int EPOCH_WIDTH = 19;
    private static final int OFFSET_AT = EPOCH_WIDTH + 1;
    private static final int OFFSET_WIDTH = 19;
    static final int LENGTH = OFFSET_AT + OFFSET_WIDTH;

    /// No mark, or one of another epoch.
    static final long NONE = -1;

    private SlotMark() {}

    static void encode(byte[] text, long epoch, long offset) {
        Checkpoint.putDigits(text, 0, EPOCH_WIDTH, epoch);
        text[EPOCH_WIDTH] = ' ';
        Checkpoint.putDigits(text, OFFSET_AT, OFFSET_WIDTH, offset);
    }

    static long offset(byte[] text, long epoch) {
        return text.length == LENGTH && Checkpoint.digits(text, 0, EPOCH_WIDTH) == epoch
                ? Checkpoint.digits(text, OFFSET_AT, OFFSET_WIDTH)
                : NONE;
    }
}
