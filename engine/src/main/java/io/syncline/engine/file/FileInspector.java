package io.syncline.engine.file;

import io.syncline.engine.bytes.ByteInput;
import io.syncline.engine.file.FileInspection.Cut;
import io.syncline.engine.file.FileInspection.Part;
import io.syncline.engine.file.FileInspection.Rdb;
import io.syncline.engine.rdb.RdbEvent;
import io.syncline.engine.rdb.RdbFamily;
import io.syncline.engine.rdb.RdbFormatException;
import io.syncline.engine.rdb.RdbLimits;
import io.syncline.engine.rdb.RdbReader;
import io.syncline.engine.resp.CommandView;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Reads the files of a source from end to end, before anything is written: every length and the
/// RDB's checksum must be right, so that nothing is applied by half because of a broken file.
///
/// What an unfinished end is, is told as a server does that loads it with `aof-load-truncated yes`
/// (aof.c `loadSingleAppendOnlyFile`): only the last file may have one; a MULTI without EXEC is
/// taken back with everything behind it.
public final class FileInspector {
    private static final String BROKEN =
            "Take another copy: this one was cut or changed on its way, or was still being written";

    private final SortedMap<Integer, Long> keys = new TreeMap<>();
    private final SortedSet<Integer> databases = new TreeSet<>();
    private final List<Part> parts = new ArrayList<>();
    private Rdb rdb = Rdb.NONE;
    private long commands;
    private long streamBytes;
    private Cut cut;

    private FileInspector(Path named) {
        cut = new Cut(named, 0, false);
    }

    /// Looks through what a user named: an RDB file, an append-only file, a manifest or its folder.
    ///
    /// @throws io.syncline.engine.fault.SynclineException when it cannot be a source
    public static FileInspection inspect(Path named) throws IOException {
        FileInspector inspector = new FileInspector(named);
        SourceFiles files = SourceFiles.find(named);
        for (int i = 0; i < files.parts().size(); i++) {
            inspector.part(files.parts().get(i), i, files.parts().size());
        }
        inspector.databases.addAll(inspector.keys.keySet());
        return new FileInspection(
                named,
                inspector.parts,
                inspector.rdb,
                inspector.databases,
                inspector.commands,
                inspector.streamBytes,
                inspector.cut,
                Fingerprint.of(inspector.parts));
    }

    private void part(Path file, int index, int count) throws IOException {
        long bytes = Files.size(file);
        if (bytes == 0 && count == 1) {
            throw SourceFiles.unusable(file, "the file is empty", BROKEN);
        }
        if (bytes > 0 && !SourceFiles.beginsWithRdb(file) && !SourceFiles.beginsWithCommand(file)) {
            throw SourceFiles.unusable(
                    file,
                    "it is neither an RDB, which begins with REDIS or VALKEY, nor an append-only"
                            + " file",
                    BROKEN);
        }
        long rdbBytes = 0;
        if (SourceFiles.beginsWithRdb(file)) {
            if (index > 0) {
                throw SourceFiles.unusable(
                        file, "an increment begins with an RDB", "Name an unchanged folder");
            }
            rdbBytes = rdb(file);
        }
        long until = rdbBytes;
        if (bytes > rdbBytes) {
            until = commands(file, rdbBytes, bytes, index == count - 1);
        }
        parts.add(new Part(file, rdbBytes, until, bytes));
    }

    private long rdb(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            ByteInput input = in::read;
            RdbReader reader = new RdbReader(input, RdbLimits.DEFAULT);
            String server = "";
            boolean valkey = false;
            RdbEvent event = reader.next();
            while (event != RdbEvent.END) {
                if (event == RdbEvent.KEY) {
                    keys.merge(reader.database(), 1L, Long::sum);
                } else if (event == RdbEvent.AUX) {
                    String name = reader.auxKey();
                    if (name.equals("redis-ver") || name.equals("valkey-ver")) {
                        server = reader.auxValue().toString();
                        valkey |= name.equals("valkey-ver");
                    }
                }
                event = reader.next();
            }
            valkey |= reader.family() == RdbFamily.VALKEY;
            rdb = new Rdb(reader.version(), server, valkey, keys);
            return reader.position();
        } catch (RdbFormatException e) {
            throw SourceFiles.unusable(file, "the RDB is malformed: " + e.getMessage(), BROKEN);
        } catch (EOFException e) {
            throw SourceFiles.unusable(
                    file,
                    "the RDB ends too early, at byte " + Files.size(file) + ": the file is cut off",
                    BROKEN);
        }
    }

    /// @return where the last command that is applied ends
    private long commands(Path file, long from, long bytes, boolean last) throws IOException {
        long applied = from;
        long beforeMulti = -1;
        long commandsBefore = 0;
        long streamBefore = 0;
        try (AofReader reader = new AofReader(file, from, bytes)) {
            while (reader.next()) {
                CommandView view = reader.view;
                if (view.isWord(0, "MULTI")) {
                    beforeMulti = reader.position() - view.length();
                    commandsBefore = commands;
                    streamBefore = streamBytes;
                } else if (view.isWord(0, "EXEC")) {
                    beforeMulti = -1;
                } else if (view.isWord(0, "SELECT") && view.argumentCount > 1) {
                    database(file, view.text(1), reader.position());
                }
                commands++;
                streamBytes += view.length();
                applied = reader.position();
            }
            if (beforeMulti >= 0) {
                commands = commandsBefore;
                streamBytes = streamBefore;
                applied = beforeMulti;
            }
            if (applied < bytes && (beforeMulti >= 0 || reader.position() < bytes)) {
                cut = new Cut(file, bytes - applied, beforeMulti >= 0);
            }
        }
        // As in CommandStream: nothing stands before what is cut off as a whole.
        if (applied > from) {
            streamBytes += CommandStream.SELECT_FIRST.length;
        }
        if (cut.bytes() > 0 && !last) {
            throw SourceFiles.unusable(
                    file,
                    "its last "
                            + cut.bytes()
                            + " bytes are unfinished, and another increment follows: a server would"
                            + " not load it either",
                    BROKEN);
        }
        return applied;
    }

    private void database(Path file, String text, long position) {
        if (!text.matches("[0-9]{1,9}")) {
            throw SourceFiles.unusable(
                    file, "before byte " + position + " SELECT names '" + text + "'", BROKEN);
        }
        databases.add(Integer.parseInt(text));
    }
}
