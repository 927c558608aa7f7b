package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;
import java.util.ArrayList;
import java.util.List;

/// Writes down what it is told, one line per call.
final class Transcript implements ValueVisitor {
    final List<String> lines = new ArrayList<>();

    @Override
    public void string(ByteSlice value) {
        lines.add("string " + value);
    }

    @Override
    public void listElement(ByteSlice value) {
        lines.add("element " + value);
    }

    @Override
    public void setMember(ByteSlice member) {
        lines.add("member " + member);
    }

    @Override
    public void sortedSetMember(ByteSlice member, double score) {
        lines.add("member " + member + " " + score);
    }

    @Override
    public void hashField(ByteSlice field, ByteSlice value, long expireAtMillis) {
        lines.add(
                "field " + field + "=" + value + (expireAtMillis < 0 ? "" : "@" + expireAtMillis));
    }

    @Override
    public void streamEntry(long millis, long sequence, long fieldCount) {
        lines.add("entry " + id(millis, sequence) + " of " + fieldCount);
    }

    @Override
    public void streamField(ByteSlice field, ByteSlice value) {
        lines.add("  " + field + "=" + value);
    }

    @Override
    public void streamEnd(StreamState state) {
        lines.add("end " + state);
    }

    @Override
    public void streamGroup(ByteSlice name, long lastMillis, long lastSequence, long entriesRead) {
        lines.add("group " + name + " " + id(lastMillis, lastSequence) + " read " + entriesRead);
    }

    @Override
    public void streamConsumer(ByteSlice name, long seenAtMillis, long activeAtMillis) {
        lines.add("consumer " + name + " " + seenAtMillis + " " + activeAtMillis);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredAtMillis, long deliveries) {
        lines.add("pending " + id(millis, sequence) + " " + deliveredAtMillis + " " + deliveries);
    }

    private static String id(long millis, long sequence) {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
