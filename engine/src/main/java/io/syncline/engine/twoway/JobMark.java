package io.syncline.engine.twoway;

import io.syncline.engine.resp.CommandView;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The beginning or the end of a job of the server that copies slots to a primary, as that one's
/// stream tells of it (Valkey 9.0, cluster_migrateslots.c): `CLUSTER SYNCSLOTS ESTABLISH SOURCE id
/// NAME job SLOTSRANGE first last ...`, then the copy as ordinary commands and what the owner did
/// meanwhile, then `CLUSTER SYNCSLOTS FINISH STATE state NAME job`.
///
/// @param begins whether it is the beginning
/// @param name of the job
/// @param source id of the node that has the slots; empty at the end
/// @param slots likewise
/// @param successful at the end, whether the slots belong to this primary from here on
public record JobMark(
        boolean begins, String name, String source, BitSet slots, boolean successful) {
    private static final int FIRST_LABEL = 3;

    public JobMark {
        slots = (BitSet) slots.clone();
    }

    @Override
    public BitSet slots() {
        return (BitSet) slots.clone();
    }

    /// Reads a command of the stream.
    ///
    /// @return null when the command is no such mark
    static @Nullable JobMark of(CommandView view) {
        if (view.argumentCount < FIRST_LABEL
                || !view.isWord(0, "CLUSTER")
                || !view.isWord(1, "SYNCSLOTS")) {
            return null;
        }
        if (view.isWord(2, "ESTABLISH")) {
            return new JobMark(true, word(view, "NAME"), word(view, "SOURCE"), ranges(view), false);
        }
        return view.isWord(2, "FINISH")
                ? new JobMark(
                        false,
                        word(view, "NAME"),
                        "",
                        new BitSet(),
                        word(view, "STATE").equalsIgnoreCase("SUCCESS"))
                : null;
    }

    private static String word(CommandView view, String label) {
        for (int i = FIRST_LABEL; i + 1 < view.argumentCount; i++) {
            if (view.isWord(i, label)) {
                return view.text(i + 1);
            }
        }
        return "";
    }

    private static BitSet ranges(CommandView view) {
        BitSet slots = new BitSet();
        int at = FIRST_LABEL;
        while (at < view.argumentCount && !view.isWord(at, "SLOTSRANGE")) {
            at++;
        }
        for (int i = at + 1; i + 1 < view.argumentCount; i += 2) {
            String first = view.text(i);
            String last = view.text(i + 1);
            if (!first.matches("\\d{1,5}") || !last.matches("\\d{1,5}")) {
                break;
            }
            slots.set(Integer.parseInt(first), Integer.parseInt(last) + 1);
        }
        return slots;
    }
}
