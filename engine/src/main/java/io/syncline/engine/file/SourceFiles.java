package io.syncline.engine.file;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The files behind what a user named, in the order in which a server loads them.
///
/// @param named what the user named
/// @param parts one file, or the base and the increments of a manifest
record SourceFiles(Path named, List<Path> parts) {
    private static final String MANIFEST_SUFFIX = ".manifest";

    /// `appenddirname` of redis.conf, whose parent is what people call the data directory.
    private static final String USUAL_FOLDER = "appendonlydir";

    /// `REDIS0011`, `VALKEY080`.
    private static final int MAGIC_BYTES = 9;

    SourceFiles {
        parts = List.copyOf(parts);
    }

    /// Finds them.
    ///
    /// @throws SynclineException when there is nothing that could be a source
    static SourceFiles find(Path named) throws IOException {
        if (!Files.exists(named)) {
            throw unusable(named, "there is no such file", "Name an existing one");
        }
        if (!Files.isReadable(named)) {
            throw unusable(
                    named,
                    "this user may not read it",
                    "Let this user read it, or copy it to where that is allowed");
        }
        Path file = Files.isDirectory(named) ? manifestIn(named) : named;
        List<Path> parts =
                file.toString().endsWith(MANIFEST_SUFFIX)
                        ? AofManifest.read(file).files()
                        : List.of(file);
        for (Path part : parts) {
            if (!Files.isRegularFile(part) || !Files.isReadable(part)) {
                throw part.equals(file)
                        ? unusable(
                                part,
                                "it is no regular file",
                                "Copy what it holds to a file, and name that")
                        : unusable(
                                part,
                                "it is not a file that this user may read, and the manifest names"
                                        + " it",
                                "Copy the whole folder, with every file that its manifest names");
            }
        }
        return new SourceFiles(named, parts);
    }

    private static Path manifestIn(Path folder) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.list(folder)) {
            found = files.filter(f -> f.toString().endsWith(MANIFEST_SUFFIX)).sorted().toList();
        }
        if (found.size() == 1) {
            return found.getFirst();
        }
        Path usual = folder.resolve(USUAL_FOLDER);
        if (found.isEmpty() && Files.isDirectory(usual)) {
            return manifestIn(usual);
        }
        throw unusable(
                folder,
                found.isEmpty()
                        ? "the folder holds no manifest of an append-only file"
                        : "the folder holds " + found.size() + " manifests",
                "Name the manifest itself, or the RDB or append-only file");
    }

    /// Whether a file begins with an RDB.
    static boolean beginsWithRdb(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String magic = new String(in.readNBytes(MAGIC_BYTES), StandardCharsets.ISO_8859_1);
            return magic.startsWith("REDIS") || magic.startsWith("VALKEY");
        }
    }

    /// Whether a file begins with a command or with an annotation (`#TS:`) of an append-only file.
    static boolean beginsWithCommand(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            int first = in.read();
            return first == '*' || first == '#';
        }
    }

    static SynclineException unusable(Path file, String reason, String remedy) {
        return new SynclineException(
                ErrorCode.SOURCE_FILE_UNUSABLE, file.toString(), reason, remedy);
    }
}
