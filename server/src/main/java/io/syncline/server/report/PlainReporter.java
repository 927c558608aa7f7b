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

/// Plain lines for a log or a pipe: one an event, and the state every few seconds.
public final class PlainReporter implements Reporter {
    private final PlainLines lines;

    public PlainReporter(Output output, InstantSource clock, ZoneId zone) {
        this.lines = new PlainLines(output, clock, zone);
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
        lines.add(note);
    }

    private void line(Tone tone, String text, String remedy) {
        lines.add(tone, text, remedy);
    }
}
