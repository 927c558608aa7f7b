package io.syncline.engine.command;

import io.syncline.engine.resp.CommandView;
import java.util.Arrays;

/// Finds the keys of a command: a reused list of argument indexes.
///
/// Where the arguments do not fit the command (a count of keys beyond its end), no key is found;
/// the server would refuse such a command. Rules as in db.c (`getKeysFromCommand` and its helpers)
/// of Redis 7.0, verified against `COMMAND GETKEYS`.
public final class KeyFinder {
    private static final int FIRST_CAPACITY = 64;

    /// Filled up to the count that [#find] returned. Public for loops without calls.
    public int[] indexes = new int[FIRST_CAPACITY];

    private int count;

    /// Fills `indexes`, in the order of the arguments save for targets named at the end.
    ///
    /// @return the number of keys
    public int find(CommandView view, CommandSpec spec) {
        if (spec.singleKey()) {
            indexes[0] = 1;
            count = view.argumentCount > 1 ? 1 : 0;
            return count;
        }
        count = 0;
        KeySpec keys = spec.keys();
        switch (keys.rule()) {
            case NONE -> {}
            case RANGE -> {
                int last = keys.last() < 0 ? view.argumentCount + keys.last() : keys.last();
                range(keys.first(), Math.min(last, view.argumentCount - 1), keys.step());
            }
            case NUMKEYS -> counted(view, keys.first(), keys.step());
            case STORE_NUMKEYS -> {
                if (counted(view, 2, 1)) {
                    add(1);
                }
            }
            case SORT -> sort(view);
            case GEORADIUS -> geoRadius(view);
            case STREAMS -> streams(view);
            case MIGRATE -> migrate(view);
        }
        return count;
    }

    private void range(int first, int last, int step) {
        for (int i = first; i <= last; i += step) {
            add(i);
        }
    }

    private boolean counted(CommandView view, int at, int step) {
        if (at >= view.argumentCount) {
            return false;
        }
        long keys = Decimal.parse(view.buffer, view.offsets[at], view.lengths[at]);
        // Decimal.NONE is negative, too.
        if (keys <= 0 || keys > (view.argumentCount - at - 1 + step - 1) / step) {
            return false;
        }
        range(at + 1, (int) (at + (keys - 1) * step + 1), step);
        return true;
    }

    private void sort(CommandView view) {
        range(1, Math.min(1, view.argumentCount - 1), 1);
        int target = 0;
        for (int i = 2; i < view.argumentCount; i++) {
            if (view.isWord(i, "LIMIT")) {
                i += 2;
            } else if (view.isWord(i, "GET") || view.isWord(i, "BY")) {
                i++;
            } else if (view.isWord(i, "STORE") && i + 1 < view.argumentCount) {
                target = ++i;
            }
        }
        if (target > 0) {
            add(target);
        }
    }

    private void geoRadius(CommandView view) {
        range(1, Math.min(1, view.argumentCount - 1), 1);
        int target = 0;
        for (int i = 5; i + 1 < view.argumentCount; i++) {
            if (view.isWord(i, "STORE") || view.isWord(i, "STOREDIST")) {
                target = ++i;
            }
        }
        if (target > 0) {
            add(target);
        }
    }

    private void streams(CommandView view) {
        for (int i = 1; i < view.argumentCount; i++) {
            if (view.isWord(i, "STREAMS")) {
                int pairs = view.argumentCount - i - 1;
                if (pairs % 2 == 0) {
                    range(i + 1, i + pairs / 2, 1);
                }
                return;
            }
            if (view.isWord(i, "GROUP")) {
                i += 2;
            } else if (view.isWord(i, "BLOCK")
                    || view.isWord(i, "COUNT")
                    || view.isWord(i, "CLAIM")) {
                i++;
            }
        }
    }

    private void migrate(CommandView view) {
        if (view.argumentCount < 6) {
            return;
        }
        if (view.lengths[3] > 0) {
            add(3);
            return;
        }
        for (int i = 6; i < view.argumentCount; i++) {
            if (view.isWord(i, "KEYS")) {
                range(i + 1, view.argumentCount - 1, 1);
                return;
            }
            if (view.isWord(i, "AUTH")) {
                i++;
            } else if (view.isWord(i, "AUTH2")) {
                i += 2;
            }
        }
    }

    private void add(int index) {
        if (count == indexes.length) {
            indexes = Arrays.copyOf(indexes, count * 2);
        }
        indexes[count++] = index;
    }
}
