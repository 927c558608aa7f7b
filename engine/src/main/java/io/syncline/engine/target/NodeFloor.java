package io.syncline.engine.target;

import java.util.Arrays;

/// What a node's own floor says: everything of its slots up to there is in the node. Text of fixed
/// width: a mark and the version of the layout that says which slots are meant.
///
/// @param mark the place, [SlotMark#ABSENT] for none
/// @param layout the layout's version
record NodeFloor(SlotMark mark, long layout) {
    /// Milliseconds, or a count: enough for either.
    private static final int LAYOUT_WIDTH = 14;

    private static final int LAYOUT_AT = SlotMark.LENGTH + 1;
    static final int LENGTH = LAYOUT_AT + LAYOUT_WIDTH;

    static final NodeFloor ABSENT = new NodeFloor(SlotMark.ABSENT, 0);

    static byte[] encode(long epoch, Checkpoint floor, long layout) {
        byte[] text = new byte[LENGTH];
        SlotMark.encode(text, epoch, floor.offset(), floor.database());
        text[SlotMark.LENGTH] = ' ';
        Checkpoint.putDigits(text, LAYOUT_AT, LAYOUT_WIDTH, layout);
        return text;
    }

    static NodeFloor decode(byte[] text, long epoch) {
        if (text.length != LENGTH) {
            return ABSENT;
        }
        SlotMark mark = SlotMark.decode(Arrays.copyOf(text, SlotMark.LENGTH), epoch);
        return new NodeFloor(mark, Checkpoint.digits(text, LAYOUT_AT, LAYOUT_WIDTH));
    }
}
