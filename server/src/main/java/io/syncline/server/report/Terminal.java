package io.syncline.server.report;

import io.syncline.server.view.Look;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The terminal that standard output is, if it is one.
///
/// Java tells neither that nor the size. The launcher asks the shell and passes both on as system
/// properties; a later change of size is asked from `stty`.
public final class Terminal {
    /// `ROWS COLUMNS` as `stty size` prints them; set by the launcher when stdout is a terminal.
    private static final String SIZE_PROPERTY = "syncline.terminal";

    private static final int USUAL_WIDTH = 80;
    private static final int USUAL_HEIGHT = 24;

    /// More is unreadable, and a size of a broken terminal is no reason to allocate.
    private static final int MAX_SIZE = 1_000;

    private static final int ANSWER_MILLIS = 500;

    private final Output output;
    private volatile Look look;

    private Terminal(Output output, Look look) {
        this.output = output;
        this.look = look;
    }

    /// Whether a person looks at standard output.
    public static boolean isThere() {
        return System.getProperty(SIZE_PROPERTY) != null;
    }

    /// Whether it is a terminal on which a view can be redrawn in place.
    public static boolean redraws(Map<String, String> environment) {
        return isThere() && !isDumb(environment);
    }

    private static boolean isDumb(Map<String, String> environment) {
        String name = environment.getOrDefault("TERM", "");
        return name.isEmpty() || name.equals("dumb");
    }

    public static Terminal standard(Map<String, String> environment) {
        Charset charset = Output.standardCharset();
        boolean unicode = charset.equals(StandardCharsets.UTF_8);
        // https://no-color.org: any value but the empty one.
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty() && !isDumb(environment);
        Look look = new Look(USUAL_WIDTH, USUAL_HEIGHT, colour, unicode);
        String size = System.getProperty(SIZE_PROPERTY, "");
        return new Terminal(Output.standard(), sized(look, size));
    }

    /// Where no person looks: usual size, no colour.
    public static Look plainLook() {
        return new Look(
                120, USUAL_HEIGHT, false, Output.standardCharset().equals(StandardCharsets.UTF_8));
    }

    Output output() {
        return output;
    }

    public Look look() {
        return look;
    }

    /// Asks for the size again, after the terminal said that it changed.
    public void resized() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String size =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (stty.waitFor(ANSWER_MILLIS, TimeUnit.MILLISECONDS)) {
                look = sized(look, size);
            }
        } catch (IOException e) {
            // No stty or no /dev/tty: the size stays what it was, lines are cut to that.
            look = sized(look, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Look sized(Look look, String size) {
        String[] parts = size.strip().split(" ", -1);
        if (parts.length != 2 || !size.strip().matches("[0-9]{1,4} [0-9]{1,4}")) {
            return look;
        }
        int height = Math.min(Integer.parseInt(parts[0]), MAX_SIZE);
        int width = Math.min(Integer.parseInt(parts[1]), MAX_SIZE);
        return height == 0 || width == 0
                ? look
                : new Look(width, height, look.colour(), look.unicode());
    }
}
