package io.syncline.engine.cluster;

import java.io.IOException;

/// No node of a shard is a primary any more: it lost its last slot and joined another shard, or was
/// taken out of the cluster. Nobody writes to it, and nobody will.
public final class ShardGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ShardGoneException(String message) {
        super(message);
    }
}
