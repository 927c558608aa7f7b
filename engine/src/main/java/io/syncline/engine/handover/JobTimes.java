package io.syncline.engine.handover;

import java.util.BitSet;

/// When jobs of the server that moved slots of one shard ended, by its node's clock, in seconds
/// since 1970: which of them were followed, over restarts. Thread-safe; its pipeline's gate and
/// monitor share it.
public final class JobTimes {
    private static final long NONE = 0;

    private volatile boolean asked;
    private volatile long seen = NONE;
    private volatile long followed = Long.MAX_VALUE;

    /// The node has told of its jobs.
    ///
    /// @param last when the last one ended well; 0 for none
    public void seen(long last) {
        seen = Math.max(seen, last);
        asked = true;
    }

    /// Whether the node was asked.
    boolean isAsked() {
        return asked;
    }

    /// The last job that ended and was heard of, by this process or one before it.
    long last() {
        return followed == Long.MAX_VALUE ? seen : Math.max(followed, seen);
    }

    /// An earlier process has followed the jobs up to then.
    void follows(long last) {
        followed = last;
    }

    /// The last job that an earlier process followed; far in the future where there was none, since
    /// then a snapshot is behind them all.
    public long followed() {
        return followed;
    }

    /// The slots that jobs were moving, or had moved and were not handed over yet, when a process
    /// left a note about slots.
    public static BitSet unfinished(byte[] note) {
        SlotState state = SlotState.decode(note);
        BitSet slots = new BitSet();
        if (state != null) {
            slots.or(state.copied());
            state.leaving().forEach(one -> slots.or(one.slots()));
            state.importing().values().forEach(one -> slots.or(one.slots()));
        }
        return slots;
    }

    /// The last job that was followed by the process that left a note about slots.
    public static long followedBy(byte[] note) {
        SlotState state = SlotState.decode(note);
        return state == null ? Long.MAX_VALUE : state.jobSeconds();
    }
}
