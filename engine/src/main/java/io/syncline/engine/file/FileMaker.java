package io.syncline.engine.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.source.FeedMaker;
import io.syncline.engine.source.FeedWriter;
import io.syncline.engine.source.Position;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Hands files on as a primary would send them: the RDB at the start (or an empty one), then the
/// commands. The stream's offset counts the bytes of commands, its id is the file's [Fingerprint],
/// so that a task goes on behind what it has applied, also when the file has grown, and never goes
/// on in another file.
public final class FileMaker implements FeedMaker {
    static final String OTHER_FILE =
            "Apply the file as it was, or give this one a task of its own with --task; an append-only"
                    + " file that the server has rewritten (BGREWRITEAOF) is another file";

    /// What a server without a single key saves: header, end, no checksum.
    private static final byte[] EMPTY_RDB = emptyRdb();

    private static final int COPY_BYTES = 256 << 10;

    private final FileInspection inspection;
    private @Nullable Position from;
    private volatile boolean interrupted;

    public FileMaker(FileInspection inspection) {
        this.inspection = inspection;
    }

    private static byte[] emptyRdb() {
        byte[] header = "REDIS0009".getBytes(US_ASCII);
        byte[] empty = Arrays.copyOf(header, header.length + 1 + Long.BYTES);
        empty[header.length] = (byte) 0xff;
        return empty;
    }

    @Override
    public Start begin(@Nullable Position position) throws IOException {
        from = position;
        interrupted = false;
        String id = inspection.identity().id();
        if (position == null) {
            long bytes = inspection.parts().getFirst().rdbBytes();
            return new Start(id, true, 0, bytes == 0 ? EMPTY_RDB.length : bytes);
        }
        check(position);
        return new Start(position.replicationId(), false, position.offset(), 0);
    }

    private void check(Position position) throws IOException {
        String id = position.replicationId();
        int covered = Fingerprint.covered(id);
        long there = inspection.parts().stream().mapToLong(FileInspection.Part::until).sum();
        boolean same =
                covered >= 0
                        && covered <= there
                        && Fingerprint.of(inspection.parts(), covered).id().equals(id);
        if (!same) {
            throw changed("it does not begin like the one that this task has applied");
        }
        if (position.offset() > inspection.streamBytes()) {
            throw changed(
                    "this task has applied "
                            + position.offset()
                            + " bytes of commands, and the file has only "
                            + inspection.streamBytes());
        }
    }

    private SynclineException changed(String reason) {
        return new SynclineException(
                ErrorCode.SOURCE_FILE_CHANGED,
                place(),
                "the file is another one than before: " + reason,
                OTHER_FILE);
    }

    @Override
    public void make(FeedWriter out) throws IOException {
        Position position = from;
        if (position == null) {
            snapshot(out);
            out.snapshotEnded();
        }
        new CommandStream(inspection, out, position == null ? 0 : position.offset()).write();
    }

    private void snapshot(FeedWriter out) throws IOException {
        FileInspection.Part first = inspection.parts().getFirst();
        if (first.rdbBytes() == 0) {
            out.write(EMPTY_RDB, 0, EMPTY_RDB.length);
            return;
        }
        byte[] buffer = new byte[COPY_BYTES];
        try (InputStream in = Files.newInputStream(first.file())) {
            long left = first.rdbBytes();
            while (left > 0 && !interrupted) {
                int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    throw changed("it has become shorter while it was read");
                }
                out.write(buffer, 0, count);
                left -= count;
            }
        }
    }

    @Override
    public void interrupt() {
        interrupted = true;
    }

    @Override
    public String place() {
        return inspection.named().toString();
    }

    @Override
    public String gapRemedy() {
        return OTHER_FILE;
    }

    @Override
    public long knownOffset() {
        return inspection.streamBytes();
    }

    @Override
    public void askForGoal() {
        // A file does not grow in our eyes: the goal is its end from the beginning.
    }

    @Override
    public long goal() {
        return inspection.streamBytes();
    }
}
