package io.syncline.server.lifecycle;

import java.util.List;

/// What an event leads to.
///
/// @param accepted whether the event was allowed and meant something; otherwise nothing changes
/// @param next where the task stands now
/// @param effects what must be done
public record Transition(boolean accepted, Standing next, List<Effect> effects) {
    public Transition {
        effects = List.copyOf(effects);
    }
}
