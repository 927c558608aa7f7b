package io.syncline.server.report;

import io.syncline.engine.verify.Difference;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every difference, a line each: JSON (`.jsonl`) or comma-separated values (`.csv`, RFC 4180).
///
/// Lines are gathered and written together; [#written] writes what is gathered, so that a run that
/// goes on from a saved state finds the file as that state knew it.
public final class DifferenceFile implements Closeable {
    private static final int GATHERED_BYTES = 256 << 10;
    private static final String HEADER =
            "database,targetDatabase,key,keyBase64,kind,detail,source,target,repair,repairReason"
                    + ",targetKey,targetKeyBase64";

    private static final JsonMapper JSON = new JsonMapper();

    private final FileChannel channel;
    private final boolean csv;
    private final JsonFactory factory = new JsonFactory();
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private boolean begun;

    public DifferenceFile(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        csv = file.toString().endsWith(".csv");
    }

    /// Appends a line.
    public void add(Difference difference) throws IOException {
        begin();
        if (csv) {
            gathered.writeBytes((row(difference) + "\r\n").getBytes(StandardCharsets.UTF_8));
        } else {
            try (JsonGenerator json =
                    factory.createGenerator(ObjectWriteContext.empty(), gathered)) {
                json.writeStartObject();
                VerifyEvents.difference(json, difference);
                json.writeEndObject();
            }
            gathered.write('\n');
        }
        if (gathered.size() > GATHERED_BYTES) {
            flush();
        }
    }

    /// Turns lines of JSON, as this class writes them, into comma-separated values.
    public static void csv(Reader lines, OutputStream to) throws IOException {
        BufferedReader reader = new BufferedReader(lines);
        to.write((HEADER + "\r\n").getBytes(StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            JsonNode it = JSON.readTree(line);
            String row =
                    Arrays.stream(HEADER.split(",", -1))
                            .map(name -> quoted(it.path(name).asString("")))
                            .collect(Collectors.joining(","));
            to.write((row + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private void begin() throws IOException {
        if (!begun) {
            begun = true;
            channel.truncate(0);
            if (csv) {
                gathered.writeBytes((HEADER + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static String row(Difference difference) {
        return List.of(
                        Integer.toString(difference.database()),
                        Integer.toString(difference.targetDatabase()),
                        difference.keyText(),
                        VerifyEvents.base64(difference.key()),
                        difference.kind().word(),
                        difference.detail(),
                        difference.source(),
                        difference.target(),
                        difference.repair().action().word(),
                        difference.repair().reason(),
                        difference.isRenamed() ? difference.targetKey().text() : "",
                        difference.isRenamed() ? VerifyEvents.base64(difference.targetKey()) : "")
                .stream()
                .map(DifferenceFile::quoted)
                .collect(Collectors.joining(","));
    }

    private static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private void flush() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(gathered.toByteArray());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        gathered.reset();
    }

    /// The length of the file, with everything in it.
    public long written() throws IOException {
        begin();
        flush();
        return channel.position();
    }

    /// Cuts off what an earlier run wrote behind this place, and goes on there.
    public void rewind(long written) throws IOException {
        begun = written > 0;
        channel.truncate(written);
        channel.position(Math.min(written, channel.size()));
    }

    @Override
    public void close() throws IOException {
        begin();
        flush();
        channel.close();
    }
}
