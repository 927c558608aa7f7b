package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Verification.Outcome;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.view.Headline;
import io.syncline.server.view.Note;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Tone;
import io.syncline.server.view.VerifyEnding;
import io.syncline.server.view.VerifyScreen;
import io.syncline.server.view.VerifyState;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;

/// Plain lines for a log or a pipe: the state every few seconds, the first differences, the end.
public final class PlainVerifyReporter implements VerifyReporter {
    /// More say nothing more to a reader of a log; a file has all.
    private static final int SHOWN_DIFFERENCES = 100;

    private final PlainLines lines;
    private int shown;

    public PlainVerifyReporter(Output output, InstantSource clock, ZoneId zone) {
        this.lines = new PlainLines(output, clock, zone);
    }

    @Override
    public void started(VerifyOptions options) {
        lines.add(Tone.WORKING, "verify: " + options.source() + " -> " + options.target(), "");
    }

    @Override
    public void differs(Difference difference) {
        if (++shown <= SHOWN_DIFFERENCES) {
            lines.add(VerifyScreen.note(difference));
        } else if (shown == SHOWN_DIFFERENCES + 1) {
            lines.add(
                    Tone.ATTENTION,
                    "more differences follow that are not shown here",
                    "All of them go to --output FILE");
        }
    }

    @Override
    public void warned(String place, String text, String remedy) {
        lines.add(Tone.ATTENTION, "[" + place + "] " + text, remedy);
    }

    @Override
    public void retrying(VerifyListener.Fault fault) {
        String when =
                "attempt " + fault.count() + ", away for " + Numbers.duration(fault.elapsed());
        lines.add(
                Tone.ATTENTION,
                "the " + fault.side() + " is away (" + when + "): " + fault.reason(),
                "");
    }

    @Override
    public void recovered(String side, String place, Duration away) {
        lines.add(Tone.WELL, "the " + side + " is back after " + Numbers.duration(away), "");
    }

    @Override
    public void failed(Failure failure) {
        lines.add(Note.of(failure));
    }

    @Override
    public void progressed(VerifyState state) {
        Headline headline = VerifyScreen.headline(state);
        lines.add(headline.tone(), headline.text(), "");
    }

    @Override
    public void ended(Outcome outcome, int exitCode, VerifyState last) {
        Headline headline = VerifyEnding.of(outcome, last).headline();
        lines.add(headline.tone(), headline.text(), "");
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(5);
    }
}
