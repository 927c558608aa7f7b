package io.syncline.engine.twoway;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What every transaction of a link writes at the site it writes to, together with its data: all
/// that a pair keeps on disk.
///
/// Written by the link from X to Y at Y:
///
/// @param epoch which start of the task wrote it
/// @param sequence of the transaction within that epoch and link
/// @param through everything that X did up to here is settled at Y
/// @param known how much of Y's stream stood in X's when X wrote `through`
/// @param covered keys copied as a whole, with X's offset: commands of X on them up to there are
///   done
/// @param transfers the keys that this very transaction copied as a whole, likewise
/// @param deletes keys that this transaction deletes on purpose
/// @param remade those of them that it writes again behind that
/// @param flush set when this transaction empties databases
/// @param peer the marker of the other link last read at X, in case a flush wipes it there
public record Marker(
        long epoch,
        long sequence,
        StreamPlace through,
        StreamPlace known,
        Map<KeyId, Long> covered,
        Map<KeyId, Long> transfers,
        Set<KeyId> deletes,
        Set<KeyId> remade,
        @Nullable FlushScope flush,
        @Nullable Marker peer) {
    /// Where a site that has no marker stands.
    static final Marker NONE =
            new Marker(
                    0,
                    0,
                    StreamPlace.BEGINNING,
                    StreamPlace.BEGINNING,
                    Map.of(),
                    Map.of(),
                    Set.of(),
                    Set.of(),
                    null,
                    null);

    /// What stands at a site before its link has written anything.
    public static Marker founding(StreamPlace through, StreamPlace known) {
        return alone(0, 0, through, known, Map.of());
    }

    /// Whether the pair's first copy was begun and not ended: nothing is known yet of the site that
    /// it comes from.
    public boolean isUnfinished() {
        return sequence == 0 && known.stream().isEmpty();
    }

    public static Marker decode(byte[] value) {
        return MarkerCodec.decode(value);
    }

    public byte[] encode() {
        return MarkerCodec.encode(this);
    }

    /// Whether both were written by one transaction.
    boolean isOfSameWrite(Marker other) {
        return epoch == other.epoch && sequence == other.sequence;
    }

    /// The same without what only matters to the transaction that wrote it.
    Marker asPeer() {
        return alone(epoch, sequence, through, known, covered);
    }

    private static Marker alone(
            long epoch,
            long sequence,
            StreamPlace through,
            StreamPlace known,
            Map<KeyId, Long> covered) {
        return new Marker(
                epoch, sequence, through, known, covered, Map.of(), Set.of(), Set.of(), null, null);
    }

    /// The furthest place of X's stream that this tells of, as that stream counts.
    public StreamPlace reach() {
        long gate = gate();
        boolean alike = Terms.of(gate) == Terms.of(through.offset());
        long furthest = Terms.plain(alike ? gate : through.offset());
        return new StreamPlace(through.stream(), furthest, through.database());
    }

    /// How far X must have been read before this may be taken in at Y.
    long gate() {
        long gate = through.offset();
        for (long offset : transfers.values()) {
            gate = Math.max(gate, offset);
        }
        return gate;
    }
}
