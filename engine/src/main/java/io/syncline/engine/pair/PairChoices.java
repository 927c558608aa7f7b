package io.syncline.engine.pair;

import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Site;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a user chooses for a two-way task beyond what every task has.
///
/// @param guard for which keys a write waits until the other site's are seen
/// @param resyncFrom replaces the other site's data by this one's, once, at the start; null: no
public record PairChoices(GuardPolicy.Mode guard, @Nullable Site resyncFrom) {
    /// A key that is written all the time would void every guarded transaction; after so many it
    /// goes without, and only the choice of the winner suffers.
    private static final int BLIND_AFTER = 3;

    /// Longer than any lag that is not an outage.
    private static final Duration CONTENDED = Duration.ofMinutes(5);

    GuardPolicy policy() {
        return new GuardPolicy(guard, BLIND_AFTER, CONTENDED.toMillis());
    }
}
