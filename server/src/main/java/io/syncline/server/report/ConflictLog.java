package io.syncline.server.report;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.twoway.Resolution;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Appends a line of JSON for each key that two sides had written: docs/reference/json-events.md.
/// One thread writes: the task's.
public final class ConflictLog implements Consumer<Resolution>, Closeable {
    /// Of a line whose number nobody keeps.
    public static final long UNNUMBERED = 0;

    private static final JsonFactory FACTORY = new JsonFactory();

    private final @Nullable OutputStream file;
    private boolean broken;

    private ConflictLog(@Nullable OutputStream file) {
        this.file = file;
    }

    /// Opens the file, to write behind what stands there.
    ///
    /// @param path null: conflicts are only counted
    public static ConflictLog open(@Nullable Path path) {
        if (path == null) {
            return new ConflictLog(null);
        }
        try {
            return new ConflictLog(
                    Files.newOutputStream(
                            path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    path.toString(),
                    "the conflict log cannot be written: " + e.getMessage(),
                    "Name a file that this account may write");
        }
    }

    @Override
    public void accept(Resolution resolution) {
        OutputStream out = file;
        if (out == null || broken) {
            return;
        }
        try {
            out.write(line(Instant.now(), resolution, UNNUMBERED));
            out.flush();
        } catch (IOException e) {
            // A full disk must not stop the data; it is said once.
            broken = true;
            System.getLogger(ConflictLog.class.getName())
                    .log(System.Logger.Level.WARNING, "the conflict log cannot be written", e);
        }
    }

    /// One line of the log.
    ///
    /// @param number of the conflict, where somebody counts them; otherwise [#UNNUMBERED]
    public static byte[] line(Instant time, Resolution resolution, long number) {
        byte[] name = resolution.key().name();
        String key = new String(name, StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeStringProperty("time", JsonEvents.text(time));
            json.writeStringProperty("event", "conflict");
            if (number != UNNUMBERED) {
                json.writeNumberProperty("number", number);
            }
            json.writeNumberProperty("database", resolution.key().database());
            json.writeStringProperty("key", key);
            if (!Arrays.equals(key.getBytes(StandardCharsets.UTF_8), name)) {
                json.writeStringProperty("keyBase64", Base64.getEncoder().encodeToString(name));
            }
            json.writeStringProperty("cause", word(resolution.cause()));
            written(json, "sourceTime", resolution.sourceMillis());
            written(json, "targetTime", resolution.targetMillis());
            json.writeStringProperty("winner", word(resolution.winner()));
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private static void written(JsonGenerator json, String name, long millis) {
        if (millis != Resolution.NO_WRITE) {
            json.writeStringProperty(name, JsonEvents.text(Instant.ofEpochMilli(millis)));
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            System.getLogger(ConflictLog.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing the conflict log", e);
        }
    }
}
