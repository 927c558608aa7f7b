package io.syncline.server.report;

import io.syncline.server.view.Note;
import io.syncline.server.view.Tone;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Lines of a log: time, tone, text.
final class PlainLines {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private final Output output;
    private final InstantSource clock;
    private final ZoneId zone;

    PlainLines(Output output, InstantSource clock, ZoneId zone) {
        this.output = output;
        this.clock = clock;
        this.zone = zone;
    }

    void add(Note note) {
        add(note.tone(), note.text(), note.remedy());
    }

    /// One line, whatever an error text or a key brings along.
    void add(Tone tone, String text, String remedy) {
        String time = TIME.format(clock.instant().atZone(zone));
        // A server's own words often end in a full stop.
        String stop = text.endsWith(".") ? " " : ". ";
        String body = text + (remedy.isEmpty() ? "" : stop + remedy);
        String safe = body.replaceAll("\\p{Cntrl}", "?");
        output.line(time + "  " + String.format("%-9s", tone.word()) + "  " + safe);
    }
}
