package io.syncline.engine.twoway;

import java.util.EnumSet;
import java.util.Set;

/// The rules that the pair stands on, by name, so that the simulation can show of each one that
/// without it something breaks. In production all hold.
enum Rule {
    ABSORB_BY_ECHO,
    COMMUTATION,
    COVER,
    COPY_WHAT_CANNOT_BE_SENT,
    READ_TO_FENCE_BEFORE_EXEC,
    SETTLE_AT_ECHO,
    EXPIRY_IN_ECHO,
    STICKY_LATCH,
    READ_TO_FENCE_AT_RESTART,
    WATCH_EPOCH,
    GLUE,
    READ_AGAIN_FROM_M,
    READ_WHAT_MAY_BE_VOID,
    GATE,
    KEYS_THAT_ARE_READ,
    TAINT,
    CAUSE_OUTLASTS,
    ANSWER_BEFORE_ECHO;

    static final Set<Rule> ALL = Set.copyOf(EnumSet.allOf(Rule.class));
}
