package io.syncline.engine.verify;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.verify.Digest.Sum;
import org.jspecify.annotations.Nullable;

/// A key that differed when it was looked at last, and what is known of it. Belongs to the worker
/// that has it in hand.
final class Suspect {
    private final byte[] key;

    /// Looks that it survived.
    int looks;

    /// The last thorough one.
    @Nullable Look last;

    /// Whether something changed between the last two thorough looks.
    boolean moved;

    /// Once it is a difference.
    @Nullable Difference confirmed;

    /// What the side that is right held when the repair was prepared, and the other one.
    @Nullable Sum right;

    @Nullable Sum wrong;

    int repairs;

    /// Once it is mended in parts.
    @Nullable PartialRepair work;

    /// When its last look was due: after a fault the batch is gone through again, and no suspect
    /// may be looked at twice without a pause between.
    long turnNanos;

    /// Its verdict is out.
    boolean settled;

    Suspect(byte[] key) {
        this.key = key;
    }

    byte[] key() {
        return key;
    }

    /// Takes a thorough look into account.
    ///
    /// @param turn when it was due
    void saw(Look look, long turn) {
        moved = last != null && !look.isStill(last);
        last = look;
        looks++;
        turnNanos = turn;
        settled = look.difference() == null;
    }

    /// A longer look found what differs in the end, and not only at that moment.
    void refine(Difference found) {
        Difference refined = lastDifference().with(found.kind(), found.detail());
        last = new Look(refined, lastLook().source(), lastLook().target());
    }

    Look lastLook() {
        return requireNonNull(last, "it was not looked at yet");
    }

    Difference lastDifference() {
        return requireNonNull(lastLook().difference(), "it did not differ");
    }
}
