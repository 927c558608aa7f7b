package io.syncline.engine.source;

import java.util.Arrays;

/// Notices when the last bytes received are the mark behind a diskless snapshot, over any division
/// into reads. A hint only: the snapshot's own end opcode says where it really ends.
final class TailWatch {
    private final byte[] mark;
    private final byte[] tail;
    private int filled;

    TailWatch(byte[] mark) {
        this.mark = mark;
        this.tail = new byte[mark.length];
    }

    boolean endsWithMark(byte[] array, int from, int count) {
        if (mark.length == 0) {
            return false;
        }
        int take = Math.min(count, mark.length);
        int keep = Math.min(filled, mark.length - take);
        System.arraycopy(tail, filled - keep, tail, 0, keep);
        System.arraycopy(array, from + count - take, tail, keep, take);
        filled = keep + take;
        return filled == mark.length && Arrays.equals(tail, mark);
    }
}
