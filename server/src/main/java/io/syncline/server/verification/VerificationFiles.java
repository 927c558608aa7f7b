package io.syncline.server.verification;

import io.syncline.engine.verify.Key;
import io.syncline.engine.verify.KeySample.Written;
import io.syncline.server.report.DifferenceFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where verifications keep what they found, and how far they are: two files each.
final class VerificationFiles {
    private static final System.Logger LOG = System.getLogger(VerificationFiles.class.getName());
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;

    VerificationFiles(Path folder) {
        this.folder = folder;
    }

    /// Every difference, a line of JSON each.
    Path differences(String id) {
        return folder.resolve(id + ".jsonl");
    }

    /// From where an interrupted run goes on.
    Path state(String id) {
        return folder.resolve(id + ".state");
    }

    void begin() throws IOException {
        Files.createDirectories(folder);
    }

    /// The first differences.
    List<JsonNode> first(String id, int limit) {
        List<JsonNode> found = new ArrayList<>();
        read(
                id,
                reader -> {
                    for (String line = reader.readLine();
                            line != null && found.size() < limit;
                            line = reader.readLine()) {
                        found.add(JSON.readTree(line));
                    }
                });
        return found;
    }

    /// The keys of the last differences.
    List<Written> lastKeys(String id, int limit) {
        Deque<String> lines = new ArrayDeque<>();
        read(
                id,
                reader -> {
                    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                        lines.addLast(line);
                        if (lines.size() > limit) {
                            lines.removeFirst();
                        }
                    }
                });
        List<Written> keys = new ArrayList<>();
        for (String line : lines) {
            try {
                JsonNode it = JSON.readTree(line);
                byte[] name =
                        it.has("keyBase64")
                                ? Base64.getDecoder().decode(it.path("keyBase64").asString(""))
                                : it.path("key").asString("").getBytes(StandardCharsets.UTF_8);
                keys.add(new Written(it.path("database").asInt(0), Key.of(name)));
            } catch (JacksonException | IllegalArgumentException e) {
                LOG.log(System.Logger.Level.DEBUG, "not a difference", e);
            }
        }
        return keys;
    }

    private interface Reading {
        void read(BufferedReader reader) throws IOException;
    }

    private void read(String id, Reading reading) {
        Path file = differences(id);
        if (!Files.exists(file)) {
            return;
        }
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            reading.read(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JacksonException e) {
            // The last line of a run that goes on may be half there.
            LOG.log(System.Logger.Level.DEBUG, "not a difference", e);
        }
    }

    /// Copies every difference.
    ///
    /// @param csv as comma-separated values instead of lines of JSON
    void copy(String id, boolean csv, OutputStream to) throws IOException {
        Path file = differences(id);
        if (!Files.exists(file)) {
            if (csv) {
                DifferenceFile.csv(BufferedReader.nullReader(), to);
            }
        } else if (csv) {
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                DifferenceFile.csv(reader, to);
            }
        } else {
            Files.copy(file, to);
        }
    }

    void removeState(String id) {
        remove(state(id));
    }

    void remove(String id) {
        remove(differences(id));
        remove(state(id));
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove " + file, e);
        }
    }
}
