package io.syncline.engine.target;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a pipeline's checkpoint key in the target says: how far the target is, and who may write.
///
/// Text of fixed width, so that the next one is made by overwriting digits in place, and equal
/// checkpoints are equal bytes: `1 GENERATION P OFFSET DATABASE REPLICATION-ID TIME`.
///
/// @param generation of the process that wrote it; a lower one may not write any more
/// @param phase whether data of a snapshot is being written, or a position stands
/// @param offset last stream byte that is in the target; 0 in a snapshot
/// @param database of the stream at that place
/// @param replicationId of the stream; 40 zeros in a snapshot
/// @param timeMillis when it was written, by our clock: for people only
/// @param quietFrom nothing in the stream from here to the offset was for the target; stands in the
///   task's hash ([QuietNote]), not in the key itself
public record Checkpoint(
        long generation,
        Phase phase,
        long offset,
        int database,
        String replicationId,
        long timeMillis,
        long quietFrom) {

    /// Without anything known of what is before the place.
    public Checkpoint(
            long generation,
            Phase phase,
            long offset,
            int database,
            String replicationId,
            long timeMillis) {
        this(generation, phase, offset, database, replicationId, timeMillis, offset);
    }

    /// What a checkpoint stands for.
    public enum Phase {
        /// A snapshot is being written; there is no position to resume from.
        SNAPSHOT('S'),
        STREAMING('T');

        final char letter;

        Phase(char letter) {
            this.letter = letter;
        }
    }

    public static final String NO_ID = "0".repeat(40);

    static final int GENERATION_AT = 2;
    static final int GENERATION_WIDTH = 16;
    static final int PHASE_AT = 19;
    static final int OFFSET_AT = 21;
    static final int OFFSET_WIDTH = 19;
    static final int DATABASE_AT = 41;
    static final int DATABASE_WIDTH = 5;
    static final int ID_AT = 47;
    static final int ID_WIDTH = 40;
    static final int TIME_AT = 88;
    static final int TIME_WIDTH = 13;

    /// Bytes of every checkpoint.
    public static final int LENGTH = TIME_AT + TIME_WIDTH;

    /// The same at another place of the stream.
    Checkpoint at(long otherOffset, int otherDatabase) {
        return new Checkpoint(
                generation, phase, otherOffset, otherDatabase, replicationId, timeMillis);
    }

    /// What stands while a snapshot is written: no place to resume from.
    static Checkpoint ofSnapshot(long generation) {
        return new Checkpoint(generation, Phase.SNAPSHOT, 0, 0, NO_ID, System.currentTimeMillis());
    }

    /// A place to stream from.
    static Checkpoint streaming(long generation, long offset, int database, String replicationId) {
        return new Checkpoint(
                generation,
                Phase.STREAMING,
                offset,
                database,
                replicationId,
                System.currentTimeMillis());
    }

    /// The same place, written by another generation.
    Checkpoint by(long otherGeneration) {
        return new Checkpoint(
                otherGeneration,
                phase,
                offset,
                database,
                replicationId,
                System.currentTimeMillis(),
                quietFrom);
    }

    /// The same with what is known of the stream before it.
    Checkpoint quietFrom(long place) {
        return new Checkpoint(
                generation, phase, offset, database, replicationId, timeMillis, place);
    }

    public byte[] encode() {
        byte[] text = new byte[LENGTH];
        java.util.Arrays.fill(text, (byte) ' ');
        text[0] = '1';
        putDigits(text, GENERATION_AT, GENERATION_WIDTH, generation);
        text[PHASE_AT] = (byte) phase.letter;
        putDigits(text, OFFSET_AT, OFFSET_WIDTH, offset);
        putDigits(text, DATABASE_AT, DATABASE_WIDTH, database);
        byte[] id = replicationId.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(id, 0, text, ID_AT, ID_WIDTH);
        putDigits(text, TIME_AT, TIME_WIDTH, timeMillis);
        return text;
    }

    /// Reads a checkpoint.
    ///
    /// @return null when the text is none: a key of someone else, or of a later version of ours
    public static @Nullable Checkpoint decode(byte[] text) {
        if (text.length != LENGTH || text[0] != '1') {
            return null;
        }
        Phase phase =
                switch (text[PHASE_AT]) {
                    case 'S' -> Phase.SNAPSHOT;
                    case 'T' -> Phase.STREAMING;
                    default -> null;
                };
        long generation = digits(text, GENERATION_AT, GENERATION_WIDTH);
        long offset = digits(text, OFFSET_AT, OFFSET_WIDTH);
        long database = digits(text, DATABASE_AT, DATABASE_WIDTH);
        long time = digits(text, TIME_AT, TIME_WIDTH);
        if (phase == null || generation < 0 || offset < 0 || database < 0 || time < 0) {
            return null;
        }
        String id = new String(text, ID_AT, ID_WIDTH, StandardCharsets.ISO_8859_1);
        return new Checkpoint(generation, phase, offset, (int) database, id, time);
    }

    static void putDigits(byte[] text, int at, int width, long value) {
        long rest = value;
        for (int i = at + width - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    static long digits(byte[] text, int at, int width) {
        long value = 0;
        for (int i = at; i < at + width; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
