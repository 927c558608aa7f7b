package io.syncline.engine.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.source.FeedWriter;
import java.io.IOException;

/// The commands of append-only files as one stream: as they stand, without annotations, each file's
/// behind a SELECT of its own, since a server begins each file in database 0.
final class CommandStream {
    static final byte[] SELECT_FIRST = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n".getBytes(US_ASCII);

    private final FileInspection inspection;
    private final FeedWriter out;
    private final long from;
    private long offset;

    /// @param from stream bytes that are not wanted any more
    CommandStream(FileInspection inspection, FeedWriter out, long from) {
        this.inspection = inspection;
        this.out = out;
        this.from = from;
    }

    void write() throws IOException {
        for (FileInspection.Part part : inspection.parts()) {
            if (!part.hasCommands()) {
                continue;
            }
            put(SELECT_FIRST, 0, SELECT_FIRST.length);
            try (AofReader reader = new AofReader(part.file(), part.rdbBytes(), part.until())) {
                while (reader.next()) {
                    CommandView view = reader.view;
                    put(view.buffer, view.start, view.length());
                }
            }
        }
        if (offset != inspection.streamBytes()) {
            throw changed("it gave " + offset + " bytes of commands, not the expected number");
        }
    }

    private void put(byte[] bytes, int at, int length) throws IOException {
        long before = offset;
        offset += length;
        if (before >= from) {
            out.write(bytes, at, length);
        } else if (offset > from) {
            throw changed("no command ends at stream byte " + from + ", where the task stands");
        }
    }

    private SynclineException changed(String reason) {
        return new SynclineException(
                ErrorCode.SOURCE_FILE_CHANGED,
                inspection.named().toString(),
                "the file is another one than before: " + reason,
                FileMaker.OTHER_FILE);
    }
}
