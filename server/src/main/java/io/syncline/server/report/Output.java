package io.syncline.server.report;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// Where a report goes. Unlike [PrintStream], it notices when the reader has gone.
public final class Output {
    /// The reader closed its end.
    public static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Closed(IOException cause) {
            super("the output is closed", cause);
        }
    }

    private final OutputStream stream;
    private final Charset charset;

    public Output(OutputStream stream, Charset charset) {
        this.stream = stream;
        this.charset = charset;
    }

    /// The process' standard output. [System#out] would hide a closed pipe.
    public static Output standard() {
        return new Output(new FileOutputStream(FileDescriptor.out), standardCharset());
    }

    /// The process' standard error output.
    public static Output error() {
        return new Output(new FileOutputStream(FileDescriptor.err), standardCharset());
    }

    /// The terminal's own charset where the platform tells it, else UTF-8.
    static Charset standardCharset() {
        String name = System.getProperty("stdout.encoding");
        return name != null && Charset.isSupported(name)
                ? Charset.forName(name)
                : StandardCharsets.UTF_8;
    }

    /// Writes at once: each line is on its way when this returns.
    public void write(String text) {
        event(text.getBytes(charset));
    }

    /// Writes bytes that are ready: a line of JSON.
    public void event(byte[] bytes) {
        try {
            stream.write(bytes);
            stream.flush();
        } catch (IOException e) {
            throw new Closed(e);
        }
    }

    public void line(String text) {
        write(text + "\n");
    }
}
