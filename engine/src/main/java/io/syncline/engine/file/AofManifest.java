package io.syncline.engine.file;

import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The manifest of a multi-part append-only file: at most one base, then increments by their number
/// (Redis 7.0 to 8, Valkey: aof.c `aofLoadManifestFromFile`). History files are leftovers and are
/// not loaded.
///
/// ```
/// file appendonly.aof.1.base.rdb seq 1 type b
/// file appendonly.aof.1.incr.aof seq 1 type i
/// ```
///
/// @param files base and increments, in loading order
record AofManifest(List<Path> files) {
    /// `MANIFEST_MAX_LINE` of aof.c.
    private static final int MAX_LINE = 1024;

    /// A manifest is some lines; more than this is another file, named by mistake.
    private static final long MAX_BYTES = 1 << 20;

    private static final String REMEDY =
            "Name the folder or manifest that a Redis or Valkey server wrote, unchanged";

    AofManifest {
        files = List.copyOf(files);
    }

    static AofManifest read(Path manifest) throws IOException {
        if (Files.size(manifest) > MAX_BYTES) {
            throw bad(manifest, 0, "the file is larger than " + MAX_BYTES + " bytes");
        }
        String text = Files.readString(manifest, StandardCharsets.ISO_8859_1);
        return parse(manifest, text);
    }

    static AofManifest parse(Path manifest, String text) {
        List<Path> bases = new ArrayList<>();
        List<Path> increments = new ArrayList<>();
        long last = 0;
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.length() > MAX_LINE) {
                throw bad(manifest, number, "it is longer than " + MAX_LINE + " bytes");
            }
            Map<String, String> fields = fields(manifest, number, line.strip());
            Path file = file(manifest, number, fields.getOrDefault("file", ""));
            switch (fields.getOrDefault("type", "")) {
                case "b" -> bases.add(file);
                case "i" -> {
                    long sequence = sequence(manifest, number, fields.getOrDefault("seq", ""));
                    if (sequence <= last) {
                        throw bad(manifest, number, "seq " + sequence + " follows " + last);
                    }
                    last = sequence;
                    increments.add(file);
                }
                case "h" -> {}
                default -> throw bad(manifest, number, "the type is none of b, i, h");
            }
        }
        if (bases.size() > 1) {
            throw bad(manifest, number, "it names " + bases.size() + " base files");
        }
        bases.addAll(increments);
        if (bases.isEmpty()) {
            throw bad(manifest, number, "it names no file to load");
        }
        return new AofManifest(bases);
    }

    private static Map<String, String> fields(Path manifest, int number, String line) {
        List<String> words = words(manifest, number, line);
        if (words.size() < 6 || words.size() % 2 != 0) {
            throw bad(manifest, number, "it is no list of names and values");
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            fields.put(words.get(i), words.get(i + 1));
        }
        return fields;
    }

    /// Words, where a name with blanks or odd letters stands in double quotes (`sdscatrepr`).
    private static List<String> words(Path manifest, int number, String line) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (line.charAt(at) == ' ') {
                at++;
            } else if (line.charAt(at) == '"') {
                StringBuilder word = new StringBuilder();
                at++;
                while (at < line.length() && line.charAt(at) != '"') {
                    if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                        at++;
                        if (line.charAt(at) != '"' && line.charAt(at) != '\\') {
                            throw bad(manifest, number, "a file name holds unprintable letters");
                        }
                    }
                    word.append(line.charAt(at++));
                }
                if (at == line.length()) {
                    throw bad(manifest, number, "a quote is not closed");
                }
                at++;
                words.add(word.toString());
            } else {
                int end = line.indexOf(' ', at);
                end = end < 0 ? line.length() : end;
                words.add(line.substring(at, end));
                at = end;
            }
        }
        return words;
    }

    /// The manifest's own folder is the only one that it may name files of.
    private static Path file(Path manifest, int number, String name) {
        if (name.isEmpty() || name.contains("/") || name.equals("..")) {
            throw bad(manifest, number, "'" + name + "' is no name of a file beside the manifest");
        }
        // Names are bytes to the server; UTF-8 is what they are nearly always.
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        return manifest.resolveSibling(new String(bytes, StandardCharsets.UTF_8));
    }

    private static long sequence(Path manifest, int number, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw bad(manifest, number, "'" + text + "' is no sequence number");
        }
        return Long.parseLong(text);
    }

    private static SynclineException bad(Path manifest, int line, String reason) {
        return SourceFiles.unusable(
                manifest, "line " + line + " of the manifest: " + reason, REMEDY);
    }
}
