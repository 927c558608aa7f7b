package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.LinkStatus.Shard;
import java.util.Locale;

/// Which way data go. A one-way task has the forward direction only.
public enum Direction {
    /// Source to target.
    FORWARD,
    /// Target to source.
    REVERSE;

    /// `forward` or `reverse`.
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Direction other() {
        return this == FORWARD ? REVERSE : FORWARD;
    }

    /// The direction that a pipeline belongs to.
    public static Direction of(LinkStatus status, Shard shard) {
        return status.isTwoWay() && shard.index() >= status.forward() ? REVERSE : FORWARD;
    }
}
