package io.syncline.engine.source;

/// A place in a source shard's replication stream: between two commands, outside any transaction.
///
/// @param replicationId 40 hexadecimal digits: the id of the stream (the run id before Redis 4.0)
/// @param offset the last byte that is behind this place; the stream goes on with byte `offset + 1`
/// @param database the database that the next command without a SELECT is for
public record Position(String replicationId, long offset, int database) {
    public static final int ID_LENGTH = 40;

    public Position {
        if (replicationId.length() != ID_LENGTH) {
            throw new IllegalArgumentException(
                    "a replication id has 40 digits, not '" + replicationId + "'");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("the offset is negative: " + offset);
        }
    }

    @Override
    public String toString() {
        return replicationId + ":" + offset;
    }
}
