package io.syncline.engine.etl;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.etl.Ruling.Fate;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.Arrays;

/// The fates of one command's keys, by the argument that names each; used again for the next.
final class KeyFates {
    private static final int NO_KEY = -1;
    private static final int KEPT = -2;
    private static final int DROPPED = -3;

    /// More arguments than most commands have; a huge command's are given back.
    private static final int KEPT_LENGTH = 1 << 10;

    private final ByteBuilder names = new ByteBuilder(256);
    private CommandView view = new CommandView();

    /// By argument: one of the above, or where in [#names] its new name begins.
    private int[] starts = new int[16];

    private int[] lengths = new int[16];
    private int used;
    private int dropped;
    private int renamed;

    void begin(CommandView command) {
        view = command;
        if (used > KEPT_LENGTH || starts.length < command.argumentCount) {
            starts = new int[Math.max(16, command.argumentCount)];
            lengths = new int[starts.length];
        }
        used = command.argumentCount;
        Arrays.fill(starts, 0, used, NO_KEY);
        names.clearAndTrim(KEPT_LENGTH);
        dropped = 0;
        renamed = 0;
    }

    /// Looks at the key that an argument names.
    Fate judge(Ruling ruling, int argument) {
        int start = names.length;
        Fate fate = ruling.of(view.buffer, view.offsets[argument], view.lengths[argument], names);
        switch (fate) {
            case KEPT -> starts[argument] = KEPT;
            case DROPPED -> {
                starts[argument] = DROPPED;
                dropped++;
            }
            case RENAMED -> {
                starts[argument] = start;
                lengths[argument] = names.length - start;
                renamed++;
            }
        }
        return fate;
    }

    int dropped() {
        return dropped;
    }

    int renamed() {
        return renamed;
    }

    boolean isDropped(int argument) {
        return starts[argument] == DROPPED;
    }

    /// Writes a key's new name.
    ///
    /// @return false for an argument that has none
    boolean putName(int argument, ByteBuilder out) {
        if (starts[argument] < 0) {
            return false;
        }
        RespWriter.bulk(out, names.array, starts[argument], lengths[argument]);
        return true;
    }

    /// The name that an argument has at the target.
    byte[] name(int argument) {
        return starts[argument] < 0
                ? view.argument(argument)
                : Arrays.copyOfRange(
                        names.array, starts[argument], starts[argument] + lengths[argument]);
    }
}
