package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Headline;
import io.syncline.server.view.Note;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Proof;
import io.syncline.server.view.Tone;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Plain lines for a log or a pipe: one an event, and the state every few seconds.
public final class PlainReporter implements Reporter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private final Output output;
    private final InstantSource clock;
    private final ZoneId zone;

    public PlainReporter(Output output, InstantSource clock, ZoneId zone) {
        this.output = output;
        this.clock = clock;
        this.zone = zone;
    }

    @Override
    public void started(LinkOptions options) {
        line(
                Tone.WORKING,
                "task " + options.task() + ": " + options.source() + " -> " + options.target(),
                "");
    }

    @Override
    public void happened(LinkEvent event) {
        boolean silent =
                switch (event) {
                    case LinkEvent.Ended ended -> true;
                    case LinkEvent.Checked(Finding finding) -> finding.severity() == Severity.OK;
                    default -> false;
                };
        if (!silent) {
            note(Note.of(event));
        }
    }

    @Override
    public void progressed(Progress progress) {
        Headline headline = Headline.of(progress);
        line(headline.tone(), headline.text(), "");
    }

    @Override
    public void failed(Failure failure) {
        note(Note.of(failure));
    }

    @Override
    public void ended(Ending.Kind kind, int exitCode, Progress last) {
        Ending ending = Ending.of(kind, last);
        line(ending.headline().tone(), ending.headline().text() + ". " + ending.totals(), "");
    }

    @Override
    public void say(String text) {
        line(Tone.WORKING, text, "");
    }

    @Override
    public void proved(Proof proof) {
        for (Proof.Fact fact : proof.facts()) {
            line(
                    fact.isEqual() ? Tone.WELL : Tone.BROKEN,
                    fact.name() + ": source " + fact.source() + ", target " + fact.target(),
                    "");
        }
        note(proof.verdict());
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(5);
    }

    private void note(Note note) {
        line(note.tone(), note.text(), note.remedy());
    }

    /// One line, whatever an error text or a key brings along.
    private void line(Tone tone, String text, String remedy) {
        String time = TIME.format(clock.instant().atZone(zone));
        String body = text + (remedy.isEmpty() ? "" : ". " + remedy);
        String safe = body.replaceAll("\\p{Cntrl}", "?");
        output.line(time + "  " + String.format("%-9s", tone.word()) + "  " + safe);
    }
}
