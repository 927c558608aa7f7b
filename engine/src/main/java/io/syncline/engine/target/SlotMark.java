package io.syncline.engine.target;

/// How far one slot of a cluster target is: text of fixed width, `EPOCH OFFSET DATABASE`.
///
/// The epoch tells marks of this run of offsets from those before a new snapshot, which count anew.
/// The database is the source's for the next command, so that the stream can be read from there.
///
/// @param offset of the stream byte behind the slot's last command
/// @param database of the source, there
record SlotMark(long offset, int database) {
    /// Milliseconds, or a count: enough for either.
    private static final int EPOCH_WIDTH = 14;

    private static final int OFFSET_AT = EPOCH_WIDTH + 1;
    private static final int OFFSET_WIDTH = 19;
    private static final int DATABASE_AT = OFFSET_AT + OFFSET_WIDTH + 1;
    private static final int DATABASE_WIDTH = 5;
    static final int LENGTH = DATABASE_AT + DATABASE_WIDTH;

    /// The offset of no mark, or of one of another epoch.
    static final long NONE = -1;

    static final SlotMark ABSENT = new SlotMark(NONE, 0);

    static void encode(byte[] text, long epoch, long offset, int database) {
        Checkpoint.putDigits(text, 0, EPOCH_WIDTH, epoch);
        text[EPOCH_WIDTH] = ' ';
        Checkpoint.putDigits(text, OFFSET_AT, OFFSET_WIDTH, offset);
        text[OFFSET_AT + OFFSET_WIDTH] = ' ';
        Checkpoint.putDigits(text, DATABASE_AT, DATABASE_WIDTH, database);
    }

    static SlotMark decode(byte[] text, long epoch) {
        if (text.length != LENGTH || Checkpoint.digits(text, 0, EPOCH_WIDTH) != epoch) {
            return ABSENT;
        }
        long offset = Checkpoint.digits(text, OFFSET_AT, OFFSET_WIDTH);
        long database = Checkpoint.digits(text, DATABASE_AT, DATABASE_WIDTH);
        return offset < 0 || database < 0 ? ABSENT : new SlotMark(offset, (int) database);
    }
}
