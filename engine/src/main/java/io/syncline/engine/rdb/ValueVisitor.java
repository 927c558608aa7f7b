package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.io.IOException;

/// Is told a value part by part, in the order of the file. Every slice is a view that holds until
/// the method returns. Numbers come as their decimal text wherever the server would show text.
///
/// A stream is told in this order: for each entry [#streamEntry] and its fields with
/// [#streamField]; then [#streamEnd]; then for each group [#streamGroup], and for each of its
/// consumers [#streamConsumer] followed by that one's entries with [#streamPending].
public interface ValueVisitor {
    /// A plain string, whole.
    void string(ByteSlice value) throws IOException;

    /// The next element from the head on.
    void listElement(ByteSlice value) throws IOException;

    void setMember(ByteSlice member) throws IOException;

    void sortedSetMember(ByteSlice member, double score) throws IOException;

    /// A field of a hash.
    ///
    /// @param expireAtMillis when the field expires, in Unix milliseconds; -1 never
    void hashField(ByteSlice field, ByteSlice value, long expireAtMillis) throws IOException;

    /// Begins an entry of a stream.
    ///
    /// @param millis the first half of the id, unsigned
    /// @param sequence the second half, unsigned
    /// @param fieldCount how many [#streamField] follow
    void streamEntry(long millis, long sequence, long fieldCount) throws IOException;

    void streamField(ByteSlice field, ByteSlice value) throws IOException;

    void streamEnd(StreamState state) throws IOException;

    /// Begins a consumer group.
    ///
    /// @param lastMillis the last id delivered to the group, first half, unsigned
    /// @param entriesRead the group's logical read counter; -1 unknown
    void streamGroup(ByteSlice name, long lastMillis, long lastSequence, long entriesRead)
            throws IOException;

    /// Begins a consumer of the last group.
    ///
    /// @param seenAtMillis when it last tried to read
    /// @param activeAtMillis when it last got something; -1 never or unknown
    void streamConsumer(ByteSlice name, long seenAtMillis, long activeAtMillis) throws IOException;

    /// An entry that the last consumer has not acknowledged.
    void streamPending(long millis, long sequence, long deliveredAtMillis, long deliveries)
            throws IOException;
}
