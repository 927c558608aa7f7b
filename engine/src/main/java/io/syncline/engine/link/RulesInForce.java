package io.syncline.engine.link;

import io.syncline.engine.etl.KeyRules;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.handover.SlotRest;
import io.syncline.engine.target.SlotBook;
import io.syncline.engine.target.TaskRegistry;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sees to it that a pipeline goes on from a position only under the rules by which it was reached:
/// under others, what is at the target is not what the stream goes on from.
final class RulesInForce {
    private static final String REMEDY =
            "Nothing, if other rules are meant; else start with those of before";

    private static final String SLOTS_MOVED =
            "slots of the source moved while the task stopped, and the ETL rules give keys other"
                    + " slots at the target";

    private final String before;
    private final String now;
    private final boolean spread;
    private final Consumer<String> note;

    /// Writes down under which rules a pipeline's position counts.
    @FunctionalInterface
    interface Notes {
        void note(int pipeline, String print);
    }

    static RulesInForce of(PipelineParts.Context context, int pipeline) {
        KeyRules rules = context.options().rules();
        return new RulesInForce(
                TaskRegistry.rules(context.manifest(), pipeline),
                rules.print(),
                context.target().isCluster() && rules.renames(),
                print -> context.ruleNotes().note(pipeline, print));
    }

    /// @param before what was noted last; empty for none
    /// @param now the print of the rules; empty for none
    /// @param spread whether keys of one slot of the source may be in several of the target's
    /// @param note writes down the print of the rules that a position counts for
    RulesInForce(String before, String now, boolean spread, Consumer<String> note) {
        this.before = before;
        this.now = now;
        this.spread = spread;
        this.note = note;
    }

    /// Why the pipeline cannot go on from its position, in words; empty when it can.
    String objection() {
        if (before.equals(now)) {
            return "";
        }
        return before.isEmpty()
                ? "the position was reached without ETL rules"
                : now.isEmpty()
                        ? "the position was reached under ETL rules, and there are none now"
                        : "the position was reached under other ETL rules";
    }

    /// The same for one that moving slots are in the way of. The mark of a slot of the target says
    /// of commands that were held back for a slot of the source whether they are there: but not
    /// where a renamed key has another slot than its old name.
    String objection(@Nullable SlotGate gate, SlotBook book, Supplier<BitSet> presentSlots) {
        return spread && gate != null && !SlotRest.isSince(book, presentSlots) ? SLOTS_MOVED : "";
    }

    /// What to do about a position that does not count.
    ///
    /// @param other where the rules are not why
    String remedy(String reason, String other) {
        if (reason.equals(SLOTS_MOVED)) {
            return UnseenMoves.REMEDY;
        }
        return !reason.isEmpty() && reason.equals(objection()) ? REMEDY : other;
    }

    /// Notes the rules of now, before a position that was reached under them stands.
    void note() {
        if (!before.equals(now)) {
            note.accept(now);
        }
    }
}
