package io.syncline.engine.source;

/// A place in a source shard's replication stream: between two commands, outside any transaction.
///
/// @param replicationId 40 hexadecimal digits: the id of the stream (the run id before Redis 4.0)
/// @param offset the last byte that is behind this place; the stream goes on with byte `offset + 1`
/// @param database the database that the next command without a SELECT is for
/// @param quietFrom a place before it, or the same: nothing between them concerned the target, so
///   that a source which lost that has lost nothing of what the target has
public record Position(String replicationId, long offset, int database, long quietFrom) {
    public static final int ID_LENGTH = 40;

    /// A place before which anything may stand.
    public Position(String replicationId, long offset, int database) {
        this(replicationId, offset, database, offset);
    }

    public Position {
        if (replicationId.length() != ID_LENGTH) {
            throw new IllegalArgumentException(
                    "a replication id has 40 digits, not '" + replicationId + "'");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("the offset is negative: " + offset);
        }
        if (quietFrom > offset) {
            throw new IllegalArgumentException(
                    "it is quiet from " + quietFrom + " on, which is behind " + offset);
        }
    }

    @Override
    public String toString() {
        return replicationId + ":" + offset;
    }
}
